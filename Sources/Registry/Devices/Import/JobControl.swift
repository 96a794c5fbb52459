package import FoundationEssentials
import Synchronization

/// The bulk imports: takes their rows in, registers them in the background, and goes on with them after a restart.
///
/// Rows are stored before the first of them is tried. How far a job is, is stored in the transaction that registers, so
/// that nothing is registered twice and nothing left out, wherever the program was killed.
package final class JobControl: Sendable {
    private let devices: DeviceControl
    private let pace: ImportPace
    private let running = Mutex<[Int64: Task<Void, Never>]>([:])

    /// Runs imports into a registry. `now` and `sleep` are the clock.
    package init(
        devices: DeviceControl,
        now: @escaping @Sendable () -> Date,
        sleep: @escaping @Sendable (Duration) async throws -> Void
    ) {
        self.devices = devices
        pace = ImportPace(now: now, sleep: sleep)
    }

    /// Goes on with what was running when the program ended; what had not been taken in whole is marked as failed.
    package func resume() async throws(DeviceError) {
        for job in try await list() {
            switch job.state {
            case .running: start(job)
            case .receiving: try await end(job.id, as: .failed, reason: Self.incomplete)
            case .finished, .cancelled, .failed: break
            }
        }
    }

    /// Stores the rows and begins to register them; returns when all rows are stored.
    ///
    /// Throws `DeviceError.jobLimit`, `.storage`, or what the rows throw; then nothing is registered.
    package func startImport<Rows: AsyncSequence>(
        _ request: ImportRequest,
        rows: Rows
    ) async throws -> ImportJob where Rows.Element == ImportRow {
        let received = try await create(request)
        do {
            var total = 0
            var batch: [ImportRow] = []
            for try await row in rows {
                batch.append(row)
                guard batch.count == Self.batch else { continue }
                try await take(batch, into: received.id, at: total)
                total += batch.count
                batch.removeAll(keepingCapacity: true)
            }
            try await take(batch, into: received.id, at: total)
            total += batch.count
            return try await begin(received.id, total: total)
        } catch {
            // A task of its own: whoever hung up while sending rows has cancelled this one.
            _ = await Task { try await end(received.id, as: .failed, reason: Self.incomplete) }.result
            throw error
        }
    }

    /// The same for rows that are at hand.
    package func startImport(_ request: ImportRequest, rows: [ImportRow]) async throws -> ImportJob {
        try await startImport(
            request,
            rows: AsyncStream { continuation in
                for row in rows { continuation.yield(row) }
                continuation.finish()
            }
        )
    }

    /// All jobs that are remembered, the newest first.
    package func list() async throws(DeviceError) -> [ImportJob] {
        try await devices.reading { try $0.jobs() }
    }

    /// One job. Throws `DeviceError.noSuchJob`.
    package func job(_ id: Int64) async throws(DeviceError) -> ImportJob {
        try await devices.reading { reader in
            guard let job = try reader.job(id) else { throw DeviceError.noSuchJob(id) }
            return job
        }
    }

    /// Stops a job; what it has registered stays. Throws `DeviceError.noSuchJob` or `.jobIsOver`.
    package func cancel(_ id: Int64) async throws(DeviceError) -> ImportJob {
        let job = try await job(id)
        guard !job.state.isOver else { throw .jobIsOver(id, state: job.state) }
        await stop(id)
        return try await end(id, as: .cancelled, reason: nil)
    }

    /// Stops the work without ending the jobs: the next start goes on with them.
    package func shutDown() async {
        for id in running.withLock({ Array($0.keys) }) { await stop(id) }
    }

    /// Returns when a job is not being worked on any more.
    package func wait(for id: Int64) async {
        await running.withLock { $0[id] }?.value
    }

    /// Rows that are stored, read or registered in one step. Two groups of the writer: what is written to disk are the
    /// pages of a dozen indexes, and the more rows share a transaction, the fewer pages each of them costs. Other writers
    /// wait for some 200 ms then.
    private static let batch = 2 * DeviceWriter.maximumGroup
    private static let incomplete =
        "Its rows were not received to their end; nothing was registered. Import them again."

    private func start(_ job: ImportJob) {
        let run = ImportRun(id: job.id, request: job.request, devices: devices, pace: pace, batch: Self.batch)
        running.withLock { running in
            running[job.id] = Task {
                do {
                    if try await run.untilEnd() { try await end(job.id, as: .finished, reason: nil) }
                } catch {
                    // A cancelled task may fail anywhere; whoever cancelled it says how the job ends.
                    if !Task.isCancelled { _ = try? await end(job.id, as: .failed, reason: "\(error)") }
                }
                self.running.withLock { $0[job.id] = nil }
            }
        }
    }

    private func stop(_ id: Int64) async {
        let task = running.withLock { $0[id] }
        task?.cancel()
        await task?.value
    }

    private func create(_ request: ImportRequest) async throws(DeviceError) -> ImportJob {
        let now = pace.now()
        return try await writing { transaction in
            // Counted where it is inserted: of two that come at once, the second sees the first.
            let busy = try transaction.jobs().count { !$0.state.isOver }
            guard busy < ImportJob.maximumRunning else {
                throw DeviceError.jobLimit(running: busy, limit: ImportJob.maximumRunning)
            }
            try transaction.trimJobs(to: ImportJob.maximumRemembered - 1)
            return try transaction.insert(ImportJob(request, at: now))
        }
    }

    /// Everything was received: the job runs, unless it was cancelled meanwhile.
    private func begin(_ id: Int64, total: Int) async throws(DeviceError) -> ImportJob {
        let job = try await change(id) { job in
            guard job.state == .receiving else { return }
            job.total = total
            job.state = .running
        }
        guard job.state == .running else { throw .jobIsOver(id, state: job.state) }
        start(job)
        return job
    }

    private func take(_ rows: [ImportRow], into job: Int64, at position: Int) async throws(DeviceError) {
        try await writing { try $0.append(rows, to: job, at: position) }
    }

    /// Ends a job unless it is over, and drops its rows in steps.
    @discardableResult
    private func end(_ id: Int64, as state: ImportJobState, reason: String?) async throws(DeviceError) -> ImportJob {
        let now = pace.now()
        let job = try await change(id) { job in
            guard !job.state.isOver else { return }
            job.state = state
            job.reason = reason
            job.finishedAt = now
        }
        while try await writing({ try $0.removeRows(of: id, limit: Self.batch) }) > 0 {}
        return job
    }

    private func change(
        _ id: Int64,
        _ body: @escaping @Sendable (inout ImportJob) -> Void
    ) async throws(DeviceError) -> ImportJob {
        try await writing { transaction in
            guard var job = try transaction.job(id) else { throw DeviceError.noSuchJob(id) }
            body(&job)
            try transaction.update(job)
            return job
        }
    }

    private func writing<Value: Sendable>(
        _ body: @escaping @Sendable (any DeviceTransaction) throws -> Value
    ) async throws(DeviceError) -> Value {
        try await devices.storing { () async throws in try await devices.store.write(body) }
    }
}

/// The clock of imports.
struct ImportPace: Sendable {
    let now: @Sendable () -> Date
    let sleep: @Sendable (Duration) async throws -> Void
}
