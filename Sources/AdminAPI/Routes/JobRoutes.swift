import Hummingbird
import Registry

/// `/api/v1/jobs`: the bulk imports.
struct JobRoutes {
    let services: AdminServices

    var routes: [Route] {
        [
            Route(
                .get,
                "jobs",
                .viewer,
                "List the bulk imports, the newest first",
                query: QueryParameter.paging,
                answer: .page("Job"),
                list
            ),
            Route(.get, "jobs/{id}", .viewer, "Show how far a bulk import is", answer: .json("Job"), show),
            Route(
                .delete,
                "jobs/{id}",
                .operator,
                "Cancel a bulk import; what it registered stays",
                query: [.dryRun],
                answer: .json("Change"),
                cancel
            ),
        ]
    }

    private func list(_ call: AdminCall) async throws -> Response {
        let jobs = try await services.jobs.list()
        // The newest first: keys that fall as numbers grow.
        let page = try call.page().page(of: jobs, by: { String(Int64.max - $0.id) }, JobResource.init)
        return try JSONResponse.make(page, tag: EntityTag(content: page))
    }

    private func show(_ call: AdminCall) async throws -> Response {
        let job = try await services.jobs.job(number(call))
        return try JSONResponse.make(JobResource(job), tag: job.tag)
    }

    private func cancel(_ call: AdminCall) async throws -> Response {
        let id = try number(call)
        let dryRun = try call.isDryRun
        let before = try await services.jobs.job(id)
        try call.precondition.check(before.tag)
        guard !before.state.isOver else { throw DeviceError.jobIsOver(id, state: before.state) }
        let job = dryRun ? before : try await services.jobs.cancel(id)
        if !dryRun { try await services.note("import.cancel", of: "job \(id)", call, ["done": String(job.done)]) }
        let change = ChangeResource(
            "cancelled job \(id) after \(job.done) of \(job.total) rows",
            dryRun: dryRun,
            revision: services.cluster.state.revision
        )
        return try JSONResponse.make(change)
    }

    private func number(_ call: AdminCall) throws(Problem) -> Int64 {
        let text = try call.parameter("id")
        guard let id = Int64(text), id > 0 else {
            throw .badParameter("id", found: text, needed: "a job's number")
        }
        return id
    }
}

extension ImportJob {
    /// What cancelling depends on, and nothing that a running job changes with every row.
    fileprivate var tag: EntityTag { EntityTag(of: String(id), state.rawValue) }
}
