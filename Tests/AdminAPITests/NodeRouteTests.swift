import AdminAPI
import Foundation
import Registry
import Testing

@Suite struct `Settings and status over the API` {
    @Test func `switch the mode by the registry's rules`() async throws {
        let pem = try TestCertificates().pem
        try await AdminFixture.run { api in
            let refused = try await api.request("PUT", "/api/v1/mode", #"{"mode": "two-way"}"#)
            #expect(refused.status == 409)
            #expect(refused.json["type"].text == "urn:sluice:problem:no-active-ca")
            _ = try await api.request("POST", "/api/v1/ca-certificates", TestCertificates.json(["pem": pem]))
            let switched = try await api.request("PUT", "/api/v1/mode", #"{"mode": "two-way"}"#)
            #expect(switched.json["undo"].text == "sluice mode set one-way --anonymous off")
            #expect(
                try await api.request("GET", "/api/v1/mode").text
                    == #"{"anonymous":false,"automaticActivation":true,"mode":"two-way","registration":"manual"}"#
            )
        }
    }

    @Test(arguments: [
        (
            #"{"mode": "three-way"}"#,
            "mode: found \"three-way\", needed one of one-way, two-way, one-device-one-certificate."
        ),
        (
            #"{"mode": "one-way", "anonymus": true}"#,
            "Found the member \"anonymus\", known are mode, anonymous, registration, automaticActivation."
        ),
        (#"{"anonymous": true}"#, "The member \"mode\" is missing."),
    ])
    func `tell what is wrong with a mode`(body: String, detail: String) async throws {
        try await AdminFixture.run { api in
            let refused = try await api.request("PUT", "/api/v1/mode", body)
            #expect(refused.status == 400)
            #expect(refused.json["detail"].text == detail)
        }
    }

    @Test func `change one end of the TLS range`() async throws {
        try await AdminFixture.run { api in
            let changed = try await api.request("PUT", "/api/v1/tls", #"{"min": "1.2"}"#)
            #expect(changed.json["changed"].flag == true)
            #expect(try await api.request("GET", "/api/v1/tls").text == #"{"max":"1.3","min":"1.2"}"#)
            let reversed = try await api.request("PUT", "/api/v1/tls", #"{"max": "1.1"}"#)
            #expect(reversed.status == 422)
            #expect(reversed.json["type"].text == "urn:sluice:problem:tls-range-reversed")
        }
    }

    @Test func `tell that there was nothing to do`() async throws {
        try await AdminFixture.run { api in
            let same = try await api.request("PUT", "/api/v1/tls", #"{"min": "1.0", "max": "1.3"}"#)
            #expect(same.status == 200)
            #expect(same.json["changed"].flag == false)
            #expect(same.json["undo"].text == nil)
        }
    }

    @Test func `tell how the node and the cluster are`() async throws {
        try await AdminFixture.run { api in
            let answer = try await api.request("GET", "/api/v1/status")
            let decoder = JSONDecoder()
            decoder.dateDecodingStrategy = .iso8601
            let status = try decoder.decode(StatusResource.self, from: Data(answer.text.utf8))
            #expect(status.ready)
            #expect(status.node == api.services.node.status())
            #expect(status.cluster.mode.mode == "one-way")
            #expect(status.cluster.serverCertificates.limit == 3)
            #expect(status.cluster.caCertificates.limit == 32)
        }
    }

    @Test func `warn of a bound certificate that ends soon`() async throws {
        let soon = AdminFixture.now.addingTimeInterval(-3600)...AdminFixture.now.addingTimeInterval(20 * 86_400)
        let upload = try TestCertificates().upload(["a.test"], name: "a", validity: soon)
        try await AdminFixture.run { api in
            _ = try await api.request("POST", "/api/v1/certificates", upload)
            _ = try await api.request("POST", "/api/v1/server-certificates", #"{"certificate": "a"}"#)
            let warnings = try await api.request("GET", "/api/v1/status").json["cluster"]["warnings"].texts
            #expect(warnings == ["server certificate a in custom-1 expires at 2026-01-21T00:00:00Z"])
        }
    }

    @Test func `reload, and tell what is different`() async throws {
        let report = ReloadReport(changes: [.init(setting: "log.level", old: "info", new: "debug")], pendingRestart: [])
        try await AdminFixture.run(.init(reload: { report })) { api in
            let answer = try await api.request("POST", "/api/v1/reload")
            #expect(answer.json["changes"][0]["setting"].text == "log.level")
        }
    }

    @Test func `keep the old configuration and say why`() async throws {
        let refusal = ReloadRefusal(problems: ["sluice.yaml:1:1: a", "sluice.yaml:2:2: b"])
        try await AdminFixture.run(.init(reload: { throw refusal })) { api in
            let answer = try await api.request("POST", "/api/v1/reload")
            #expect(answer.status == 422)
            #expect(answer.json["type"].text == "urn:sluice:problem:reload-refused")
            #expect(answer.json["problems"].texts == refusal.problems)
        }
    }
}

@Suite struct `Health` {
    @Test func `is answered on the socket`() async throws {
        try await AdminFixture.run { api in
            let alive = try await api.request("GET", "/livez")
            #expect(alive.text == "ok\n")
            #expect(try await api.request("GET", "/readyz?verbose").text == "[+] listeners: ok\nok\n")
            #expect(try await api.request("GET", "/metrics").text == "sluice_connections 1\n")
        }
    }

    @Test func `turns 503 with the reason`() async throws {
        let readiness = Readiness(checks: [
            .init(name: "a", problem: nil), .init(name: "listeners", problem: "draining"),
        ])
        try await AdminFixture.run(.init(readiness: readiness)) { api in
            let answer = try await api.request("GET", "/readyz")
            #expect(answer.status == 503)
            #expect(answer.text == "[-] listeners: draining\nnot ready\n")
            #expect(try await api.request("GET", "/livez").status == 200)
        }
    }
}
