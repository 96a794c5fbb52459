import Foundation
import Registry
import Synchronization
import Testing

/// A clock that goes on only when somebody sleeps.
private final class SleepingClock: Sendable {
    private let time = Mutex(noon)

    var now: Date { time.withLock { $0 } }

    func sleep(_ duration: Duration) throws {
        try Task.checkCancellation()
        time.withLock { $0 += duration / .seconds(1) }
    }
}

@Suite struct JobControlTests {
    private let fixture: DeviceFixture
    private let clock = SleepingClock()

    init() throws { fixture = try DeviceFixture() }

    private func jobs(_ devices: DeviceControl) -> JobControl {
        JobControl(devices: devices, now: { [clock] in clock.now }, sleep: { [clock] in try clock.sleep($0) })
    }

    private func rows(_ count: Int) throws -> [ImportRow] {
        try (0..<count).map { ImportRow(line: $0 + 2, .registration(try fixture.registration("device \($0)"))) }
    }

    private func request(unthrottled: Bool = true, dryRun: Bool = false) -> ImportRequest {
        ImportRequest(name: "list.csv", by: operatorPrincipal, unthrottled: unthrottled, dryRun: dryRun)
    }

    @Test func `registers every row and tells how far it is`() async throws {
        let devices = try await fixture.control()
        let jobs = jobs(devices)
        let started = try await jobs.startImport(request(), rows: rows(2_500))
        #expect(started.state == .running)
        #expect(started.total == 2_500)
        await jobs.wait(for: started.id)
        let job = try await jobs.job(started.id)
        #expect(job.state == .finished)
        #expect((job.done, job.registered, job.unchanged, job.failed) == (2_500, 2_500, 0, 0))
        #expect(devices.counts.total == 2_500)
        #expect(fixture.store.devices.rows.isEmpty)
        #expect(fixture.store.devices.audit.allSatisfy { $0.principal == operatorPrincipal })
    }

    @Test func `tells what could not be registered, with the line, and goes on`() async throws {
        let devices = try await fixture.control()
        let jobs = jobs(devices)
        var rows = try rows(3)
        rows.append(ImportRow(line: 5, .unusable(code: "csv-fingerprint", words: "no fingerprint")))
        rows.append(try #require(rows.first))
        let foreign = DeviceRegistration(try facts("foreign"), authority: try fingerprint("no CA"))
        rows.append(ImportRow(line: 7, .registration(foreign)))
        let started = try await jobs.startImport(request(), rows: rows)
        await jobs.wait(for: started.id)
        let job = try await jobs.job(started.id)
        #expect((job.done, job.registered, job.unchanged, job.failed) == (6, 3, 1, 2))
        #expect(job.failures.map(\.line) == [5, 7])
        #expect(job.failures.map(\.code) == ["csv-fingerprint", "no-such-ca"])
    }

    @Test func `keeps the words of no more than a hundred failures`() async throws {
        let jobs = jobs(try await fixture.control())
        let rows = (0..<250).map { ImportRow(line: $0, .unusable(code: "x", words: "x")) }
        let started = try await jobs.startImport(request(), rows: rows)
        await jobs.wait(for: started.id)
        let job = try await jobs.job(started.id)
        #expect(job.failed == 250)
        #expect(job.failures.count == ImportJob.maximumFailures)
    }

    @Test func `goes at the bucket's pace`() async throws {
        let jobs = jobs(try await fixture.control())
        let started = try await jobs.startImport(request(unthrottled: false), rows: rows(165))
        await jobs.wait(for: started.id)
        let job = try await jobs.job(started.id)
        #expect(job.registered == 165)
        // 15 at once, the others at 15 per second.
        #expect(abs(clock.now.timeIntervalSince(noon) - 10) < 0.1)
    }

    @Test func `gives the tokens of failures back`() async throws {
        let devices = try await fixture.control()
        let jobs = jobs(devices)
        let foreign = DeviceRegistration(try facts("foreign"), authority: try fingerprint("no CA"))
        let rows = (0..<30).map { ImportRow(line: $0, .registration(foreign)) }
        let started = try await jobs.startImport(request(unthrottled: false), rows: rows)
        await jobs.wait(for: started.id)
        #expect(try await jobs.job(started.id).failed == 30)
        #expect(clock.now == noon)
    }

    @Test func `a dry run counts and stores nothing`() async throws {
        let devices = try await fixture.control()
        let jobs = jobs(devices)
        let started = try await jobs.startImport(request(dryRun: true), rows: rows(20))
        await jobs.wait(for: started.id)
        let job = try await jobs.job(started.id)
        #expect(job.state == .finished)
        #expect(job.registered == 20)
        #expect(devices.counts.total == 0)
        #expect(fixture.store.devices.audit.isEmpty)
    }

    @Test func `goes on after a restart where it was, without doing anything twice`() async throws {
        let first = try await fixture.control()
        let stopped = SleepingClock()
        // Stops in the first wait for the bucket, as a program that ends would.
        let waiting = JobControl(
            devices: first,
            now: { stopped.now },
            sleep: { _ in try await Task.sleep(for: .seconds(3600)) }
        )
        let started = try await waiting.startImport(request(unthrottled: false), rows: rows(40))
        while fixture.store.devices.records.isEmpty { await Task.yield() }
        await waiting.shutDown()
        let before = try await waiting.job(started.id)
        #expect(before.state == .running)
        #expect(before.done == 15)

        let second = try await fixture.control()
        let jobs = jobs(second)
        try await jobs.resume()
        await jobs.wait(for: started.id)
        let job = try await jobs.job(started.id)
        #expect(job.state == .finished)
        #expect((job.done, job.registered, job.unchanged) == (40, 40, 0))
        #expect(fixture.store.devices.audit.count == 40)
    }

    @Test func `is cancelled, and what it registered stays`() async throws {
        let devices = try await fixture.control()
        let jobs = JobControl(
            devices: devices,
            now: { noon },
            sleep: { _ in try await Task.sleep(for: .seconds(3600)) }
        )
        let started = try await jobs.startImport(request(unthrottled: false), rows: rows(40))
        while fixture.store.devices.records.isEmpty { await Task.yield() }
        let job = try await jobs.cancel(started.id)
        #expect(job.state == .cancelled)
        #expect(job.finishedAt == noon)
        #expect(devices.counts.total == 15)
        await #expect(throws: DeviceError.jobIsOver(started.id, state: .cancelled)) {
            try await jobs.cancel(started.id)
        }
        await #expect(throws: DeviceError.noSuchJob(99)) { try await jobs.job(99) }
    }

