"""The features of MQTT 5.0 through a client library that is not ours; prints one line of JSON: feature -> "ok" or what went
wrong.

    foreign_clients.py LIBRARY PORT CAFILE CERT KEY

LIBRARY is paho or gmqtt. The clients connect to 127.0.0.1 by mutual TLS. They acknowledge by themselves; a test that needs
a message unacknowledged has them hold their acknowledgements.
"""
import asyncio
import itertools
import json
import queue
import ssl
import sys
import threading
import time
from collections import namedtuple

library, port, cafile, cert, key = sys.argv[1], int(sys.argv[2]), *sys.argv[3:6]
Message = namedtuple("Message", "topic text qos retain dup properties")
PATIENCE = 20


def tls():
    context = ssl.create_default_context(cafile=cafile)
    context.load_cert_chain(cert, key)
    context.check_hostname = False
    return context


class Client:
    """What both libraries come to. Properties are given and told by gmqtt's names, user properties as a list of pairs."""

    def __init__(self):
        self.messages = queue.Queue()
        self.held = None

    def next(self, timeout=PATIENCE):
        return self.messages.get(timeout=timeout)

    def nothing(self, seconds=0.5):
        try:
            raise AssertionError(f"came: {self.next(seconds)}")
        except queue.Empty:
            pass


class Paho(Client):
    NAMES = {
        "session_expiry_interval": "SessionExpiryInterval", "receive_maximum": "ReceiveMaximum",
        "maximum_packet_size": "MaximumPacketSize", "topic_alias_maximum": "TopicAliasMaximum",
        "message_expiry_interval": "MessageExpiryInterval", "content_type": "ContentType",
        "response_topic": "ResponseTopic", "correlation_data": "CorrelationData", "topic_alias": "TopicAlias",
        "payload_format_id": "PayloadFormatIndicator", "user_property": "UserProperty",
        "subscription_identifier": "SubscriptionIdentifier", "will_delay_interval": "WillDelayInterval",
    }

    def __init__(self, name, clean=True, will=None, **properties):
        super().__init__()
        import paho.mqtt.client as mqtt
        from paho.mqtt.packettypes import PacketTypes
        self.types = PacketTypes
        self.events = {"connected": queue.Queue(), "subscribed": queue.Queue(), "published": queue.Queue()}
        self.client = client = mqtt.Client(client_id=name, protocol=mqtt.MQTTv5)
        client.tls_set_context(tls())
        client.on_connect = lambda c, u, flags, code, props: self.events["connected"].put((flags, code, props))
        client.on_subscribe = lambda c, u, mid, codes, props: self.events["subscribed"].put([x.value for x in codes])
        client.on_unsubscribe = lambda c, u, mid, props, codes: self.events["subscribed"].put(codes)
        client.on_publish = lambda c, u, mid: self.events["published"].put(mid)
        client.on_message = lambda c, u, m: self.messages.put(
            Message(m.topic, m.payload.decode(), m.qos, bool(m.retain), bool(m.dup), self.told(m.properties))
        )
        acknowledge = client._send_puback
        client._send_puback = lambda mid: acknowledge(mid) if self.held is None else (self.held.append(mid), 0)[1]
        if will:
            topic, payload, qos, retain, more = will
            client.will_set(topic, payload, qos, retain, self.given(PacketTypes.WILLMESSAGE, more))
        client.connect(
            "127.0.0.1", port, keepalive=30, clean_start=clean,
            properties=self.given(PacketTypes.CONNECT, properties),
        )
        client.loop_start()
        flags, code, props = self.events["connected"].get(timeout=PATIENCE)
        assert code.value == 0, code
        self.present = bool(flags["session present"])
        self.connack = self.told(props)

    def given(self, packet, properties):
        from paho.mqtt.properties import Properties
        made = Properties(packet)
        for name, value in properties.items():
            setattr(made, self.NAMES[name], value)
        return made

    def told(self, properties):
        names = {there: here for here, there in self.NAMES.items()} | {
            "AssignedClientIdentifier": "assigned_client_identifier", "ServerKeepAlive": "server_keep_alive",
        }
        return {names[n]: getattr(properties, n) for n in names if hasattr(properties, n)}

    def subscribe(self, filter, qos=0, no_local=False, as_published=False, handling=0, **properties):
        from paho.mqtt.subscribeoptions import SubscribeOptions
        options = SubscribeOptions(qos, no_local, as_published, handling)
        given = self.given(self.types.SUBSCRIBE, properties) if properties else None
        self.client.subscribe([(filter, options)], properties=given)
        codes = self.events["subscribed"].get(timeout=PATIENCE)
        assert codes == [qos], codes

    def unsubscribe(self, filter):
        self.client.unsubscribe(filter)
        self.events["subscribed"].get(timeout=PATIENCE)

    def publish(self, topic, text, qos=0, retain=False, **properties):
        self.client.publish(topic, text, qos, retain, self.given(self.types.PUBLISH, properties))
        self.events["published"].get(timeout=PATIENCE)

    def release(self):
        held, self.held = self.held, None
        for mid in held:
            self.client._send_puback(mid)

    def leave(self):
        self.client.disconnect()
        self.client.loop_stop()

    def vanish(self):
        self.client.loop_stop()
        self.client._sock_close()


