import Hummingbird
import Registry

/// `/api/v1/explain`: why a device was refused.
struct ExplanationRoutes {
    let services: AdminServices

    static let subject = QueryParameter(
        "query",
        .text("A client id, serial, common name, fingerprint, address or server name.", atLeast: 1, atMost: 1024),
        isRequired: true
    )

    var routes: [Route] {
        [
            Route(
                .get,
                "explain",
                .viewer,
                "Tell why a device was refused, in plain words",
                query: [Self.subject],
                answer: .json("Explanation"),
                explain
            )
        ]
    }

    private func explain(_ call: AdminCall) async throws -> Response {
        guard let query = call.text("query"), !query.isEmpty else {
            throw Problem.badParameter("query", found: "", needed: "what names the device")
        }
        let findings = services.journals.refusals.find(query)
        return try JSONResponse.make(ExplanationResource(findings, certificate: try await certificate(query)))
    }

    /// The registered certificate that the query means, if it means one.
    private func certificate(_ query: String) async throws -> ClientCertificateResource? {
        do throws(DeviceError) {
            return ClientCertificateResource(try await services.devices.find(query), at: services.now())
        } catch {
            guard error.kind == .notFound || error.kind == .badInput else { throw error }
            return nil
        }
    }
}
