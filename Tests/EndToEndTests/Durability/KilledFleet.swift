import Foundation
import MQTTCodec
import Synchronization
import TestDevice

/// Devices that publish and subscribe while their gateway is killed over and over, and a ledger of what they were promised.
///
/// A device that loses its gateway waits for the next one and goes on as the standard has it: what was not acknowledged is
/// sent again with its packet identifier, what was is not.
final class KilledFleet: Sendable {
    /// Where the gateway is now, for devices on threads of their own.
    private let turn = NSCondition()
    private let state = Mutex(State())

    private struct State {
        var port: UInt16?
        var generation = 0
        var isStopping = false
        var isOver = false
        var problems: [String] = []
        /// What was acknowledged, by publisher.
        var acknowledged: [String: Int] = [:]
        /// What each subscriber got, in its order.
        var received: [String: [Item]] = [:]
        var running = 0
    }

    /// A message as its payload names it.
    struct Item: Hashable, Sendable {
        let publisher: String
        let number: Int

        var text: String { "\(publisher) \(number)" }

        init(publisher: String, number: Int) {
            self.publisher = publisher
            self.number = number
        }

        init?(_ payload: [UInt8]) {
            let parts = String(decoding: payload, as: UTF8.self).split(separator: " ")
            guard parts.count >= 2, let number = Int(parts[1]) else { return nil }
            self.init(publisher: String(parts[0]), number: number)
        }
    }

    /// What went against a promise, in words.
    var problems: [String] { state.withLock(\.problems) }
    /// How many messages of a publisher were acknowledged; it sends them in their order.
    func acknowledged(_ publisher: String) -> Int { state.withLock { $0.acknowledged[publisher] ?? 0 } }
    func received(_ subscriber: String) -> [Item] { state.withLock { $0.received[subscriber] ?? [] } }
    /// Whether every device has come to its end.
    var isDone: Bool { state.withLock { $0.running == 0 } }

    /// Tells the devices where the gateway is.
    func gatewayIs(at port: UInt16) {
        change {
            $0.port = port
            $0.generation += 1
        }
    }

    /// Tells the devices that the gateway will be gone.
    func gatewayGoes() { change { $0.port = nil } }

    /// Publishers send nothing new; they end when all is acknowledged.
    func stopPublishing() { change { $0.isStopping = true } }

    /// Subscribers end when nothing more comes.
    func finish() { change { $0.isOver = true } }

    /// Runs a device on a thread of its own: `body` is called again with every gateway until it says that it is done.
    func run(_ name: String, _ body: @escaping @Sendable (UInt16) throws -> Bool) {
        state.withLock { $0.running += 1 }
        Thread.detachNewThread { [self] in
            var seen = 0
            var isDone = false
            while !isDone {
                guard let port = waitForGateway(after: &seen) else { break }
                do {
                    isDone = try body(port)
                } catch let error as DeviceError where error.isOfTheConnection {
                    continue
                } catch is PipeError {
                    continue
                } catch {
                    report("\(name): \(error)")
                    break
                }
            }
            state.withLock { $0.running -= 1 }
        }
    }

    func report(_ problem: String) { state.withLock { $0.problems.append(problem) } }

    func acknowledge(_ item: Item) {
        state.withLock { $0.acknowledged[item.publisher, default: 0] += 1 }
    }

    func receive(_ item: Item, by subscriber: String) {
        state.withLock { $0.received[subscriber, default: []].append(item) }
    }

    var isStopping: Bool { state.withLock(\.isStopping) }
    var isOver: Bool { state.withLock(\.isOver) }

    /// Blocks until there is a gateway, another one than before where that has gone; nil when nobody starts one any more.
    private func waitForGateway(after seen: inout Int) -> UInt16? {
        turn.lock()
        defer { turn.unlock() }
        let deadline = Date(timeIntervalSinceNow: 60)
        while true {
            let (port, generation) = state.withLock { ($0.port, $0.generation) }
            if let port, generation != seen {
                seen = generation
                return port
            }
            guard turn.wait(until: deadline) else { return nil }
        }
    }

    private func change(_ body: (inout State) -> Void) {
        turn.lock()
        state.withLock { body(&$0) }
        turn.broadcast()
        turn.unlock()
    }
}

extension DeviceError {
    /// Whether it says no more than that the connection is gone.
    fileprivate var isOfTheConnection: Bool {
        switch self {
        case .closed: true
        case .pipe(.system): true
        case .pipe, .cannotEncode, .brokerSentMalformed, .unexpected: false
        }
    }
}

/// A publisher with a session, and what it has not been promised yet.
final class FleetPublisher: @unchecked Sendable {
    private enum Exchange {
        case published
        case received
    }

    // Sendable: used by the one thread that `KilledFleet.run` gives it.
    private let name: String
    private let qos: QoS
    private let fleet: KilledFleet
    private var open: [(identifier: UInt16, item: KilledFleet.Item, exchange: Exchange)] = []
    private var sent = 0
    private var identifier: UInt16 = 0
    private var wasConnected = false

    /// Messages under way at most.
    private static let window = 20

    init(_ name: String, _ qos: QoS, _ fleet: KilledFleet) {
        self.name = name
        self.qos = qos
        self.fleet = fleet
    }

