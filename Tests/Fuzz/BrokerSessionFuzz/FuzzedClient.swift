import Glibc
import MQTTCodec

/// One client of the script, which holds the broker to its word:
/// - what the broker sends can be read, keeps the client's limits, and begins with one CONNACK;
/// - every message is one that a client of this world published, under its own topic, and one that it subscribed to;
/// - no packet identifier is in use twice, and no more are in use than the client takes;
/// - what the client asks is answered, or its connection is closed;
/// - nothing follows DISCONNECT.
final class FuzzedClient {
    private let ledger: Ledger
    private var name: [UInt8] = []
    private(set) var version = ProtocolVersion.v5
    /// Whether it takes what the broker sends.
    var isReading = true
    private var descriptor: Int32 = -1
    private var decoder = FuzzedClient.decoder(.v5)
    private var limits = Properties()
    private var input: [UInt8] = []
    private var hasConnack = false
    private var hasEnd = false
    /// Whether all that was sent is as it should be, so that an answer is due.
    private var isHonest = true
    /// What is asked and not answered: type and packet identifier.
    private var asked: [Question: Int] = [:]
    /// Messages of the broker that are not acknowledged to their end, by identifier.
    private var open: [UInt16: QoS] = [:]
    private var aliases: [UInt16: [UInt8]] = [:]
    private var buffer = [UInt8](repeating: 0, count: 16_384)
    /// The packet that was sent last, to be damaged.
    private var last: [UInt8] = []

    private struct Question: Hashable {
        let answer: PacketType
        let packetID: UInt16
    }

    init(_ ledger: Ledger) { self.ledger = ledger }

    deinit { vanish() }

    private static func decoder(_ version: ProtocolVersion) -> PacketDecoder {
        PacketDecoder(
            origin: .server,
            version: version,
            maximumPacketSize: VariableByteInteger.maximum,
            topicAliasMaximum: .max
        )
    }

    var isConnected: Bool { descriptor >= 0 }

    // MARK: What the script has it do

    func connect(_ packet: ConnectPacket, in world: World) {
        vanish()
        guard let descriptor = world.open() else { return }
        self.descriptor = descriptor
        version = packet.version
        decoder = Self.decoder(version)
        limits = packet.properties
        name = packet.clientIdentifier.bytes
        isReading = true
        isHonest = true
        hasConnack = false
        hasEnd = false
        input = []
        asked = [:]
        open = [:]
        aliases = [:]
        send(packet)
    }

    /// Publishes; the payload repeats the topic, so that its receivers know what belongs together.
    func publish(_ script: inout Script) {
        let topic = script.choose(Script.topics)
        let qos = script.qos()
        var packet = PublishPacket(topic: topic, payload: topic.bytes, qos: qos, retain: script.next(4) == 0)
        if qos > .atMostOnce {
            packet.packetIdentifier = UInt16(1 + script.next(6))
            packet.isDuplicate = script.next(8) == 0
        }
        if script.next(8) == 0 { packet.payload = [] }
        if version.hasProperties {
            if script.next(4) == 0 { packet.properties.topicAlias = UInt16(1 + script.next(3)) }
            if script.next(4) == 0 { packet.properties.messageExpiryInterval = UInt32(script.next(4)) }
            if script.next(8) == 0 { packet.properties.append(.userProperty(UserProperty("k", "v"))) }
        }
        send(packet)
    }

    /// Sends a packet, and awaits the answer that it is due.
    func send(_ packet: some EncodablePacket) {
        guard isConnected, let bytes = try? packet.encoded(for: version, from: .client) else { return }
        last = bytes
        switch packet {
        case let packet as PublishPacket where packet.qos == .atLeastOnce: ask(.puback, packet.packetIdentifier)
        case let packet as PublishPacket where packet.qos == .exactlyOnce: ask(.pubrec, packet.packetIdentifier)
        case let packet as SubscribePacket:
            ask(.suback, packet.packetIdentifier)
            ledger.filters[name, default: []].formUnion(packet.subscriptions.map(\.filter))
        case let packet as UnsubscribePacket: ask(.unsuback, packet.packetIdentifier)
        case let packet as AcknowledgementPacket where packet.kind == .pubrel: ask(.pubcomp, packet.packetIdentifier)
        case is PingPacket: ask(.pingresp, 0)
        case is ConnectPacket: ask(.connack, 0)
        default: break
        }
        write(bytes)
    }