class Gmqtt(Client):
    loop = None

    def __init__(self, name, clean=True, will=None, **properties):
        super().__init__()
        import gmqtt
        self.gmqtt = gmqtt
        if Gmqtt.loop is None:
            Gmqtt.loop = asyncio.new_event_loop()
            threading.Thread(target=Gmqtt.loop.run_forever, daemon=True).start()
        self.subscribed = queue.Queue()
        self.run(self.open(name, clean, will, properties))

    def run(self, work):
        return asyncio.run_coroutine_threadsafe(work, Gmqtt.loop).result(PATIENCE)

    async def open(self, name, clean, will, properties):
        message = None
        if will:
            topic, payload, qos, retain, more = will
            message = self.gmqtt.Message(topic, payload, qos, retain, **more)
        connected = asyncio.get_running_loop().create_future()
        # An empty name would be replaced by the library.
        self.client = client = self.gmqtt.Client(name or "-", clean_session=clean, will_message=message, **properties)
        client._client_id = name
        client.set_config({"reconnect_retries": 0})
        client.on_connect = lambda c, flags, code, props: connected.set_result((flags, props))
        client.on_subscribe = lambda c, mid, codes, props: self.subscribed.put(list(codes))
        client.on_unsubscribe = lambda c, mid, codes: self.subscribed.put(codes)
        client.on_message = self.came
        handler = client._package_handler
        acknowledge = handler._send_puback
        handler._send_puback = lambda mid, *rest: acknowledge(mid) if self.held is None else self.held.append(mid)
        await client.connect("127.0.0.1", port, ssl=tls(), keepalive=30)
        flags, props = await connected
        self.present = bool(flags)
        self.connack = {n: v[0] if isinstance(v, list) else v for n, v in props.items()}

    def came(self, client, topic, payload, qos, properties):
        lists = ("user_property", "subscription_identifier")
        told = {n: v if n in lists or not isinstance(v, list) else v[0] for n, v in properties.items()}
        self.messages.put(
            Message(topic, payload.decode(), qos, bool(told.pop("retain")), bool(told.pop("dup")), told)
        )
        return 0

    def subscribe(self, filter, qos=0, no_local=False, as_published=False, handling=0, **properties):
        async def work():
            wish = self.gmqtt.Subscription(
                filter, qos=qos, no_local=no_local, retain_as_published=as_published, retain_handling_options=handling
            )
            self.client.subscribe(wish, **properties)
        self.run(work())
        codes = self.subscribed.get(timeout=PATIENCE)
        assert codes == [qos], codes

    def unsubscribe(self, filter):
        async def work():
            self.client.unsubscribe(filter)
        self.run(work())
        self.subscribed.get(timeout=PATIENCE)

    def publish(self, topic, text, qos=0, retain=False, **properties):
        async def work():
            self.client.publish(topic, text, qos=qos, retain=retain, **properties)
            await self.client._persistent_storage.wait_empty()
        self.run(work())

    def release(self):
        async def work():
            held, self.held = self.held, None
            for mid in held:
                self.client._package_handler._send_puback(mid)
        self.run(work())

    def leave(self):
        self.run(self.client.disconnect())

    def vanish(self):
        async def work():
            self.client._is_active = False
            self.client._connection._transport.abort()
        self.run(work())


Library = {"paho": Paho, "gmqtt": Gmqtt}[library]
numbers = itertools.count()


def client(name=None, **options):
    return Library(f"{library}-{next(numbers)}" if name is None else name, **options)


# Each feature is a function; its docstring is what the table calls it.
def qos_both_ways():
    """QoS 0, 1 and 2, both ways"""
    a, b = client(), client()
    for granted in (0, 1, 2):
        b.subscribe(f"q/{granted}", granted)
        for qos in (0, 1, 2):
            a.publish(f"q/{granted}", f"{qos}", qos)
            found = b.next()
            assert (found.text, found.qos, found.dup) == (f"{qos}", min(qos, granted), False), found


