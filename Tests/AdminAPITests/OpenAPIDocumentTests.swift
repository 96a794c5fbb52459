import Foundation
import Hummingbird
import Registry
import Testing

@testable import AdminAPI

@Suite struct `The OpenAPI document` {
    private static let committed = URL(filePath: #filePath)
        .deletingLastPathComponent()
        .appending(path: "../../Sources/AdminAPI/OpenAPI/openapi.json")

    /// Written anew with `SLUICE_RECORD=1`.
    @Test func `is committed as it is served`() async throws {
        try await AdminFixture.run { api in
            let served = try await api.request("GET", "/api/v1/openapi.json").text
            if ProcessInfo.processInfo.environment["SLUICE_RECORD"] == "1" {
                try Data(served.utf8).write(to: Self.committed)
            }
            let committed = try String(contentsOf: Self.committed, encoding: .utf8)
            #expect(served == committed, "Record it: SLUICE_RECORD=1 swift test --filter 'committed as it is served'")
        }
    }

    @Test func `has every route, and routes every path in it`() async throws {
        try await AdminFixture.run { api in
            let table = try AdminRoutes(services: api.services).table()
            let document = try await api.request("GET", "/api/v1/openapi.json").json["paths"].value as? [String: Any]
            let operations = (document ?? [:]).flatMap { path, item in
                ((item as? [String: Any]) ?? [:]).keys.map { "\($0.uppercased()) \(path)" }
            }
            let routes = table.routes.map { "\($0.method.rawValue) \($0.pattern)" }
            #expect(operations.sorted() == routes.sorted())
            for route in table.routes {
                let path = route.pattern.description.replacing(/\{[a-zA-Z]+\}/, with: "x")
                let found = try table.route(route.method, RequestTarget(path)).route
                #expect(found.pattern == route.pattern)
            }
        }
    }

    @Test func `names each operation once, and every schema that it refers to`() async throws {
        try await AdminFixture.made { api in
            let routes = try AdminRoutes(services: api.services).table().routes
            #expect(Set(routes.map(\.operationID)).count == routes.count)
            let text = String(buffer: try OpenAPIDocument(routes: routes).text())
            let references = Set(text.matches(of: /#\/components\/schemas\/([A-Za-z]+)/).map { String($0.1) })
            #expect(references.subtracting(Schemas.all.keys).isEmpty)
            #expect(Set(Schemas.all.keys).subtracting(references).isEmpty, "a schema that nothing refers to")
        }
    }

    @Test(arguments: [
        RegistryError.noSuchCA("x"), .proofNeeded, .noGrace(.slot(.default)), .defaultCannotBeUnbound,
        .roleTooLow(found: .viewer, needed: .admin), .customCertificateLimit(bound: 3, limit: 3),
    ])
    func `lists the problems of the registry`(error: RegistryError) {
        #expect(ProblemCodes.all.contains(Problem(any: error).code))
    }

    @Test func `lists each problem once`() {
        #expect(Set(ProblemCodes.all).count == ProblemCodes.all.count)
    }

    /// Every code that stands in the sources of the errors that become problems.
    @Test(arguments: [
        "Registry/RegistryError+Words.swift", "Registry/Devices/DeviceError+Words.swift",
        "Registry/Users/UserError.swift", "Registry/Tokens/TokenError.swift",
        "Credentials/Uploads/ProofOfPossession.swift", "Credentials/Uploads/StapleUpload.swift",
        "AdminAPI/Resources/Problem+Credentials.swift", "AdminAPI/Resources/Problem+Requests.swift",
        "AdminAPI/Resources/Problem+Registry.swift", "AdminAPI/Access/AdminAccess.swift",
        "AdminAPI/Routes/ClientRoutes.swift", "AdminAPI/Routing/Route.swift", "AdminAPI/Routing/EntityTag.swift",
        "AdminAPI/Routing/MediaTypes.swift",
    ])
    func `lists every code of the sources`(file: String) throws {
        let sources = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../Sources/")
        let text = try String(contentsOf: sources.appending(path: file), encoding: .utf8)
        let cases = text.matches(of: /case [^\n]*: (?:\(\.[a-zA-Z]+, )?"([a-z]+(?:-[a-z]+)+)"\)?\n/).map { $0.1 }
        let literals = text.matches(of: /code: "([a-z-]+)"/).map { $0.1 }
        let ours = ["device-storage", "user-storage", "token-storage", "token-randomness"]
        let unlisted = (cases + literals).map(String.init).filter {
            !ProblemCodes.all.contains($0) && !ours.contains($0)
        }
        #expect(unlisted == [])
        #expect(!(cases + literals).isEmpty)
    }
}
