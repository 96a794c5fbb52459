import Foundation
import Hummingbird
import Registry

/// `…/grace` and `…/rotation` below a slot and below a CA: how long what was replaced goes on working, and for whom.
struct GraceRoutes {
    let services: AdminServices
    /// The object's path.
    let path: String
    /// What a request to the object's path means.
    let target: @Sendable (AdminCall) throws -> Target

    /// An object that may have a grace period.
    struct Target {
        let target: GraceTarget
        /// Its open grace period.
        let grace: GraceResource?
        /// The certificates that are meant.
        let about: [Fingerprint]
    }

    struct Extension: RequestMembers {
        /// The new end.
        let until: Date?
        /// So many seconds after the present end.
        let by: Int?

        enum CodingKeys: String, CodingKey, CaseIterable {
            case until, by
        }
    }

    var routes: [Route] {
        [
            Route(
                .patch,
                path + "/grace",
                .operator,
                "Move the end of a grace period",
                query: [.dryRun],
                body: .json("GraceExtension"),
                answer: .json("Change"),
                extend
            ),
            Route(
                .delete,
                path + "/grace",
                .operator,
                "End a grace period now",
                query: [.dryRun],
                answer: .json("Change"),
                end
            ),
            Route(
                .get,
                path + "/rotation",
                .viewer,
                "Tell who still needed the replaced certificate",
                answer: .json("RotationReport"),
                report
            ),
        ]
    }

    /// The length of a grace period as a request gives it, in seconds; the usual one if it gives none.
    static func period(_ seconds: Int?) -> Duration {
        seconds.map { .seconds($0) } ?? GracePeriod.standard
    }

    private func extend(_ call: AdminCall) async throws -> Response {
        let target = try target(call)
        let body = try await call.body(Extension.self)
        let until: Date
        switch (body.until, body.by) {
        case (let moment?, nil): until = moment
        case (nil, let seconds?):
            guard let grace = target.grace else { throw RegistryError.noGrace(target.target) }
            until = grace.until + Double(seconds)
        case (nil, nil), (.some, .some):
            throw Problem.badBody("Needed either until (a moment) or by (seconds).")
        }
        return try await services.change(.extendGrace(target.target, until: until), call, about: target.about)
    }

    private func end(_ call: AdminCall) async throws -> Response {
        let target = try target(call)
        return try await services.change(.endGrace(target.target), call, about: target.about)
    }

    private func report(_ call: AdminCall) async throws -> Response {
        let target = try target(call)
        guard let grace = target.grace else { throw RegistryError.noGrace(target.target) }
        let superseded = try Fingerprint(hex: grace.superseded.fingerprint)
        let report = try await services.journals.sightings.rotation(of: superseded, limit: Self.namedClients)
        return try JSONResponse.make(RotationReportResource(report, grace: grace, at: services.now()))
    }

    /// Clients that a report names.
    private static let namedClients = 100
}
