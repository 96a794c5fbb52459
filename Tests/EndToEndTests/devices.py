"""Devices that mosquitto's clients cannot be: many at once, or one that resumes its TLS session.

    devices.py once   PORT CAFILE PEM ID        connects and leaves in order
    devices.py fleet  PORT CAFILE PEM...        holds one session for each PEM file (key and certificate), MQTT 5.0
    devices.py hammer PORT CAFILE PEM SECONDS RATE   connects again and again: handshake, CONNECT, CONNACK, close
    devices.py resume PORT CAFILE PEM TLS GO    connects; once the file GO is there, connects with the same TLS session

The server is 127.0.0.1; its certificate is checked against the CA without the name. Lines on standard output tell what
happens; see each function.
"""
import os
import selectors
import signal
import socket
import ssl
import struct
import sys
import threading
import time

NAME = "mqtt-7f3a-sh-public.mqtt.example.net"


def context(cafile, pem, tls=None):
    made = ssl.create_default_context(cafile=cafile)
    made.check_hostname = False
    made.load_cert_chain(pem)
    if tls:
        made.minimum_version = made.maximum_version = {"1.2": ssl.TLSVersion.TLSv1_2, "1.3": ssl.TLSVersion.TLSv1_3}[tls]
    return made


def connect(port, tls_context, session=None):
    plain = socket.create_connection(("127.0.0.1", port), timeout=30)
    plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    try:
        return tls_context.wrap_socket(plain, server_hostname=NAME, session=session)
    except BaseException:
        plain.close()
        raise


def send_connect(connection, client_id):
    """CONNECT of 5.0 with a keep-alive of 600 s; gives the CONNACK's reason code."""
    return exchange_connect(connection, client_id)[1]


def exchange_connect(connection, client_id):
    """The same; gives the CONNACK's body."""
    name = client_id.encode()
    body = b"\x00\x04MQTT\x05\x02\x02\x58\x00" + struct.pack("!H", len(name)) + name
    connection.sendall(b"\x10" + bytes([len(body)]) + body)
    head = read(connection, 2)
    if head[0] != 0x20:
        raise ConnectionError(f"found packet {head[0]:#x}, wanted CONNACK")
    return read(connection, head[1])


def leave(connection):
    """DISCONNECT and close_notify."""
    connection.sendall(b"\xe0\x00")
    try:
        connection.unwrap()
    except OSError:
        pass


def read(connection, count):
    data = b""
    while len(data) < count:
        piece = connection.recv(count - len(data))
        if not piece:
            raise ConnectionError("closed by the server")
        data += piece
    return data


def say(*words):
    print(*words, flush=True)


def once(port, cafile, pem, client_id):
    """"code CODE", and "assigned ID" when the server has chosen the client id."""
    with connect(port, context(cafile, pem)) as connection:
        body = exchange_connect(connection, client_id)
        say("code", body[1])
        # MQTT 5.0 § 3.2.2.3: the sizes of the properties; those of text tell theirs.
        sizes, properties = {0x11: 4, 0x21: 2, 0x22: 2, 0x24: 1, 0x25: 1, 0x27: 4, 0x28: 1, 0x29: 1, 0x2A: 1, 0x13: 2}, body[3:]
        while properties:
            kind = properties[0]
            size = sizes.get(kind) or 2 + struct.unpack("!H", properties[1:3])[0]
            if kind == 0x12:
                say("assigned", properties[3:1 + size].decode())
            properties = properties[1 + size:]
        leave(connection)