    /// One life of the gateway; true when all that was sent is acknowledged and nothing more is to be.
    func live(_ port: UInt16) throws -> Bool {
        let device = try TestDevice.reaching(port: port, patience: .seconds(15))
        let answer = try device.connect(
            as: try Text(name),
            cleanStart: false,
            properties: [.sessionExpiryInterval(3600)]
        )
        if wasConnected, !answer.sessionPresent { fleet.report("\(name): its session is lost") }
        wasConnected = true
        // [MQTT-4.4.0-1]: in the order in which they were sent.
        for entry in open {
            switch entry.exchange {
            case .published: try device.send(packet(entry.item, entry.identifier, isDuplicate: true))
            case .received: try device.send(AcknowledgementPacket(.pubrel, packetIdentifier: entry.identifier))
            }
        }
        while true {
            while open.count < Self.window, !fleet.isStopping {
                let item = KilledFleet.Item(publisher: name, number: sent)
                sent += 1
                identifier = identifier == .max ? 1 : identifier + 1
                open.append((identifier, item, .published))
                try device.send(packet(item, identifier, isDuplicate: false))
            }
            if open.isEmpty { return true }
            guard case .packet(.acknowledgement(let packet)) = try device.receive() else { continue }
            try take(packet, device)
        }
    }

    private func take(_ packet: AcknowledgementPacket, _ device: TestDevice) throws {
        guard let index = open.firstIndex(where: { $0.identifier == packet.packetIdentifier }) else { return }
        guard !packet.reasonCode.isFailure else {
            // A PUBREL for what the broker has forgotten is answered so, and ends the exchange.
            if packet.kind == .pubcomp { open.remove(at: index) } else { fleet.report("\(name): \(packet)") }
            return
        }
        switch packet.kind {
        case .puback:
            fleet.acknowledge(open[index].item)
            open.remove(at: index)
        case .pubrec:
            if open[index].exchange == .published { fleet.acknowledge(open[index].item) }
            open[index].exchange = .received
            try device.send(AcknowledgementPacket(.pubrel, packetIdentifier: packet.packetIdentifier))
        case .pubcomp: open.remove(at: index)
        case .pubrel: break
        }
    }

    private func packet(_ item: KilledFleet.Item, _ identifier: UInt16, isDuplicate: Bool) throws -> PublishPacket {
        PublishPacket(
            topic: try TopicName("fleet/\(qos.rawValue)/\(name)"),
            payload: Array(item.text.utf8) + [UInt8](repeating: 0x20, count: 1) + [UInt8](repeating: 0x78, count: 200),
            qos: qos,
            // One in ten stays with the topic too.
            retain: item.number.isMultiple(of: 10),
            isDuplicate: isDuplicate,
            packetIdentifier: identifier
        )
    }
}

/// A subscriber with a session, that keeps what QoS 2 has a receiver keep.
final class FleetSubscriber: @unchecked Sendable {
    // Sendable: used by the one thread that `KilledFleet.run` gives it.
    private let name: String
    private let qos: QoS
    private let fleet: KilledFleet
    private var unreleased: Set<UInt16> = []
    private var hasSubscribed = false

    init(_ name: String, _ qos: QoS, _ fleet: KilledFleet) {
        self.name = name
        self.qos = qos
        self.fleet = fleet
    }

    /// Makes the session and its subscription, and leaves.
    func subscribe(_ port: UInt16) throws {
        let device = try connect(port)
        try device.disconnect()
    }

    /// One life of the gateway; true when nothing more comes and nothing more will.
    func live(_ port: UInt16) throws -> Bool {
        let device = try connect(port)
        while true {
            do throws(DeviceError) {
                try take(try device.receive(), device)
            } catch {
                guard error == .pipe(.deadlinePassed) else { throw error }
                if fleet.isOver { return true }
            }
        }
    }

    private func connect(_ port: UInt16) throws -> TestDevice {
        // Short, so that the end is seen soon.
        let device = try TestDevice.reaching(port: port, patience: .seconds(15))
        let answer = try device.connect(
            as: try Text(name),
            cleanStart: false,
            properties: [.sessionExpiryInterval(3600)]
        )
        if hasSubscribed, !answer.sessionPresent { fleet.report("\(name): its session is lost") }
        if !hasSubscribed { try device.subscribe("fleet/#", qos: qos) }
        hasSubscribed = true
        device.patience = .seconds(2)
        return device
    }

    private func take(_ received: TestDevice.Received, _ device: TestDevice) throws(DeviceError) {
        switch received {
        case .publish(let publish):
            let identifier = publish.packetIdentifier
            guard let item = KilledFleet.Item(publish.payload) else { return }
            switch publish.qos {
            case .atMostOnce: break
            case .atLeastOnce:
                fleet.receive(item, by: name)
                try device.send(AcknowledgementPacket(.puback, packetIdentifier: identifier))
            case .exactlyOnce:
                // The same identifier before its PUBREL is the same message. [MQTT-4.3.3-10]
                if unreleased.insert(identifier).inserted { fleet.receive(item, by: name) }
                try device.send(AcknowledgementPacket(.pubrec, packetIdentifier: identifier))
            }
        case .packet(.acknowledgement(let packet)) where packet.kind == .pubrel:
            unreleased.remove(packet.packetIdentifier)
            try device.send(AcknowledgementPacket(.pubcomp, packetIdentifier: packet.packetIdentifier))
        case .packet: break
        }
    }
}
