// A small MQTT client for pages: versions 3.1.1 and 5.0 over WebSocket, QoS 0 and 1. No dependencies, no build step.
//
//     const client = new MQTTClient("wss://gateway.example.net:8443/mqtt", { version: 5, user, password });
//     client.addEventListener("message", event => console.log(event.detail.topic, event.detail.text));
//     await client.connect();
//     await client.subscribe("lamps/#", 1);
//     await client.publish("lamps/kitchen", "on", { qos: 1, retain: true });
//
// Rejects with an Error that says why; sends "close" with { code, reason } when the connection ends.

const packetType = { connect: 1, connack: 2, publish: 3, puback: 4, subscribe: 8, suback: 9, pingreq: 12, disconnect: 14 };

/** Reason codes of 5.0 and return codes of 3.1.1 that a person meets. */
const refusals = {
  1: "the server does not speak this version of MQTT",
  2: "the client id is not allowed",
  3: "the server is not available",
  4: "user name or password is wrong",
  5: "not allowed to connect",
  0x80: "refused without a reason",
  0x85: "the client id is not allowed",
  0x86: "user name or password is wrong",
  0x87: "not authorized",
  0x88: "the server is not available",
  0x97: "a quota is exceeded",
  0x9f: "too many connections at a time, try again",
};

const words = (code) => refusals[code] ?? `refused with code 0x${code.toString(16)}`;

export class MQTTClient extends EventTarget {
  #socket = null;
  #input = new Uint8Array();
  #waiting = new Map(); // packet id, or "connect" → { resolve, reject }
  #nextIdentifier = 1;
  #pinging = null;
  #options;

  constructor(url, options = {}) {
    super();
    this.url = url;
    this.#options = { version: 5, keepAlive: 30, clientId: `page-${crypto.randomUUID().slice(0, 8)}`, ...options };
  }

  get clientId() {
    return this.#options.clientId;
  }

  /** Opens the WebSocket with subprotocol "mqtt" [MQTT-6.0.0-3], then the MQTT session. */
  connect() {
    return new Promise((resolve, reject) => {
      this.#waiting.set("connect", { resolve, reject });
      const socket = new WebSocket(this.url, "mqtt");
      socket.binaryType = "arraybuffer";
      socket.onopen = () => this.#send(packetType.connect, 0, this.#connectBody());
      socket.onmessage = (event) => this.#received(new Uint8Array(event.data));
      socket.onclose = (event) => this.#closed(event);
      this.#socket = socket;
    });
  }

  /** Resolves with the granted QoS. */
  async subscribe(filter, qos = 0) {
    const properties = this.#isFive ? [0] : [];
    const codes = await this.#request(packetType.subscribe, 2, (id) => [...short(id), ...properties, ...text(filter), qos]);
    if (codes[0] >= 0x80) throw new Error(`${filter}: ${words(codes[0])}`);
    return codes[0];
  }

