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

        enum CodingKeys: String, CodingKey, CaseIterable {
            case certificate
        }
    }

    struct Switch: RequestMembers {
        let enabled: Bool

        enum CodingKeys: String, CodingKey, CaseIterable {
            case enabled
        }
    }

    func list(_ request: Request) throws -> Response {
        let state = services.cluster.state
        let now = services.now()
        let slots = state.slots.keys.sorted().compactMap { slot in
            ServerCertificateResource(slot, in: state, at: now, withChain: false)
        }
        // "custom-…" sorts before "default"; the page puts the default slot first.
        let page = try request.pageRequest().page(of: slots, by: { $0.slot == "default" ? "" : $0.slot }) { $0 }
        return try JSONResponse.make(page)
    }

    func show(_ context: some RequestContext) throws -> Response {
        let slot = try slot(context)
        let state = services.cluster.state
        guard let resource = ServerCertificateResource(slot, in: state, at: services.now(), withChain: true) else {
            throw RegistryError.slotEmpty(slot)
        }
        return try JSONResponse.make(resource)
    }

    func bind(_ request: Request) async throws -> Response {
        let body = try await RequestBody.decode(Binding.self, from: request)
        let slot = try body.slot.map { text throws(RegistryError) in try ServerCertificateSlot(text) }
        let hosted = try services.cluster.state.hostedCertificate(matching: body.certificate)
        return try await services.change(
            .bind(hosted.fingerprint, slot: slot),
            for: request,
            about: [hosted.fingerprint],
            status: .created
        )
    }

    func replace(_ request: Request, _ context: some RequestContext) async throws -> Response {
        let slot = try slot(context)
        let body = try await RequestBody.decode(Replacement.self, from: request)
        let hosted = try services.cluster.state.hostedCertificate(matching: body.certificate)
        return try await services.change(
            .replace(slot, with: hosted.fingerprint),
            for: request,
            about: [hosted.fingerprint]
        )
    }

    func unbind(_ request: Request, _ context: some RequestContext) async throws -> Response {
        let slot = try slot(context)
        let bound = services.cluster.state.slots[slot].map { [$0.certificate] } ?? []
        return try await services.change(.unbind(slot), for: request, about: bound)
    }

    func setEnabled(_ request: Request, _ context: some RequestContext) async throws -> Response {
        let slot = try slot(context)
        let body = try await RequestBody.decode(Switch.self, from: request)
        guard slot == .default else {
            throw Problem(
                code: "slot-always-enabled",
                title: "The slot cannot be switched off",
                status: .unprocessableContent,
                detail: "Only the default slot can be switched on and off. Unbind \(slot) to stop serving from it."
            )
        }
        let bound = services.cluster.state.slots[slot].map { [$0.certificate] } ?? []
        return try await services.change(.setDefault(enabled: body.enabled), for: request, about: bound)
    }

    private func slot(_ context: some RequestContext) throws -> ServerCertificateSlot {
        try ServerCertificateSlot(context.parameters.require("slot"))
    }
}
