import Foundation

/// What `sluice client-certs show -o json` tells, as far as scenarios look at it.
struct ClientCertificate: Decodable {
    struct Client: Decodable {
        let clientID: String
        let connected: Bool
        let address: String
        let accessPoint: String
        let firstSeenAt: String
        let lastSeenAt: String
    }

    let fingerprint: String
    let state: String
    let source: String
    let caFingerprint: String
    let serial: String?
    let commonName: String?
    let notAfter: String?
    let clientID: String?
    let clients: [Client]?
}

extension RunningGateway {
    /// The SHA-256 fingerprint of a certificate in the key directory.
    func fingerprint(_ name: String) async throws -> String {
        let result = try await run(
            "openssl",
            ["x509", "-in", keys.path("\(name).crt"), "-noout", "-fingerprint", "-sha256"]
        )
        guard let hex = result.output.split(separator: "=").last else {
            throw CommandFailure(description: "no fingerprint of \(name): \(result.errors)")
        }
        return hex.filter(\.isHexDigit).lowercased()
    }

    /// The registered certificate of this name.
    func clientCertificate(_ name: String) async throws -> ClientCertificate {
        try await read(ClientCertificate.self, "client-certs", "show", try await fingerprint(name))
    }

    /// Runs a verb of `sluice client-certs` on a certificate of this name, and gives the exit status.
    func changeClientCertificate(_ verb: String, _ name: String) async throws -> Int32 {
        try await sluice(["client-certs", verb, try await fingerprint(name), "--yes"]).status
    }
}