def order():
    """order"""
    a, b = client(), client()
    b.subscribe("o", 2)
    for number in range(100):
        a.publish("o", str(number), number % 2 + 1)
    found = [b.next() for _ in range(100)]
    for parity in (0, 1):
        numbers = [int(m.text) for m in found if int(m.text) % 2 == parity]
        assert numbers == sorted(numbers) and len(numbers) == 50, numbers


def retained():
    """retained messages"""
    a, b = client(), client()
    a.publish("r/1", "old", 1, retain=True)
    a.publish("r/1", "new", 1, retain=True)
    b.subscribe("r/#", 1)
    assert b.next()[:4] == ("r/1", "new", 1, True)
    a.publish("r/1", "", 1, retain=True)
    assert b.next().text == ""
    client_c = client()
    client_c.subscribe("r/#", 1)
    client_c.nothing()


def retain_handling():
    """retain handling"""
    a = client()
    a.publish("h", "kept", 1, retain=True)
    for handling, counts in ((0, (1, 1)), (1, (1, 0)), (2, (0, 0))):
        b = client()
        for count in counts:
            b.subscribe("h", 1, handling=handling)
            if count:
                assert b.next().text == "kept"
            b.nothing(0.2)
    a.publish("h", "", 1, retain=True)


def retain_as_published():
    """retain as published"""
    a, b, c = client(), client(), client()
    b.subscribe("rap", as_published=True)
    c.subscribe("rap")
    a.publish("rap", "x", 1, retain=True)
    assert (b.next().retain, c.next().retain) == (True, False)
    a.publish("rap", "", 1, retain=True)


def no_local():
    """no local"""
    a, b = client(), client()
    a.subscribe("nl", no_local=True)
    a.publish("nl", "own", 1)
    b.publish("nl", "other", 1)
    assert a.next().text == "other"


def subscription_identifiers():
    """subscription identifiers"""
    a = client()
    a.subscribe("si/+", subscription_identifier=7)
    a.subscribe("si/#", subscription_identifier=200_000)
    a.publish("si/x", "x", 1)
    assert sorted(a.next().properties["subscription_identifier"]) == [7, 200_000]


def shared_subscriptions():
    """shared subscriptions"""
    a, members = client(), [client() for _ in range(3)]
    for member in members:
        member.subscribe("$share/g/sh/#", 1)
    for number in range(30):
        a.publish(f"sh/{number}", "x", 1)
    found = []
    for member in members:
        count = 0
        try:
            while True:
                found.append(member.next(1).topic)
                count += 1
        except queue.Empty:
            assert count == 10, count
    assert len(set(found)) == 30


def will_delay():
    """will and will delay"""
    watcher = client()
    watcher.subscribe("w/#", 1)
    client(will=("w/now", "gone", 1, False, {})).vanish()
    assert watcher.next().text == "gone"
    late = ("w/late", "gone", 1, False, {"will_delay_interval": 2})
    name = f"{library}-late"
    client(name, will=late, session_expiry_interval=60).vanish()
    began = time.monotonic()
    assert watcher.next().topic == "w/late" and time.monotonic() - began > 1.5
    client(name, clean=False, will=late, session_expiry_interval=60).vanish()
    client(name, clean=False, session_expiry_interval=0)
    watcher.nothing(3)
    client(will=("w/never", "gone", 1, False, {})).leave()
    watcher.nothing()


def session_expiry():
    """session expiry"""
    name = f"{library}-expiry"
    a = client(name, session_expiry_interval=2)
    assert not a.present
    a.subscribe("se", 1)
    a.vanish()
    client().publish("se", "while away", 1)
    again = client(name, clean=False, session_expiry_interval=2)
    assert again.present and again.next().text == "while away"
    again.vanish()
    time.sleep(3.5)
    assert not client(name, clean=False, session_expiry_interval=2).present


def message_expiry():
    """message expiry"""
    name = f"{library}-message"
    a = client(name, session_expiry_interval=60)
    a.subscribe("me", 1)
    a.vanish()
    publisher = client()
    publisher.publish("me", "short", 1, message_expiry_interval=1)
    publisher.publish("me", "long", 1, message_expiry_interval=100)
    time.sleep(2)
    found = client(name, clean=False, session_expiry_interval=60).next()
    assert found.text == "long" and 90 <= found.properties["message_expiry_interval"] <= 98, found