  /** QoS 0: resolves at once; QoS 1: when the server has taken the message over. */
  async publish(topic, payload, { qos = 0, retain = false } = {}) {
    const properties = this.#isFive ? [0] : [];
    const body = typeof payload === "string" ? new TextEncoder().encode(payload) : payload;
    const flags = (qos << 1) | (retain ? 1 : 0);
    if (qos === 0) return this.#send(packetType.publish, flags, [...text(topic), ...properties, ...body]);
    const [code] = await this.#request(packetType.publish, flags, (id) => [
      ...text(topic), ...short(id), ...properties, ...body,
    ]);
    if (code >= 0x80) throw new Error(`${topic}: ${words(code)}`);
  }

  /** Says goodbye, so that no will is published [MQTT-3.14.4-3]. */
  disconnect() {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#send(packetType.disconnect, 0, []);
    this.#socket?.close(1000);
  }

  get #isFive() {
    return this.#options.version === 5;
  }

  #connectBody() {
    const { version, keepAlive, clientId, user, password } = this.#options;
    const flags = 0x02 | (user ? 0x80 : 0) | (password ? 0x40 : 0);
    return [
      ...text("MQTT"), version, flags, ...short(keepAlive), ...(this.#isFive ? [0] : []), ...text(clientId),
      ...(user ? text(user) : []), ...(password ? text(password) : []),
    ];
  }

  #request(type, flags, body) {
    const identifier = this.#nextIdentifier;
    this.#nextIdentifier = identifier === 65535 ? 1 : identifier + 1;
    return new Promise((resolve, reject) => {
      this.#waiting.set(identifier, { resolve, reject });
      this.#send(type, flags, body(identifier));
    });
  }

  #send(type, flags, body) {
    this.#socket.send(Uint8Array.from([(type << 4) | flags, ...remainingLength(body.length), ...body]));
  }

  /** Frames and packets have nothing to do with each other [MQTT-6.0.0-2]: a stream is put together again. */
  #received(bytes) {
    const input = new Uint8Array(this.#input.length + bytes.length);
    input.set(this.#input);
    input.set(bytes, this.#input.length);
    let start = 0;
    for (;;) {
      const { value: length, end } = variableInteger(input, start + 1);
      if (end === undefined || end + length > input.length) break;
      this.#packet(input[start], new Reader(input.subarray(end, end + length)));
      start = end + length;
    }
    this.#input = input.slice(start);
  }

  #packet(first, reader) {
    switch (first >> 4) {
      case packetType.connack: {
        const [, code] = [reader.byte(), reader.byte()];
        if (code !== 0) return this.#settle("connect", "reject", new Error(words(code)));
        const period = this.#options.keepAlive * 750;
        if (period > 0) this.#pinging = setInterval(() => this.#send(packetType.pingreq, 0, []), period);
        return this.#settle("connect", "resolve");
      }
      case packetType.publish: {
        const qos = (first >> 1) & 3;
        const topic = reader.text();
        const identifier = qos > 0 ? reader.short() : null;
        if (this.#isFive) reader.skipProperties();
        const payload = reader.rest();
        const message = { topic, payload, text: new TextDecoder().decode(payload), qos, retain: (first & 1) === 1 };
        this.dispatchEvent(new CustomEvent("message", { detail: message }));
        if (qos === 1) this.#send(packetType.puback, 0, short(identifier));
        return;
      }
      case packetType.puback: {
        const identifier = reader.short();
        return this.#settle(identifier, "resolve", [reader.isAtEnd ? 0 : reader.byte()]);
      }
      case packetType.suback: {
        const identifier = reader.short();
        if (this.#isFive) reader.skipProperties();
        return this.#settle(identifier, "resolve", reader.rest());
      }
    }
  }

  #settle(key, how, value) {
    const waiting = this.#waiting.get(key);
    this.#waiting.delete(key);
    waiting?.[how](value);
  }

  #closed({ code, reason }) {
    clearInterval(this.#pinging);
    const why = code === 1006 ? "the connection was refused or broke" : `closed with code ${code}`;
    for (const key of [...this.#waiting.keys()]) this.#settle(key, "reject", new Error(why));
    this.dispatchEvent(new CustomEvent("close", { detail: { code, reason } }));
  }
}

// The standard's data representations (§ 1.5).

const short = (value) => [value >> 8, value & 0xff];

function text(string) {
  const bytes = new TextEncoder().encode(string);
  return [...short(bytes.length), ...bytes];
}

function remainingLength(value) {
  const bytes = [];
  do {
    bytes.push((value & 0x7f) | (value > 0x7f ? 0x80 : 0));
    value >>= 7;
  } while (value > 0);
  return bytes;
}

function variableInteger(bytes, start) {
  let value = 0;
  for (let place = 0; place < 4 && start + place < bytes.length; place++) {
    value += (bytes[start + place] & 0x7f) << (7 * place);
    if (bytes[start + place] < 0x80) return { value, end: start + place + 1 };
  }
  return { value, end: undefined };
}

class Reader {
  #bytes;
  #position = 0;

  constructor(bytes) {
    this.#bytes = bytes;
  }

  get isAtEnd() {
    return this.#position === this.#bytes.length;
  }

  byte() {
    return this.#bytes[this.#position++];
  }

  short() {
    return (this.byte() << 8) | this.byte();
  }

  text() {
    const length = this.short();
    this.#position += length;
    return new TextDecoder().decode(this.#bytes.subarray(this.#position - length, this.#position));
  }

  skipProperties() {
    const { value, end } = variableInteger(this.#bytes, this.#position);
    this.#position = end + value;
  }

  rest() {
    return this.#bytes.slice(this.#position);
  }
}
