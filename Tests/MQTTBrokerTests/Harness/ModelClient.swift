import MQTTCodec
import TestDevice

@testable import MQTTBroker

/// A client that does what the standard asks of one, over any number of connections: it keeps what it has sent until it is
/// acknowledged, sends it again when it comes back, and takes each QoS 2 message once for each identifier.
final class ModelClient {
    private struct Sent {
        var packet: PublishPacket
        var isReleased = false
    }

    let name: String
    private(set) var device: TestDevice?
    /// Messages taken, in order.
    private(set) var taken: [String] = []
    /// Messages whose first acknowledgement has come.
    private(set) var acknowledged: Set<String> = []
    /// Messages refused.
    private(set) var refused: Set<String> = []
    private var open: [(identifier: UInt16, sent: Sent)] = []
    private var held: Set<UInt16> = []
    private var lastIdentifier: UInt16 = 0
    /// Packets of the broker that are not answered yet.
    private var unanswered: [TestDevice.Received] = []

    init(_ name: String) {
        self.name = name
    }

    /// Whether nothing is open in either direction.
    var isQuiet: Bool { open.isEmpty && held.isEmpty && unanswered.isEmpty }

    /// Comes back and sends again what was not acknowledged. [MQTT-4.4.0-1]
    func connect(to durable: DurableBench) throws {
        device?.vanish()
        unanswered = []
        let device = try durable.bench.device()
        self.device = device
        do {
            try device.connect(
                as: Text(name),
                cleanStart: false,
                keepAlive: 0,
                properties: [.sessionExpiryInterval(100_000)]
            )
        } catch {
            // The disk is busy: CONNACK comes later, or with the next connection.
            device.vanish()
            self.device = nil
            return
        }
        for (identifier, sent) in open {
            if sent.isReleased {
                try device.send(AcknowledgementPacket(.pubrel, packetIdentifier: identifier))
            } else {
                var packet = sent.packet
                packet.isDuplicate = true
                try device.send(packet)
            }
        }
    }

    func vanish() {
        device?.vanish()
        device = nil
        unanswered = []
    }

    func publish(_ topic: String, _ payload: String, qos: QoS) throws {
        guard let device else { return }
        lastIdentifier = lastIdentifier == 1000 ? 1 : lastIdentifier + 1
        let packet = PublishPacket(
            topic: try TopicName(topic),
            payload: Array(payload.utf8),
            qos: qos,
            packetIdentifier: lastIdentifier
        )
        open.append((lastIdentifier, Sent(packet: packet)))
        try device.send(packet)
    }

    /// Reads what has come, and answers as much of it as `count` says.
    func answer(_ count: Int) throws {
        guard let device else { return }
        while let received = try? device.receive() { unanswered.append(received) }
        for _ in 0..<min(count, unanswered.count) { try answer(unanswered.removeFirst(), on: device) }
    }

    private func answer(_ received: TestDevice.Received, on device: TestDevice) throws {
        switch received {
        case .publish(let publish):
            let identifier = publish.packetIdentifier
            let text = String(decoding: publish.payload, as: UTF8.self)
            switch publish.qos {
            case .atMostOnce: taken.append(text)
            case .atLeastOnce:
                taken.append(text)
                try device.send(AcknowledgementPacket(.puback, packetIdentifier: identifier))
            case .exactlyOnce:
                // [MQTT-4.3.3-10]
                if held.insert(identifier).inserted { taken.append(text) }
                try device.send(AcknowledgementPacket(.pubrec, packetIdentifier: identifier))
            }
        case .packet(.acknowledgement(let packet)): try answer(packet, on: device)
        default: break
        }
    }

    private func answer(_ packet: AcknowledgementPacket, on device: TestDevice) throws {
        let identifier = packet.packetIdentifier
        let index = open.firstIndex { $0.identifier == identifier }
        switch packet.kind {
        case .puback:
            if let index { settle(open.remove(at: index).sent, packet) }
        case .pubrec:
            guard let index, !open[index].sent.isReleased else { return }
            settle(open[index].sent, packet)
            guard !packet.reasonCode.isFailure else {
                open.remove(at: index)
                return
            }
            open[index].sent.isReleased = true
            try device.send(AcknowledgementPacket(.pubrel, packetIdentifier: identifier))
        case .pubcomp:
            if let index { open.remove(at: index) }
        case .pubrel:
            held.remove(identifier)
            try device.send(AcknowledgementPacket(.pubcomp, packetIdentifier: identifier))
        }
    }

    private func settle(_ sent: Sent, _ packet: AcknowledgementPacket) {
        let text = String(decoding: sent.packet.payload, as: UTF8.self)
        if packet.reasonCode.isFailure { refused.insert(text) } else { acknowledged.insert(text) }
    }
}