    private func ask(_ answer: PacketType, _ packetID: UInt16) {
        asked[Question(answer: answer, packetID: packetID), default: 0] += 1
    }

    /// Goes on with one of the exchanges that are open, now and then with the wrong word.
    func acknowledgeNext(_ script: inout Script) {
        let packetID = open.keys.min() ?? UInt16(1 + script.next(4))
        let isFailure = version.hasProperties && script.next(8) == 0
        let kind: AcknowledgementPacket.Kind
        switch open[packetID] {
        case .atLeastOnce: kind = script.next(8) == 0 ? .pubrec : .puback
        case .exactlyOnce: kind = script.flag() ? .pubrec : .pubcomp
        case .atMostOnce, nil: kind = script.choose([.puback, .pubrec, .pubcomp])
        }
        let code: ReasonCode = isFailure && kind != .pubcomp ? .unspecifiedError : .success
        if (kind == .puback && open[packetID] == .atLeastOnce) || (kind == .pubrec && code.isFailure)
            || kind == .pubcomp
        {
            open[packetID] = nil
        }
        send(AcknowledgementPacket(kind, packetIdentifier: packetID, reasonCode: code))
    }

    func leave(_ script: inout Script) {
        switch script.next(3) {
        case 0: vanish()
        case 1: send(DisconnectPacket())
        default:
            send(DisconnectPacket(reasonCode: version.hasProperties ? .disconnectWithWillMessage : .success))
        }
        isHonest = false
    }

    /// Sends the last packet again with one byte changed, taken out or put in.
    func damage(at place: Int, with byte: UInt8, how: Int) {
        guard isConnected, !last.isEmpty else { return }
        isHonest = false
        ledger.isClean = false
        var bytes = last
        let index = place % bytes.count
        switch how {
        case 0: bytes[index] ^= byte
        case 1: bytes.remove(at: index)
        default: bytes.insert(byte, at: index)
        }
        write(bytes)
    }

    /// Sends the beginning of the last packet; what comes behind it then means something else.
    func sendHalf(_ count: Int) {
        guard isConnected, !last.isEmpty else { return }
        isHonest = false
        ledger.isClean = false
        write(Array(last.prefix(count % last.count)))
    }

    func vanish() {
        guard descriptor >= 0 else { return }
        close(descriptor)
        descriptor = -1
    }

    private func write(_ bytes: [UInt8]) {
        let count = bytes.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
        // A socket that is full, or closed by the broker already: the rest of the script goes on without answers.
        guard count != bytes.count else { return }
        isHonest = false
        if count > 0 { ledger.isClean = false }
    }

    // MARK: What it holds the broker to

    /// Takes what the broker has sent.
    func read() {
        guard isConnected, isReading else { return }
        while true {
            let count = buffer.withUnsafeMutableBytes { recv(descriptor, $0.baseAddress, $0.count, 0) }
            guard count > 0 else {
                if count == 0 || errno != EAGAIN { ended() }
                return
            }
            input += buffer[..<count]
            take()
        }
    }

    private func ended() {
        precondition(input.isEmpty || hasEnd, "the connection ended inside a packet")
        vanish()
    }

