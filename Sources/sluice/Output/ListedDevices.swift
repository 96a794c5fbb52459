import AdminAPI
import Foundation

extension ClientCertificateResource: Listed {
    static var columns: [TextTable.Column] {
        [
            "FINGERPRINT", "COMMON NAME", "CLIENT ID", "STATE", "VALIDITY", "NOT AFTER", "SOURCE", "LAST SEEN",
            .wide("SERIAL"), .wide("UNIT"), .wide("CA"), .wide("REGISTERED"),
        ]
    }

    var cells: [String] {
        [
            String(fingerprint.prefix(12)), commonName ?? "-", clientID ?? "-", state, validity, notAfter?.day ?? "-",
            source, lastSeenAt?.timestamp ?? "never", serial ?? "-", organizationalUnit ?? "-",
            String(caFingerprint.prefix(12)), createdAt.timestamp,
        ]
    }

    var reference: String { fingerprint }

    var details: [(label: String, value: String)] {
        let facts: [(label: String, value: String?)] = [
            ("fingerprint", fingerprint), ("serial", serial), ("subject", subject), ("issuer", issuer), ("key", key),
            ("not before", notBefore?.timestamp), ("not after", notAfter.map { "\($0.timestamp) (\(validity))" }),
            ("ca", caFingerprint), ("client id", clientID), ("state", "\(state), since \(stateChangedAt.timestamp)"),
            ("registered", "\(createdAt.timestamp), \(source)"), ("last seen", lastSeenAt?.timestamp ?? "never"),
        ]
        return facts.compactMap { label, value in value.map { (label, $0) } }
    }
}

extension AssociatedClientResource: Listed {
    static var columns: [TextTable.Column] {
        ["CLIENT ID", "CONNECTED", "ADDRESS", "ACCESS POINT", "FIRST SEEN", "LAST SEEN"]
    }

    var cells: [String] {
        [clientID, connected ? "yes" : "no", address, accessPoint, firstSeenAt.timestamp, lastSeenAt.timestamp]
    }

    var reference: String { clientID }
}

extension TombstoneResource: Listed {
    static var columns: [TextTable.Column] { ["FINGERPRINT", "COMMON NAME", "WAS", "DELETED", "UNTIL"] }

    var cells: [String] {
        [String(fingerprint.prefix(12)), commonName ?? "-", state, deletedAt.timestamp, until.timestamp]
    }

    var reference: String { fingerprint }
}

extension CutOffResource.Client: Listed {
    static var columns: [TextTable.Column] {
        ["CLIENT", "COMMON NAME", "ADDRESS", "OFFERS", "USED", "WOULD BE", "LAST SEEN"]
    }

    var cells: [String] {
        [client, commonName ?? "-", address, offered, tlsVersion ?? "-", prospect, lastSeenAt.timestamp]
    }

    var reference: String { client }
}
