import Foundation
import Hummingbird
import Registry

/// `/api/v1/server-certificates`: the slots that devices are served from.
struct ServerCertificateRoutes {
    let services: AdminServices

    struct Binding: RequestMembers {
        /// A hosted certificate: fingerprint prefix, name or serial.
        let certificate: String
        /// The first free custom slot when absent.
        let slot: String?

        enum CodingKeys: String, CodingKey, CaseIterable {
            case certificate, slot
        }
    }

    struct Replacement: RequestMembers {
        let certificate: String
        /// Seconds; the usual grace period when absent, none at all for 0.
        let grace: Int?

        enum CodingKeys: String, CodingKey, CaseIterable {
            case certificate, grace
        }
    }

    struct Switch: RequestMembers {
        let enabled: Bool

        enum CodingKeys: String, CodingKey, CaseIterable {
            case enabled
        }
    }

    static let disconnect = QueryParameter("disconnect", .flag("End the sessions that were set up under it, too."))

    var routes: [Route] {
        [
            Route(
                .get,
                "server-certificates",
                .viewer,
                "List the slots and what they serve",
                query: QueryParameter.paging,
                answer: .page("ServerCertificate"),
                list
            ),
            Route(
                .post,
                "server-certificates",
                .admin,
                "Bind a certificate of the store to a slot",
                query: [.dryRun],
                body: .json("Binding"),
                answer: .change("Change", done: .created),
                bind
            ),
            Route(
                .get,
                "server-certificates/{slot}",
                .viewer,
                "Show a slot, with the chain that it serves",
                answer: .json("ServerCertificate"),
                show
            ),
            Route(
                .put,
                "server-certificates/{slot}",
                .admin,
                "Replace the certificate of a slot",
                query: [.dryRun],
                body: .json("Replacement"),
                answer: .json("Change"),
                replace
            ),
            Route(
                .patch,
                "server-certificates/{slot}",
                .operator,
                "Switch the default slot on or off",
                query: [.dryRun],
                body: .json("Switch"),
                answer: .json("Change"),
                setEnabled
            ),
            Route(
                .delete,
                "server-certificates/{slot}",
                .operator,
                "Unbind a slot's certificate; its names are refused",
                query: [.dryRun, Self.disconnect],
                answer: .json("Change"),
                unbind
            ),
        ] + GraceRoutes(services: services, path: "server-certificates/{slot}", target: target).routes
    }

    private func list(_ call: AdminCall) throws -> Response {
        let state = services.cluster.state
        let now = services.now()
        let slots = state.slots.keys.sorted().compactMap { slot in
            ServerCertificateResource(slot, in: state, at: now, withChain: false)
        }
        // Slots sort by number, which their names do not; a page's key has the position.
        let page = try call.page().page(of: slots.enumerated(), by: { String(format: "%06d", $0.offset) }, \.element)
        return try JSONResponse.make(page, tag: EntityTag(revision: state.revision))
    }

    private func show(_ call: AdminCall) throws -> Response {
        let slot = try slot(call)
        let state = services.cluster.state
        guard let resource = ServerCertificateResource(slot, in: state, at: services.now(), withChain: true) else {
            throw RegistryError.slotEmpty(slot)
        }
        return try JSONResponse.make(resource, tag: EntityTag(revision: state.revision))
    }

    private func bind(_ call: AdminCall) async throws -> Response {
        let body = try await call.body(Binding.self)
        let slot = try body.slot.map { text throws(RegistryError) in try ServerCertificateSlot(text) }
        let hosted = try services.cluster.state.hostedCertificate(matching: body.certificate)
        return try await services.change(
            .bind(hosted.fingerprint, slot: slot),
            call,
            about: [hosted.fingerprint],
            created: RouteTable.base + "server-certificates"
        )
    }

    private func replace(_ call: AdminCall) async throws -> Response {
        let slot = try slot(call)
        let body = try await call.body(Replacement.self)
        let hosted = try services.cluster.state.hostedCertificate(matching: body.certificate)
        return try await services.change(
            .replace(slot, with: hosted.fingerprint, grace: GraceRoutes.period(body.grace)),
            call,
            about: [hosted.fingerprint]
        )
    }

    private func unbind(_ call: AdminCall) async throws -> Response {
        let slot = try slot(call)
        let endsSessions = try call.flag("disconnect")
        let binding = services.cluster.state.slots[slot]
        let bound = binding?.certificate
        let replaced = Set([binding?.superseded?.certificate].compactMap(\.self))
        return try await services.change(
            .unbind(slot),
            call,
            about: bound.map { [$0] } ?? [],
            ending: endsSessions ? bound.map { .serverCertificate($0, replaced: replaced) } : nil
        )
    }

    private func setEnabled(_ call: AdminCall) async throws -> Response {
        let slot = try slot(call)
        let body = try await call.body(Switch.self)
        guard slot == .default else {
            throw Problem(
                code: "slot-always-enabled",
                title: "The slot cannot be switched off",
                status: .unprocessableContent,
                detail: "Only the default slot can be switched on and off. Unbind \(slot) to stop serving from it."
            )
        }
        let bound = services.cluster.state.slots[slot].map { [$0.certificate] } ?? []
        return try await services.change(.setDefault(enabled: body.enabled), call, about: bound)
    }

    private func slot(_ call: AdminCall) throws -> ServerCertificateSlot {
        try ServerCertificateSlot(call.parameter("slot"))
    }

    private func target(_ call: AdminCall) throws -> GraceRoutes.Target {
        let slot = try slot(call)
        let (state, now) = (services.cluster.state, services.now())
        return GraceRoutes.Target(
            target: .slot(slot),
            grace: GraceResource(of: slot, in: state, at: now),
            about: state.slots[slot].map { [$0.certificate] } ?? []
        )
    }
}
