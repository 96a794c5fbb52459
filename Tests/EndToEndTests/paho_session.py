"""One scenario of a paho client against a running gateway; prints "ok" or says what went wrong.

    paho_session.py PORT CAFILE CERT KEY VERSION TLS [TRANSPORT]

VERSION is 3 (3.1), 4 (3.1.1) or 5; TLS is 1.2 or 1.3; TRANSPORT is tcp or websockets. The client connects to 127.0.0.1 and checks the certificate
against the CA without the name, since the name is the business of other tests.
"""
import queue
import ssl
import sys
import paho.mqtt.client as mqtt
from paho.mqtt.properties import Properties
from paho.mqtt.packettypes import PacketTypes

port, cafile, cert, key, version, tls = int(sys.argv[1]), *sys.argv[2:5], int(sys.argv[5]), sys.argv[6]
transport = sys.argv[7] if len(sys.argv) > 7 else "tcp"


def client(name, clean=True, expiry=None, will=None):
    options = {} if version == 5 else {"clean_session": clean}
    made = mqtt.Client(client_id=name, protocol=version, transport=transport, **options)
    context = ssl.create_default_context(cafile=cafile)
    context.load_cert_chain(cert, key)
    context.check_hostname = False
    context.minimum_version = context.maximum_version = {"1.2": ssl.TLSVersion.TLSv1_2, "1.3": ssl.TLSVersion.TLSv1_3}[tls]
    made.tls_set_context(context)
    made.events = queue.Queue()
    made.messages = queue.Queue()
    if version == 5:
        made.on_connect = lambda c, u, flags, code, props: c.events.put(("connected", flags["session present"], code.value))
        made.on_subscribe = lambda c, u, mid, codes, props: c.events.put(("subscribed", [code.value for code in codes]))
        made.on_disconnect = lambda c, u, code, props=None: c.events.put(("disconnected", code))
    else:
        made.on_connect = lambda c, u, flags, code: c.events.put(("connected", flags["session present"], code))
        made.on_subscribe = lambda c, u, mid, codes: c.events.put(("subscribed", list(codes)))
        made.on_disconnect = lambda c, u, code: c.events.put(("disconnected", code))
    made.on_publish = lambda c, u, mid: c.events.put(("published", mid))
    made.on_message = lambda c, u, m: c.messages.put((m.topic, m.payload.decode(), m.qos, m.retain))
    if will:
        made.will_set(*will)
    arguments = {"keepalive": 30}
    if version == 5:
        properties = Properties(PacketTypes.CONNECT)
        if expiry:
            properties.SessionExpiryInterval = expiry
        arguments.update(clean_start=clean, properties=properties)
    made.connect("127.0.0.1", port, **arguments)
    made.loop_start()
    return made


def expect(found, wanted, what):
    if found != wanted:
        sys.exit(f"{what}: found {found}, wanted {wanted}")


def event(c, kind):
    while True:
        found = c.events.get(timeout=10)
        if found[0] == kind:
            return found


def leave(c):
    c.disconnect()
    event(c, "disconnected")
    c.loop_stop()


# Every quality of service both ways.
subscriber, publisher = client("sub"), client("pub")
expect(event(subscriber, "connected")[2], 0, "connect")
expect(event(publisher, "connected")[2], 0, "connect")
subscriber.subscribe([("plant/+/a", 2), ("plant/#", 0)] if version != 5 else [("plant/+/a", 2)])
event(subscriber, "subscribed")
for qos in (0, 1, 2):
    publisher.publish("plant/1/a", f"qos {qos}", qos)
    event(publisher, "published")
    topic, payload, got, _ = subscriber.messages.get(timeout=10)
    expect((topic, payload), ("plant/1/a", f"qos {qos}"), "message")
    if version == 5:
        expect(got, qos, "its quality of service")
    else:
        # Overlapping filters may be delivered once or per filter; drain what belongs to this message.
        try:
            while True:
                subscriber.messages.get(timeout=0.2)
        except queue.Empty:
            pass

# Retained messages are there for whoever comes later, and go when emptied.
publisher.publish("kept/x", "old news", 1, retain=True)
event(publisher, "published")
subscriber.subscribe("kept/#", 1)
event(subscriber, "subscribed")
expect(subscriber.messages.get(timeout=10), ("kept/x", "old news", 1, True), "retained message")
publisher.publish("kept/x", b"", 1, retain=True)
event(publisher, "published")
leave(subscriber)

# A session that stays gets what it missed.
durable = client("durable", clean=False, expiry=100)
expect(event(durable, "connected")[1], 0, "session present of a new session")
durable.subscribe("missed/#", 1)
event(durable, "subscribed")
leave(durable)
publisher.publish("missed/1", "while away", 1)
event(publisher, "published")
durable = client("durable", clean=False, expiry=100)
present = bool(event(durable, "connected")[1])
if version > 3:  # 3.1 has no such flag
    expect(present, True, "session present")
expect(durable.messages.get(timeout=10)[:3], ("missed/1", "while away", 1), "message of the session")

# The will of a client that vanishes.
watcher = client("watcher")
event(watcher, "connected")
watcher.subscribe("wills/#", 1)
event(watcher, "subscribed")
dying = client("dying", will=("wills/dying", "gone", 1))
event(dying, "connected")
dying.loop_stop()
dying._sock_close()
expect(watcher.messages.get(timeout=10)[:2], ("wills/dying", "gone"), "will")

# The same client id again takes the session over.
second = client("watcher")
event(second, "connected")
event(watcher, "disconnected")
watcher.loop_stop()
for c in (second, durable, publisher):
    leave(c)
print("ok")
