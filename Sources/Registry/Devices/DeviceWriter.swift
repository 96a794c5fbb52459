import Synchronization

/// Writes to the registry in order: store, then memory, then observers. What waits while one transaction is written goes
/// into the next one together, so that many devices at once cost few syncs of the disk.
final class DeviceWriter: Sendable {
    typealias Outcome = Result<DeviceChange, DeviceError>
    /// Something to write in the same transaction, by what the operations came to.
    typealias Companion = @Sendable (any DeviceTransaction, [Outcome]) throws -> Void

    /// Operations that belong together, and who waits for them.
    private struct Unit: Sendable {
        let operations: [DeviceOperation]
        let companion: Companion?
        let waiter: CheckedContinuation<Result<[Outcome], DeviceError>, Never>
    }

    private struct Queue {
        var units: [Unit] = []
        var isWriting = false
    }

    private let queue = Mutex(Queue())
    private let observers = Mutex<[@Sendable ([DeviceChange]) -> Void]>([])
    private let store: any DeviceStore
    private let table: DeviceTable
    private let rules: RegistrationRules

    /// Units that may wait: some hundreds of times what a disk stores while one transaction is written.
    private static let maximumWaiting = 10_000
    /// Operations in one transaction. It holds up all other writers of the registry, so it is kept to some 100 ms.
    static let maximumGroup = 1_000

    init(store: any DeviceStore, table: DeviceTable, rules: RegistrationRules) {
        self.store = store
        self.table = table
        self.rules = rules
    }

    private let refusalObservers = Mutex<[@Sendable (DeviceError) -> Void]>([])

    func observeRefusals(_ body: @escaping @Sendable (DeviceError) -> Void) {
        refusalObservers.withLock { $0.append(body) }
    }

    /// A registration by hand or by import was turned down.
    func turnedDown(_ error: DeviceError) {
        for observer in refusalObservers.withLock({ $0 }) { observer(error) }
    }

    func observe(_ body: @escaping @Sendable ([DeviceChange]) -> Void) {
        observers.withLock { $0.append(body) }
    }

    /// Carries one operation out, in a transaction with others perhaps; returns when it is stored and published.
    func submit(_ operation: DeviceOperation) async throws(DeviceError) -> DeviceChange {
        guard let outcome = try await submit([operation], with: nil).first else {
            throw .storage(reason: "The transaction gave no answer.")
        }
        return try outcome.get()
    }

    /// Carries operations out in one transaction; refusals among them do not hinder the others.
    func submit(_ operations: [DeviceOperation], with companion: Companion?) async throws(DeviceError) -> [Outcome] {
        let result = await withCheckedContinuation { waiter in
            enqueue(Unit(operations: operations, companion: companion, waiter: waiter))
        }
        return try result.get()
    }

    private func enqueue(_ unit: Unit) {
        let (waiting, begins) = queue.withLock { queue in
            guard queue.units.count < Self.maximumWaiting else { return (queue.units.count, false) }
            queue.units.append(unit)
            let begins = !queue.isWriting
            queue.isWriting = true
            return (0, begins)
        }
        guard waiting == 0 else {
            return unit.waiter.resume(
                returning: .failure(.overloaded(waiting: waiting, limit: Self.maximumWaiting))
            )
        }
        // A task of its own: whoever hangs up must not cancel what is half stored.
        if begins { Task { await writeAll() } }
    }

    private func writeAll() async {
        while let group = nextGroup() {
            await write(group)
        }
    }

    /// As many waiting units as fit into one transaction, at least one; `nil` ends the writing.
    private func nextGroup() -> [Unit]? {
        queue.withLock { queue in
            guard !queue.units.isEmpty else {
                queue.isWriting = false
                return nil
            }
            var count = 0
            var operations = 0
            for unit in queue.units {
                operations += unit.operations.count
                guard count == 0 || operations <= Self.maximumGroup else { break }
                count += 1
            }
            let group = Array(queue.units.prefix(count))
            queue.units.removeFirst(count)
            return group
        }
    }

    private func write(_ group: [Unit]) async {
        let rules = rules
        do {
            let outcomes = try await store.write { transaction in
                var drafts: [AuditDraft] = []
                let outcomes = try group.map { unit in
                    let outcomes = try unit.operations.map { operation in
                        try operation.carryOut(in: transaction, rules: rules).map { change in
                            var change = change
                            change.principal = operation.principal
                            if change.isChange {
                                drafts.append(change.auditDraft(at: operation.time, by: operation.principal))
                            }
                            return change
                        }
                    }
                    try unit.companion?(transaction, outcomes)
                    return outcomes
                }
                try transaction.append(drafts)
                return outcomes
            }
            publish(outcomes)
            for (unit, outcomes) in zip(group, outcomes) { unit.waiter.resume(returning: .success(outcomes)) }
        } catch {
            let failure = DeviceError.storage(reason: "\(error)")
            for unit in group { unit.waiter.resume(returning: .failure(failure)) }
        }
    }

    private func publish(_ outcomes: [[Outcome]]) {
        let changes = outcomes.joined().compactMap { try? $0.get() }.filter(\.isChange)
        guard !changes.isEmpty else { return }
        for change in changes { table.publish(change) }
        for observer in observers.withLock({ $0 }) { observer(changes) }
    }
}