    private func take() {
        var offset = 0
        while offset < input.count {
            let size = input.withUnsafeBytes { bytes -> Int in
                let rest = UnsafeRawBufferPointer(rebasing: bytes[offset...])
                guard let step = try? decoder.next(in: rest) else {
                    preconditionFailure("the broker sent what is no packet")
                }
                switch step {
                case .needMore: return 0
                case .publish(let view):
                    heard(view.packetSize)
                    received(PublishPacket(view, in: rest))
                    return view.packetSize
                case .packet(let packet, let size):
                    heard(size)
                    received(packet)
                    return size
                }
            }
            if size == 0 { break }
            offset += size
        }
        input.removeFirst(offset)
    }

    private func heard(_ size: Int) {
        precondition(!hasEnd, "a packet behind DISCONNECT")
        if let limit = limits.maximumPacketSize { precondition(size <= Int(limit), "\(size) bytes of \(limit)") }
    }

    private func received(_ packet: Packet) {
        if case .connack = packet {
            precondition(!hasConnack, "a second CONNACK")
            hasConnack = true
        } else {
            precondition(hasConnack, "\(packet.packetType) before CONNACK")
        }
        switch packet {
        case .connack: answered(.connack, 0)
        case .acknowledgement(let packet) where packet.kind == .pubrel:
            precondition(
                !version.hasProperties || limits.requestProblemInformation != false || packet.properties.isEmpty
            )
        case .acknowledgement(let packet): answered(packet.kind.packetType, packet.packetIdentifier)
        case .suback(let packet): answered(.suback, packet.packetIdentifier)
        case .unsuback(let packet): answered(.unsuback, packet.packetIdentifier)
        case .ping: answered(.pingresp, 0)
        case .disconnect: hasEnd = true
        case .auth, .connect, .subscribe, .unsubscribe: preconditionFailure("\(packet.packetType) from the broker")
        }
    }

    private func answered(_ type: PacketType, _ packetID: UInt16) {
        let question = Question(answer: type, packetID: packetID)
        guard let count = asked[question], count > 0 else {
            // What was damaged on its way may have asked something else.
            precondition(!isHonest, "\(type) \(packetID) to no question")
            return
        }
        asked[question] = count - 1
    }

    private func received(_ packet: PublishPacket) {
        precondition(hasConnack, "PUBLISH before CONNACK")
        checkTopic(packet)
        precondition(packet.properties.subscriptionIdentifiers.allSatisfy { $0 > 0 && $0 <= 200 })
        guard packet.qos > .atMostOnce else { return }
        let packetID = packet.packetIdentifier
        precondition(open[packetID] == nil || packet.isDuplicate || !isHonest, "identifier \(packetID) is in use")
        open[packetID] = packet.qos
        let window = Int(limits.receiveMaximum ?? .max)
        precondition(open.count <= window || !isHonest, "\(open.count) messages in a window of \(window)")
    }

    private func checkTopic(_ packet: PublishPacket) {
        let alias = packet.properties.topicAlias
        if let alias {
            precondition(alias <= limits.topicAliasMaximum ?? 0, "alias \(alias) was not allowed")
            if let topic = packet.topic { aliases[alias] = topic.bytes }
        }
        let topic = packet.topic?.bytes ?? alias.flatMap { aliases[$0] }
        guard let topic, let topicName = try? TopicName(topic) else {
            preconditionFailure("no topic, or none that is one")
        }
        guard ledger.isClean else { return }
        precondition(packet.payload.isEmpty || packet.payload == topic, "the message of another topic")
        precondition(ledger.filters[name]?.contains { $0.matches(topicName) } == true, "nobody asked for \(topicName)")
    }

    /// Once nothing more happens, every question is answered or the connection closed.
    func check() {
        guard isConnected, isReading, isHonest else { return }
        if let (question, _) = asked.first(where: { $0.value > 0 }) {
            preconditionFailure("\(question.answer) \(question.packetID) has not come")
        }
    }
}

/// What all clients of a world know together.
final class Ledger {
    /// Whether every packet so far was sent as it should be, so that what arrives can be told from the script.
    var isClean = true
    /// All filters that were ever subscribed to, by client identifier.
    var filters: [[UInt8]: Set<TopicFilter>] = [:]
}