    @Test func `rows that do not come to their end are not registered`() async throws {
        let devices = try await fixture.control()
        let jobs = jobs(devices)
        let rows = try rows(1_500)
        let stream = AsyncThrowingStream<ImportRow, any Error> { continuation in
            for row in rows { continuation.yield(row) }
            continuation.finish(throwing: MemoryDeviceStore.Failure())
        }
        await #expect(throws: MemoryDeviceStore.Failure.self) {
            try await jobs.startImport(request(), rows: stream)
        }
        let job = try #require(try await jobs.list().first)
        #expect(job.state == .failed)
        #expect(devices.counts.total == 0)
        #expect(fixture.store.devices.rows.isEmpty)
    }

    @Test func `no more than four jobs run at once`() async throws {
        let jobs = JobControl(
            devices: try await fixture.control(RegistrationLimit.Rate(perSecond: 1, burst: 1)),
            now: { noon },
            sleep: { _ in try await Task.sleep(for: .seconds(3600)) }
        )
        for _ in 0..<4 { _ = try await jobs.startImport(request(unthrottled: false), rows: rows(5)) }
        await #expect(throws: DeviceError.jobLimit(running: 4, limit: 4)) {
            try await jobs.startImport(request(), rows: rows(1))
        }
        await jobs.shutDown()
    }

    @Test func `of ten jobs that come at once, four run`() async throws {
        let jobs = JobControl(
            devices: try await fixture.control(RegistrationLimit.Rate(perSecond: 1, burst: 1)),
            now: { noon },
            sleep: { _ in try await Task.sleep(for: .seconds(3600)) }
        )
        let (request, rows) = (request(unthrottled: false), try rows(5))
        let refusals = await withTaskGroup(of: DeviceError?.self) { group in
            for _ in 0..<10 {
                group.addTask {
                    do { _ = try await jobs.startImport(request, rows: rows) } catch { return error as? DeviceError }
                    return nil
                }
            }
            return await group.reduce(into: [DeviceError]()) { if let refusal = $1 { $0.append(refusal) } }
        }
        #expect(refusals == Array(repeating: .jobLimit(running: 4, limit: 4), count: 6))
        await jobs.shutDown()
    }

    @Test func `an upload tells what a list did not know, and counts as there already`() async throws {
        let devices = try await fixture.control()
        let jobs = jobs(devices)
        let whole = try fixture.registration("a")
        let listed = DeviceRegistration(
            facts: ClientCertificateFacts(fingerprint: whole.fingerprint),
            authority: whole.authority,
            clientID: nil,
            initialState: .active
        )
        for (registration, counted) in [(listed, (1, 0)), (whole, (0, 1)), (listed, (0, 1))] {
            let started = try await jobs.startImport(request(), rows: [ImportRow(line: 1, .registration(registration))])
            await jobs.wait(for: started.id)
            let job = try await jobs.job(started.id)
            #expect((job.registered, job.unchanged) == counted)
        }
        #expect(try await devices.record(whole.fingerprint)?.facts == whole.facts)
    }
}