def topic_aliases():
    """topic aliases, both ways"""
    a, b = client(), client(topic_alias_maximum=3)
    b.subscribe("ta/#")
    assert a.connack["topic_alias_maximum"] > 0
    a.publish("ta/some/topic", "1", 1, topic_alias=1)
    a.publish("", "2", 1, topic_alias=1)
    a.publish("ta/other/topic", "3", 1, topic_alias=1)
    a.publish("", "4", 1, topic_alias=1)
    found = [b.next() for _ in range(4)]
    assert [m.text for m in found] == ["1", "2", "3", "4"]
    if library == "gmqtt":  # paho 1.6 does not put the topic in the place of an alias that it receives
        topics = [m.topic for m in found]
        assert topics == ["ta/some/topic"] * 2 + ["ta/other/topic"] * 2, topics
    else:
        assert [m.properties.get("topic_alias") for m in found] == [1, 1, 2, 2], found
        assert [m.topic for m in found][::2] == ["ta/some/topic", "ta/other/topic"], found


def request_response():
    """request and response"""
    asker, responder = client(), client()
    responder.subscribe("rr/ask", 1)
    asker.subscribe("rr/answers/1", 1)
    asker.publish("rr/ask", "?", 1, response_topic="rr/answers/1", correlation_data=b"\x00\xff")
    question = responder.next()
    assert question.properties["response_topic"] == "rr/answers/1"
    responder.publish(
        question.properties["response_topic"], "!", 1, correlation_data=question.properties["correlation_data"]
    )
    answer = asker.next()
    assert (answer.text, answer.properties["correlation_data"]) == ("!", b"\x00\xff")


def properties_in_order():
    """user properties in order, content type, payload format"""
    a, b = client(), client()
    b.subscribe("up")
    pairs = [("z", "1"), ("a", "2"), ("z", "1"), ("\u00e9", "")]
    a.publish("up", "x", 1, user_property=pairs, content_type="text/plain", payload_format_id=1)
    found = b.next().properties
    assert found["user_property"] == pairs, found
    assert (found["content_type"], found["payload_format_id"]) == ("text/plain", 1), found


def flow_control():
    """flow control by receive maximum"""
    a, b = client(), client(receive_maximum=2)
    b.subscribe("fc", 1)
    b.held = []
    for number in range(5):
        a.publish("fc", str(number), 1)
    assert [b.next().text for _ in range(2)] == ["0", "1"]
    b.nothing()
    b.release()
    assert [b.next().text for _ in range(3)] == ["2", "3", "4"]


def maximum_packet_size():
    """maximum packet size"""
    a, b = client(), client(maximum_packet_size=200)
    b.subscribe("mp", 1)
    a.publish("mp", "x" * 300, 1)
    a.publish("mp", "fits", 1)
    assert b.next().text == "fits"
    assert a.connack["maximum_packet_size"] >= 1024


def assigned_identifier():
    """assigned client identifier"""
    assert client("").connack["assigned_client_identifier"] == "device-1"


def server_keep_alive():
    """server keep alive"""
    assert client().connack["server_keep_alive"] == 20


def redelivery():
    """redelivery with DUP"""
    name = f"{library}-again"
    a = client(name, session_expiry_interval=60)
    a.subscribe("dup", 1)
    a.held = []
    publisher = client()
    for text in ("1", "2"):
        publisher.publish("dup", text, 1)
    assert [(a.next().text) for _ in range(2)] == ["1", "2"]
    a.vanish()
    again = client(name, clean=False, session_expiry_interval=60)
    assert [again.next()[1:5:3] for _ in range(2)] == [("1", True), ("2", True)]
    again.nothing()


def take_over():
    """take-over of a client identifier"""
    name = f"{library}-twice"
    first = client(name, session_expiry_interval=60)
    first.subscribe("to", 1)
    second = client(name, clean=False, session_expiry_interval=60)
    assert second.present
    client().publish("to", "x", 1)
    assert second.next().text == "x"
    first.nothing()


FEATURES = [
    qos_both_ways, order, retained, retain_handling, retain_as_published, no_local, subscription_identifiers,
    shared_subscriptions, will_delay, session_expiry, message_expiry, topic_aliases, request_response,
    properties_in_order, flow_control, maximum_packet_size, assigned_identifier, server_keep_alive, redelivery, take_over,
]
outcome = {}
for feature in FEATURES:
    try:
        feature()
        outcome[feature.__doc__] = "ok"
    except BaseException as problem:
        outcome[feature.__doc__] = f"{type(problem).__name__}: {problem}"[:300]
print(json.dumps(outcome))
sys.stdout.flush()
# The libraries' threads need not be waited for.
import os
os._exit(0)
