import Foundation
import Registry
import Synchronization

/// Who has refused the new certificate of a slot in its grace period, so that the next handshake shows the old one.
///
/// A device that does not know the new chain's CA says so by an alert and comes again; nothing else tells it apart from
/// the others. So a refusal is remembered by source address and server name, and many devices may share both:
///
/// - Each refusal of the new chain owes *one* handshake the old one, and the handshake that is shown it uses that up.
///   A site that comes back from a power cut gets as many as it has refused; its other devices go on with the new chain.
/// - It is owed for `lifetime`, and not beyond the grace period. Afterwards the new chain is tried again: a device whose
///   trust was mended gets it, and the rotation report becomes safe.
/// - Who refuses the *old* chain was shown what another is owed. That other's stays owed, and the next handshake shows the
///   new chain. Where both are owed, they take turns by twos, so that two devices that call in turn do not go on getting
///   each other's.
///
/// One instance serves all reactors, since the next handshake may come to another. Bounded.
final class RefusedChains: Sendable {
    /// The source and the name by which a client is known again, and the certificate that it refused: another
    /// replacement makes another key.
    struct Key: Hashable, Sendable {
        let source: NetworkAddress
        let name: DomainName?
        let certificate: Fingerprint
    }

    /// What a handshake is shown first, and why.
    enum Showing: Hashable, Sendable {
        /// The new chain: nobody is owed anything else.
        case new
        /// The old chain, which a client with that address and name is owed until then.
        case owedOld(until: Date)
        /// The new chain, which is owed to a client that was shown another's old one.
        case owedNew(until: Date)

        var isOld: Bool { if case .owedOld = self { true } else { false } }
    }

    private struct Debt {
        var old: UInt16 = 0
        var new: UInt16 = 0
        var turns: UInt8 = 0
        var until: Date
        var number: UInt64 = 0

        var isSettled: Bool { old == 0 && new == 0 }

        /// Uses up what is owed. Of both, the new chain first: it is owed to the one that was told last.
        mutating func take() -> Showing {
            guard old > 0, new > 0 else { return old > 0 ? takeOld() : new > 0 ? takeNew() : .new }
            defer { turns = (turns + 1) % 4 }
            return turns == 0 || turns == 3 ? takeNew() : takeOld()
        }

        private mutating func takeOld() -> Showing {
            old -= 1
            return .owedOld(until: until)
        }

        private mutating func takeNew() -> Showing {
            new -= 1
            return .owedNew(until: until)
        }

        mutating func oweOld() { if old < .max { old += 1 } }

        mutating func oweNew() { if new < .max { new += 1 } }
    }

    private struct Memory {
        var debts: [Key: Debt] = [:]
        var nextNumber: UInt64 = 0
    }

    private let memory = Mutex(Memory())
    /// How many debts there are: outside of grace periods a handshake asks no more than this.
    private let count = Atomic<Int>(0)
    private let capacity: Int

    /// Clients remembered at once: about 5 MiB.
    static let defaultCapacity = 32_768
    /// How long a client that refused the new chain is owed the old one, in seconds. MQTT libraries wait two minutes at
    /// most before they connect again; one that came later than this would never get in during the grace period.
    static let lifetime: TimeInterval = 180

    /// - Parameter capacity: clients remembered at once, each in about 150 bytes.
    init(capacity: Int = RefusedChains.defaultCapacity) { self.capacity = max(1, capacity) }

    /// What a handshake that begins now is to be shown; uses up what is owed.
    func take(_ key: Key, at now: Date) -> Showing {
        guard count.load(ordering: .relaxed) > 0 else { return .new }
        return memory.withLock { memory in
            guard var debt = memory.debts[key] else { return .new }
            let showing = now < debt.until ? debt.take() : .new
            memory.debts[key] = now < debt.until && !debt.isSettled ? debt : nil
            count.store(memory.debts.count, ordering: .relaxed)
            return showing
        }
    }

    /// A client does not know the chain that it was shown in that grace period, the old one or the new.
    func refused(old isOld: Bool, _ rotation: Rotation, at now: Date) {
        let end = min(rotation.until, now + Self.lifetime)
        switch (isOld, rotation.showing) {
        case (true, .owedOld(let until)):
            // Whoever was owed it has not got it: it stays so, but for no longer than before.
            note(rotation.key, until: until, at: now) { debt in
                debt.oweOld()
                debt.oweNew()
            }
        case (false, .owedNew):
            note(rotation.key, until: end, at: now) { debt in
                debt.oweOld()
                debt.oweNew()
            }
        case (false, .new), (false, .owedOld):
            note(rotation.key, until: end, at: now) { $0.oweOld() }
        case (true, .new), (true, .owedNew):
            // The old certificate alone carries that name: there is nothing else to show.
            break
        }
    }

    private func note(_ key: Key, until end: Date, at now: Date, _ change: (inout Debt) -> Void) {
        guard now < end else { return }
        memory.withLock { memory in
            makeRoom(in: &memory, for: key, at: now)
            var debt = memory.debts[key].flatMap { now < $0.until ? $0 : nil } ?? Debt(until: end)
            debt.until = max(debt.until, end)
            debt.number = memory.nextNumber
            change(&debt)
            memory.nextNumber += 1
            memory.debts[key] = debt
            count.store(memory.debts.count, ordering: .relaxed)
        }
    }

    /// Drops what is over, or else the oldest quarter, so that looking at all of them happens seldom.
    private func makeRoom(in memory: inout Memory, for key: Key, at now: Date) {
        guard memory.debts[key] == nil, memory.debts.count >= capacity else { return }
        memory.debts = memory.debts.filter { now < $0.value.until }
        guard memory.debts.count >= capacity else { return }
        let numbers = memory.debts.values.map(\.number).sorted()
        let oldestKept = numbers[min(numbers.count - 1, max(1, numbers.count / 4))]
        memory.debts = memory.debts.filter { $0.value.number >= oldestKept }
    }
}
