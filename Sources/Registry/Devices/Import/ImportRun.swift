import FoundationEssentials

/// Works through the rows of one job, step by step, from wherever it is.
struct ImportRun: Sendable {
    let id: Int64
    let request: ImportRequest
    let devices: DeviceControl
    let pace: ImportPace
    let batch: Int

    /// Whether all rows were tried; `false` if the task was cancelled before.
    func untilEnd() async throws(DeviceError) -> Bool {
        while !Task.isCancelled {
            let rows = try await nextRows()
            guard !rows.isEmpty else { return true }
            var rest = rows[...]
            while !rest.isEmpty {
                guard let step = await step(from: &rest), !Task.isCancelled else { return false }
                try await carryOut(step)
            }
        }
        return false
    }

    private func nextRows() async throws(DeviceError) -> [ImportRow] {
        try await devices.reading { [id, batch] reader in
            guard let job = try reader.job(id) else { throw DeviceError.noSuchJob(id) }
            return try reader.importRows(of: id, after: job.done, limit: batch)
        }
    }

    /// The rows that may be registered now: all of them, or as many as the bucket has tokens for, waiting for the first.
    /// `nil` if the task was cancelled while it waited.
    private func step(from rest: inout ArraySlice<ImportRow>) async -> ImportStep? {
        var step = ImportStep()
        while let row = rest.first {
            if !request.isUnthrottled, !request.isDryRun, needsToken(row) {
                if let wait = devices.limit.take(at: pace.now()) {
                    guard step.rows.isEmpty else { return step }
                    do { try await pace.sleep(wait) } catch { return nil }
                    continue
                }
                step.tokens += 1
            }
            step.rows.append(row)
            rest.removeFirst()
        }
        return step
    }

    /// A certificate that is registered already never touches the bucket.
    private func needsToken(_ row: ImportRow) -> Bool {
        guard case .registration(let registration) = row.content else { return false }
        return devices.entry(registration.fingerprint) == nil
    }

    private func carryOut(_ step: ImportStep) async throws(DeviceError) {
        let operations = step.registrations.map { registration in
            DeviceOperation(request: .register(registration, .manual), time: pace.now(), principal: request.principal)
        }
        let outcomes: [DeviceWriter.Outcome]
        if request.isDryRun {
            outcomes = try await rehearse(operations)
            try await devices.storing { () async throws in
                try await devices.store.write { [self] in try note(step, outcomes, in: $0) }
            }
        } else {
            outcomes = try await devices.writer.submit(operations) { [self] transaction, outcomes in
                try note(step, outcomes, in: transaction)
            }
        }
        if !request.isDryRun {
            for case .failure(let error) in outcomes { devices.writer.turnedDown(error) }
        }
        let registered = outcomes.count { $0.isRegistration }
        for _ in 0..<max(0, step.tokens - registered) { devices.limit.giveBack() }
    }

    private func rehearse(_ operations: [DeviceOperation]) async throws(DeviceError) -> [DeviceWriter.Outcome] {
        try await devices.reading { [rules = devices.rules] reader in
            try operations.map { operation in
                do {
                    return .success(try operation.decide(by: reader, rules: rules))
                } catch let error as DeviceError {
                    return .failure(error)
                }
            }
        }
    }

    /// Stores how far the job is, in the transaction that registered the rows.
    private func note(
        _ step: ImportStep,
        _ outcomes: [DeviceWriter.Outcome],
        in transaction: any DeviceTransaction
    ) throws {
        guard var job = try transaction.job(id) else { throw DeviceError.noSuchJob(id) }
        var remaining = outcomes[...]
        for row in step.rows {
            switch row.content {
            case .unusable(let code, let words): job.fail(ImportFailure(line: row.line, code: code, words: words))
            case .registration:
                guard let outcome = remaining.popFirst() else { continue }
                job.take(outcome, line: row.line)
            }
        }
        job.done += step.rows.count
        try transaction.update(job)
    }
}

/// Rows that are tried together, and the tokens taken for them.
private struct ImportStep: Sendable {
    var rows: [ImportRow] = []
    var tokens = 0

    var registrations: [DeviceRegistration] {
        rows.compactMap { row in
            if case .registration(let registration) = row.content { registration } else { nil }
        }
    }
}

extension DeviceWriter.Outcome {
    /// Whether there is a record now where there was none; one that came from a list may have learned something instead.
    fileprivate var isRegistration: Bool {
        if case .success(let change) = self { change.isChange && change.before == nil } else { false }
    }
}

extension ImportJob {
    fileprivate mutating func take(_ outcome: DeviceWriter.Outcome, line: Int) {
        switch outcome {
        case .success where outcome.isRegistration: registered += 1
        case .success: unchanged += 1
        case .failure(let error): fail(ImportFailure(line: line, code: error.code, words: error.description))
        }
    }

    fileprivate mutating func fail(_ failure: ImportFailure) {
        failed += 1
        if failures.count < Self.maximumFailures { failures.append(failure) }
    }
}