def fleet(port, cafile, *pems):
    """"connected N" when all are; "ended ID CODE SECONDS" for each session that the server ends, with the reason code of
    its DISCONNECT (- for none) and the time; "alive N" on SIGUSR1: so many answered a PINGREQ."""
    opened, lock, todo = {}, threading.Lock(), list(pems)

    def open_some():
        while True:
            with lock:
                if not todo:
                    return
                pem = todo.pop()
            name = os.path.splitext(os.path.basename(pem))[0]
            connection = connect(port, context(cafile, pem))
            code = send_connect(connection, name)
            if code:
                raise ConnectionError(f"{name}: CONNACK {code:#x}")
            with lock:
                opened[name] = connection

    threads = [threading.Thread(target=open_some) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if len(opened) != len(pems):
        sys.exit(f"{len(opened)} of {len(pems)} connected")

    selector = selectors.DefaultSelector()
    wake, poke = os.pipe()
    os.set_blocking(poke, False)
    signal.signal(signal.SIGUSR1, lambda *_: None)
    signal.set_wakeup_fd(poke)
    selector.register(wake, selectors.EVENT_READ, None)
    for name, connection in opened.items():
        connection.setblocking(False)
        selector.register(connection, selectors.EVENT_READ, name)
    say("connected", len(opened))
    answered = None
    while True:
        for key, _ in selector.select(timeout=1):
            if key.data is None:
                os.read(wake, 4096)
                answered = set()
                for connection in opened.values():
                    connection.sendall(b"\xc0\x00")
                deadline = time.time() + 20
                continue
            packets, closed = receive(key.fileobj)
            for kind, body in packets:
                if kind == 0xE0:
                    closed = body[0] if body else 0
                elif kind == 0xD0 and answered is not None:
                    answered.add(key.data)
            if closed is not False:
                selector.unregister(key.fileobj)
                opened.pop(key.data)
                say("ended", key.data, closed, time.time())
        if answered is not None and (len(answered) >= len(opened) or time.time() > deadline):
            say("alive", len(answered))
            answered = None


def receive(connection):
    """The packets that are there, and whether the server has closed ("-") or not (False). All are shorter than 128 bytes."""
    data = b""
    try:
        while True:
            piece = connection.recv(4096)
            if not piece:
                return split(data), "-"
            data += piece
    except (ssl.SSLWantReadError, BlockingIOError):
        return split(data), False
    except OSError:
        return split(data), "-"


def split(data):
    packets = []
    while len(data) >= 2:
        packets.append((data[0] & 0xF0, data[2:2 + data[1]]))
        data = data[2 + data[1]:]
    return packets


def hammer(port, cafile, pem, seconds, rate):
    """"done N failed M REASON…" at the end."""
    end = time.time() + float(seconds)
    tls_context, done, failures, lock = context(cafile, pem), [], [], threading.Lock()
    threads_count = 8

    def go(number):
        pace, attempt = threads_count / float(rate), 0
        begin = time.time() + number * pace / threads_count
        while (due := begin + attempt * pace) < end:
            attempt += 1
            time.sleep(max(0, due - time.time()))
            if time.time() > end:
                return
            try:
                with connect(port, tls_context) as connection:
                    code = send_connect(connection, f"hammer-{number}-{attempt}")
                    if code:
                        raise ConnectionError(f"CONNACK {code:#x}")
                with lock:
                    done.append(1)
            except Exception as error:
                with lock:
                    failures.append(repr(error))

    threads = [threading.Thread(target=go, args=(number,)) for number in range(threads_count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    say("done", len(done), "failed", len(failures), *failures[:3])


def resume(port, cafile, pem, tls, go):
    """"first CODE"; then "second resumed|full CODE", or "second refused REASON"."""
    tls_context = context(cafile, pem, tls)
    with connect(port, tls_context) as connection:
        # The CONNACK comes after the ticket, so that the ticket is here by then.
        say("first", send_connect(connection, "resuming"))
        session = connection.session
        # And it goes without a word, as devices do whose power is cut.
    while not os.path.exists(go):
        time.sleep(0.02)
    try:
        with connect(port, tls_context, session) as connection:
            how = "resumed" if connection.session_reused else "full"
            say("second", how, send_connect(connection, "resuming"))
    except (OSError, ConnectionError) as error:
        say("second", "refused", repr(error))


if __name__ == "__main__":
    {"once": once, "fleet": fleet, "hammer": hammer, "resume": resume}[sys.argv[1]](int(sys.argv[2]), *sys.argv[3:])
