import MQTTCodec
import Synchronization

/// What one shard counts beside packets by type.
enum Counter: Int, CaseIterable {
    case connected
    case sessions
    case subscriptions
    case connections
    case receivedBytes
    case sentBytes
    case publishersHeldBack
    /// Payloads of the PUBLISH packets received.
    case receivedPayloadBytes
    /// Payloads of the PUBLISH packets sent.
    case sentPayloadBytes
    /// Sessions that ended because their expiry interval had run out.
    case expiredSessions
    /// Messages that wait in the queues of sessions.
    case queuedMessages
    /// Messages in flight to clients.
    case inFlightMessages
    /// Bytes of both.
    case queuedBytes
    /// QoS 2 messages of clients that they have not released yet.
    case openInboundMessages
    /// Messages that their publisher may not publish.
    case deniedPublishes
    /// Filters that their client may not subscribe to.
    case deniedSubscriptions
    /// Connections refused because of their will's topic.
    case deniedWills
    /// Times a client was not read because it sent faster than it may.
    case rateHolds
    /// Connections ended because the client sent faster than it may.
    case rateDisconnects
    /// Connections refused because their client id connected too often.
    case refusedConnects
    /// Wills that waited because too many were due at once.
    case delayedWills
}

/// The counters of one shard: written by its event loop alone, read by anyone.
///
/// One writer makes a relaxed load and a relaxed store enough: no locked instruction on the hot path.
final class Counters: Sendable {
    // Sendable: the memory lives as long as self, and all of it is atomics.
    private nonisolated(unsafe) let cells: UnsafeMutablePointer<Atomic<UInt64>>

    private static let receivedBase = Counter.allCases.count
    private static let sentBase = receivedBase + packetTypes
    private static let droppedBase = sentBase + packetTypes
    private static let count = droppedBase + DropReason.allCases.count
    private static let packetTypes = 16

    init() {
        cells = .allocate(capacity: Self.count)
        for index in 0..<Self.count { (cells + index).initialize(to: Atomic(0)) }
    }

    deinit {
        cells.deinitialize(count: Self.count)
        cells.deallocate()
    }

    @inline(__always)
    func add(_ counter: Counter, _ amount: Int = 1) { add(at: counter.rawValue, amount) }

    @inline(__always)
    func received(_ type: PacketType) { add(at: Self.receivedBase + Int(type.rawValue), 1) }

    /// Counts packets that were written, and their bytes.
    @inline(__always)
    func sent(_ type: PacketType, bytes: Int, packets: Int = 1) {
        add(at: Self.sentBase + Int(type.rawValue), packets)
        add(.sentBytes, bytes)
    }

    func dropped(_ reason: DropReason, _ amount: Int = 1) {
        add(at: Self.droppedBase + reason.index, amount)
    }

    @inline(__always)
    private func add(at index: Int, _ amount: Int) {
        let value = cells[index].load(ordering: .relaxed)
        cells[index].store(value &+ UInt64(bitPattern: Int64(amount)), ordering: .relaxed)
    }

    private func value(_ index: Int) -> UInt64 { cells[index].load(ordering: .relaxed) }

    /// Adds what this shard has counted to `statistics`.
    func contribute(to statistics: inout BrokerStatistics) {
        statistics.connected += Int(value(Counter.connected.rawValue))
        statistics.sessions += Int(value(Counter.sessions.rawValue))
        statistics.subscriptions += Int(value(Counter.subscriptions.rawValue))
        statistics.connections += value(Counter.connections.rawValue)
        statistics.receivedBytes += value(Counter.receivedBytes.rawValue)
        statistics.sentBytes += value(Counter.sentBytes.rawValue)
        statistics.publishersHeldBack += value(Counter.publishersHeldBack.rawValue)
        statistics.receivedPayloadBytes += value(Counter.receivedPayloadBytes.rawValue)
        statistics.sentPayloadBytes += value(Counter.sentPayloadBytes.rawValue)
        statistics.expiredSessions += value(Counter.expiredSessions.rawValue)
        statistics.queuedMessages += Int(truncatingIfNeeded: value(Counter.queuedMessages.rawValue))
        statistics.inFlightMessages += Int(truncatingIfNeeded: value(Counter.inFlightMessages.rawValue))
        statistics.queuedBytes += Int(truncatingIfNeeded: value(Counter.queuedBytes.rawValue))
        statistics.openInboundMessages += Int(truncatingIfNeeded: value(Counter.openInboundMessages.rawValue))
        statistics.deniedPublishes += value(Counter.deniedPublishes.rawValue)
        statistics.deniedSubscriptions += value(Counter.deniedSubscriptions.rawValue)
        statistics.deniedWills += value(Counter.deniedWills.rawValue)
        statistics.rateHolds += value(Counter.rateHolds.rawValue)
        statistics.rateDisconnects += value(Counter.rateDisconnects.rawValue)
        statistics.refusedConnects += value(Counter.refusedConnects.rawValue)
        statistics.delayedWills += value(Counter.delayedWills.rawValue)
        for type in PacketType.allCases {
            statistics.received[type, default: 0] += value(Self.receivedBase + Int(type.rawValue))
            statistics.sent[type, default: 0] += value(Self.sentBase + Int(type.rawValue))
        }
        for reason in DropReason.allCases {
            statistics.dropped[reason, default: 0] += value(Self.droppedBase + reason.index)
        }
    }
}

extension DropReason {
    /// The reason's place in a shard's counters.
    fileprivate var index: Int {
        switch self {
        case .slowSubscriber: 0
        case .queueFull: 1
        case .expired: 2
        case .packetTooLarge: 3
        case .notConnected: 4
        case .notAuthorized: 5
        case .retainedFull: 6
        case .sessionEnded: 7
        case .notReadable: 8
        }
    }
}
