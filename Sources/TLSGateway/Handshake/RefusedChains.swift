import Foundation
import Registry
import Synchronization

/// Who has refused the new certificate of a slot in its grace period, so that the next handshake shows the old one.
///
/// A device that does not know the new chain's CA says so by an alert and comes again; nothing else tells it apart from
/// the others. One instance serves all reactors, since the next handshake may come to another. Bounded, and nothing in
/// it outlives the grace period.
final class RefusedChains: Sendable {
    /// The source and the name by which a client is known again, and the certificate that it refused: another
    /// replacement makes another key.
    struct Key: Hashable, Sendable {
        let source: NetworkAddress
        let name: DomainName?
        let certificate: Fingerprint
    }

    private struct Memory {
        var entries: [Key: (until: Date, number: UInt64)] = [:]
        var nextNumber: UInt64 = 0
    }

    private let memory = Mutex(Memory())
    /// How many entries there are: outside of grace periods a handshake asks no more than this.
    private let count = Atomic<Int>(0)
    private let capacity: Int

    /// - Parameter capacity: clients remembered at once, each in about 150 bytes.
    init(capacity: Int = RefusedChains.defaultCapacity) { self.capacity = max(1, capacity) }

    /// Did this client refuse that certificate, in a grace period that lasts still?
    func contains(_ key: Key, at now: Date) -> Bool {
        guard count.load(ordering: .relaxed) > 0 else { return false }
        return memory.withLock { $0.entries[key].map { now < $0.until } ?? false }
    }

    /// A client does not know the chain that it was shown. The new one: remembered until the grace period's deadline.
    /// The old one: it, or another behind its address, is to see the new one again.
    func refused(_ route: ServerNameRoute, at now: Date) {
        guard let rotation = route.rotation, now < rotation.until else { return }
        memory.withLock { memory in
            if route.group.preferred.isSuperseded {
                memory.entries[rotation.key] = nil
            } else {
                makeRoom(in: &memory, for: rotation.key, at: now)
                memory.entries[rotation.key] = (rotation.until, memory.nextNumber)
                memory.nextNumber += 1
            }
            count.store(memory.entries.count, ordering: .relaxed)
        }
    }

    /// Drops what is over, or else the oldest quarter, so that looking at all of them happens seldom.
    private func makeRoom(in memory: inout Memory, for key: Key, at now: Date) {
        guard memory.entries[key] == nil, memory.entries.count >= capacity else { return }
        memory.entries = memory.entries.filter { now < $0.value.until }
        guard memory.entries.count >= capacity else { return }
        let numbers = memory.entries.values.map(\.number).sorted()
        let oldestKept = numbers[min(numbers.count - 1, max(1, numbers.count / 4))]
        memory.entries = memory.entries.filter { $0.value.number >= oldestKept }
    }

    /// Clients remembered at once: about 5 MiB.
    static let defaultCapacity = 32_768
}
