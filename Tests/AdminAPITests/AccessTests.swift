import Foundation
import Hummingbird
import NIOHTTP1
import Registry
import Testing

@testable import AdminAPI

@Suite struct `Access to the admin API` {
    @Test(arguments: [(0, 1000, true), (1000, 1000, true), (1001, 1000, false), (1000, 0, false), (0, 0, true)])
    func `over the socket is root's and the service's own user's`(user: UInt32, service: UInt32, isTaken: Bool) {
        let principal = try? AdminAccess.admin(user, service: service)
        #expect(principal == (isTaken ? Principal(kind: .socket(uid: user), role: .admin) : nil))
    }

    @Test func `over the socket puts the peer's user id into the audit log`() async throws {
        try await AdminFixture.run { api in
            _ = try await api.request("PUT", "/api/v1/tls", #"{"min": "1.2"}"#)
            let entries = try await api.request("GET", "/api/v1/audit").json["items"]
            #expect(entries[0]["principal"].text == "uid \(geteuid())")
            #expect(entries[0]["role"].text == "admin")
        }
    }

    @Test(arguments: [
        (nil, "token-missing"), ("Bearer nonsense", "token-refused"), ("Basic YTpi", "token-missing"),
        ("Bearer", "token-missing"),
    ])
    func `over TCP takes a token`(header: String?, code: String) async throws {
        try await AdminFixture.runOverTCP { api, port in
            let answer = try await api.request(
                "GET",
                "/api/v1/status",
                headers: header.map { [("authorization", $0)] } ?? [],
                token: nil,
                port: port
            )
            #expect(answer.status == 401)
            #expect(answer.code == code)
            #expect(answer.headers.first(name: "www-authenticate") == "Bearer realm=\"sluice\"")
        }
    }

    @Test func `over TCP ends with the token`() async throws {
        try await AdminFixture.runOverTCP { api, port in
            let created = try await api.services.tokens.create(
                name: ObjectName("ci"),
                role: .viewer,
                expiresAt: AdminFixture.now + 60,
                at: AdminFixture.now,
                by: .system
            )
            let secret = try #require(created.secret).text
            #expect(try await api.request("GET", "/api/v1/mode", token: secret, port: port).status == 200)
            api.clock.advance(by: .seconds(61))
            #expect(try await api.request("GET", "/api/v1/mode", token: secret, port: port).code == "token-refused")
        }
    }

    @Test(arguments: [
        (Role.viewer, "GET", "/api/v1/users", 200),
        (.viewer, "GET", "/api/v1/tokens", 403),
        (.viewer, "PUT", "/api/v1/tls", 403),
        (.operator, "PUT", "/api/v1/tls", 200),
        (.operator, "POST", "/api/v1/certificates", 403),
        (.operator, "POST", "/api/v1/server-certificates", 403),
        (.operator, "POST", "/api/v1/users", 403),
        (.operator, "POST", "/api/v1/client-certificates/import?unthrottled=true", 403),
        (.operator, "POST", "/api/v1/client-certificates/import", 400),
        (.admin, "GET", "/api/v1/tokens", 200),
    ])
    func `goes by the role`(role: Role, method: String, path: String, status: Int) async throws {
        try await AdminFixture.runOverTCP { api, port in
            let secret = try await api.token(role)
            let body = path.hasSuffix("tls") ? #"{"min": "1.2"}"# : method == "GET" ? nil : "x"
            let answer = try await api.request(method, path, body, token: secret, port: port)
            #expect(answer.status == status)
            if status == 403 { #expect(answer.code == "role-needed") }
        }
    }

    @Test func `for an operator does not reach to waiving a CA's proof`() async throws {
        let pem = try TestCertificates().pem
        try await AdminFixture.runOverTCP { api, port in
            let secret = try await api.token(.operator)
            let body = #"{"pem": "\#(pem.replacing("\n", with: "\\n"))", "noProof": true}"#
            let answer = try await api.request("POST", "/api/v1/ca-certificates", body, token: secret, port: port)
            #expect(answer.code == "role-needed")
        }
    }

    @Test(arguments: ["/livez", "/readyz", "/readyz?verbose", "/metrics"])
    func `to health and metrics takes nothing on this host`(path: String) async throws {
        try await AdminFixture.runOverTCP { api, port in
            let asked = try await api.request("GET", path, token: nil, port: port)
            #expect(asked.status == 200)
            let sent = try await api.request("POST", path, token: nil, port: port)
            #expect(sent.code == "method-not-allowed")
        }
    }

    /// Who may do what: the whole table, so that a change of a role is seen in a review.
    @Test func `is laid down for every route`() async throws {
        try await AdminFixture.made { api in
            let table = try AdminRoutes(services: api.services).table()
            let rows = table.routes.map { route in
                "\(route.role) \(route.method.rawValue) \(route.pattern.description.dropFirst(RouteTable.base.count))"
            }
            #expect(rows.sorted() == Self.roles.split(separator: "\n").map(String.init).sorted())
        }
    }

    private static let roles = """
        viewer GET status
        operator POST reload
        viewer GET mode
        operator PUT mode
        viewer GET tls
        operator PUT tls
        viewer GET certificates
        admin POST certificates
        viewer GET certificates/{reference}
        admin DELETE certificates/{reference}
        viewer GET certificates/{reference}/ocsp-staple
        operator PUT certificates/{reference}/ocsp-staple
        operator DELETE certificates/{reference}/ocsp-staple
        viewer GET server-certificates
        admin POST server-certificates
        viewer GET server-certificates/{slot}
        admin PUT server-certificates/{slot}
        operator PATCH server-certificates/{slot}
        operator DELETE server-certificates/{slot}
        operator PATCH server-certificates/{slot}/grace
        operator DELETE server-certificates/{slot}/grace
        viewer GET server-certificates/{slot}/rotation
        viewer GET ca-certificates
        operator POST ca-certificates
        operator POST ca-certificates/registration-codes
        viewer GET ca-certificates/{reference}
        operator PUT ca-certificates/{reference}
        operator PATCH ca-certificates/{reference}
        operator DELETE ca-certificates/{reference}
        operator PATCH ca-certificates/{reference}/grace
        operator DELETE ca-certificates/{reference}/grace
        viewer GET ca-certificates/{reference}/rotation
        viewer GET ca-certificates/{reference}/crl
        operator PUT ca-certificates/{reference}/crl
        operator DELETE ca-certificates/{reference}/crl
        viewer GET client-certificates
        operator POST client-certificates
        viewer GET client-certificates/tombstones
        operator DELETE client-certificates/tombstones/{fingerprint}
        viewer GET client-certificates/{reference}
        operator PATCH client-certificates/{reference}
        operator DELETE client-certificates/{reference}
        viewer GET client-certificates/{reference}/clients
        viewer GET client-certificates/{reference}/history
        operator POST client-certificates/import
        viewer GET client-certificates/export
        viewer GET clients
        viewer GET clients/{clientID}
        viewer GET clients/{clientID}/subscriptions
        operator DELETE clients/{clientID}
        viewer GET users
        admin POST users
        admin POST users/import
        viewer GET users/{name}
        admin PATCH users/{name}
        admin DELETE users/{name}
        admin GET tokens
        admin POST tokens
        admin GET tokens/{id}
        admin DELETE tokens/{id}
        viewer GET jobs
        viewer GET jobs/{id}
        operator DELETE jobs/{id}
        viewer GET explain
        viewer GET events
        viewer GET audit
        viewer GET audit/verification
        viewer GET audit/export
        viewer GET openapi.json
        """
}

extension AdminFixture {
    /// The secret of a new token.
    func token(_ role: Role) async throws -> String {
        let created = try await services.tokens.create(
            name: ObjectName("\(role)"),
            role: role,
            expiresAt: nil,
            at: Self.now,
            by: .system
        )
        return try #require(created.secret).text
    }
}
