import Foundation
import Registry
import Testing

@Suite struct ClusterEventTests {
    @Test func `has one JSON form for each kind`() throws {
        let drafts = try everyKind()
        #expect(Set(drafts.map(\.draft.kind)) == Set(ClusterEventKind.allCases))
        let hub = EventHub(startedAt: Date(timeIntervalSince1970: 0.000_007))
        for (index, (draft, fields)) in drafts.enumerated() {
            let json = hub.publish(draft).json
            let object = try #require(try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any])
            #expect(object["id"] as? Int == 7 + index)
            #expect(object["kind"] as? String == draft.kind.rawValue)
            #expect(object["time"] as? String == "2027-01-15T08:00:00.250Z")
            #expect(
                Set(object.keys).subtracting(["id", "kind", "time"])
                    == Set(fields.split(separator: " ").map(String.init))
            )
            #expect(!json.contains("\n"))
        }
    }

    @Test func `is written with its keys in order`() {
        let draft = ClusterEventDraft.clientDisconnected(
            at: moment,
            clientID: "pump/7",
            reason: "revoked",
            accessPoint: nil,
            seconds: 12
        )
        let event = EventHub(startedAt: Date(timeIntervalSince1970: 0.000_007)).publish(draft)
        #expect(
            event.json
                == #"{"clientID":"pump/7","id":7,"kind":"client_disconnected","reason":"revoked","seconds":12,"time":"2027-01-15T08:00:00.250Z"}"#
        )
    }

    @Test func `is published under its kind`() {
        #expect(ClusterEventKind.certificateRegistered.topic == "$events/certificate_registered")
    }

    @Test func `cuts a client id of 64 KiB`() {
        let draft = ClusterEventDraft.clientDisconnected(
            at: noon,
            clientID: String(repeating: "x", count: 65_535),
            reason: "disconnect",
            accessPoint: nil,
            seconds: nil
        )
        #expect(draft.fields["clientID"] == .text(String(repeating: "x", count: 256) + "…"))
    }

    @Test(arguments: [(30.0, 30), (29.5, 29), (0.5, 0), (-0.5, -1)])
    func `counts whole days to the end of a certificate`(left: Double, days: Int) throws {
        let draft = ClusterEventDraft.certificateExpiring(
            at: noon,
            fingerprint: try fingerprint("a"),
            use: "server",
            label: "default",
            notAfter: noon + left * day,
            names: []
        )
        #expect(draft.fields["days"] == .number(days))
    }

    private let moment = noon + 0.25

    private func everyKind() throws -> [(draft: ClusterEventDraft, fields: String)] {
        let print = try fingerprint("a")
        let admin = Principal(kind: .socket(uid: 0), role: .admin)
        let name = try DomainName("mqtt.shop.test")
        var note = RefusalNote(
            time: moment,
            reason: "client_certificate_expired",
            words: "w",
            remedy: "r",
            accessPoint: "public",
            address: "192.0.2.1"
        )
        note.fingerprint = print
        return [
            (
                .certificateRegistered(
                    at: moment,
                    fingerprint: print,
                    ca: print,
                    commonName: "a",
                    clientID: "pump-7",
                    state: "active",
                    source: "automatic"
                ), "fingerprint caFingerprint commonName clientID state source"
            ),
            (.certificateRejected(note), "reason words accessPoint address fingerprint"),
            (
                .certificateChanged(
                    at: moment,
                    fingerprint: print,
                    change: "revoked",
                    state: "revoked",
                    clientID: nil,
                    by: admin
                ),
                "fingerprint change state principal"
            ),
            (
                .clientConnected(
                    at: moment,
                    clientID: "pump-7",
                    accessPoint: "public",
                    address: "192.0.2.1",
                    serverName: "mqtt.shop.test",
                    tlsVersion: .tls1_3,
                    fingerprint: print,
                    userName: "u"
                ), "clientID accessPoint address serverName tlsVersion fingerprint userName"
            ),
            (
                .clientDisconnected(at: moment, clientID: "a", reason: "keep-alive", accessPoint: "public", seconds: 3),
                "clientID reason accessPoint seconds"
            ),
            (
                .domainChanged(at: moment, domain: name, accessPoint: "public", status: "ok", was: "missing"),
                "domain accessPoint status was"
            ),
            (
                .certificateExpiring(
                    at: moment,
                    fingerprint: print,
                    use: "server",
                    label: "default",
                    notAfter: noon + day,
                    names: [name]
                ),
                "fingerprint use label notAfter days names"
            ),
            (
                .serverCertificateChanged(
                    at: moment,
                    slot: .custom(1),
                    change: "bound",
                    fingerprint: print,
                    names: [name],
                    by: admin
                ),
                "slot change fingerprint names principal"
            ),
            (
                .caCertificateChanged(
                    at: moment,
                    fingerprint: print,
                    label: "root",
                    change: "registered",
                    state: .active,
                    by: admin
                ),
                "fingerprint label change state principal"
            ),
        ]
    }
}
