import Foundation

/// Keys and certificates of a scenario, made with the openssl command line as a user would make them.
struct Keys: Sendable {
    let directory: URL

    func path(_ file: String) -> String { directory.appendingPathComponent(file).path }

    /// A file with key and certificate in one, as Python's clients want it.
    func pair(_ name: String) throws -> String {
        let parts = try ["key", "crt"].map { try String(contentsOfFile: path("\(name).\($0)"), encoding: .utf8) }
        try Data(parts.joined().utf8).write(to: directory.appendingPathComponent("\(name).pem"))
        return path("\(name).pem")
    }

    /// A new self-signed P-256 CA: NAME.crt and NAME.key.
    func authority(_ name: String, subject: String? = nil) async throws {
        try await openssl([
            "req", "-x509", "-new", "-nodes", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-sha256",
            "-days", "3650", "-subj", subject ?? "/CN=\(name)", "-keyout", "\(name).key", "-out", "\(name).crt",
        ])
    }

    /// A certificate signed by `authority`: NAME.crt and NAME.key.
    func issue(
        _ name: String,
        by authority: String,
        commonName: String? = nil,
        dnsNames: [String] = [],
        days: Int = 365
    ) async throws {
        try await openssl([
            "req", "-new", "-nodes", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
            "-subj", "/CN=\(commonName ?? name)", "-keyout", "\(name).key", "-out", "\(name).csr",
        ])
        var extensions = "basicConstraints=CA:FALSE\n"
        if !dnsNames.isEmpty {
            extensions += "extendedKeyUsage=serverAuth\n"
            extensions += "subjectAltName=" + dnsNames.map { "DNS:\($0)" }.joined(separator: ",") + "\n"
        }
        try Data(extensions.utf8).write(to: directory.appendingPathComponent("\(name).ext"))
        try await openssl([
            "x509", "-req", "-in", "\(name).csr", "-CA", "\(authority).crt", "-CAkey", "\(authority).key",
            "-CAcreateserial", "-days", String(days), "-sha256", "-extfile", "\(name).ext", "-out", "\(name).crt",
        ])
    }

    /// A revocation list in PEM of the CA `authority` that revokes one certificate.
    func revoke(_ name: String, by authority: String, list: String) async throws {
        let database = directory.appendingPathComponent("\(authority).database")
        try Data().write(to: database)
        let settings = """
            [ca]
            default_ca = lists
            [lists]
            database = \(database.path)
            default_md = sha256
            default_crl_days = 30
            """
        let file = "\(authority).lists.cnf"
        try Data(settings.utf8).write(to: directory.appendingPathComponent(file))
        let signer = ["ca", "-config", file, "-cert", "\(authority).crt", "-keyfile", "\(authority).key"]
        try await openssl(signer + ["-revoke", "\(name).crt"])
        try await openssl(signer + ["-gencrl", "-out", list])
    }

    private func openssl(_ arguments: [String]) async throws {
        let result = try await run("openssl", arguments, in: directory)
        guard result.status == 0 else {
            throw CommandFailure(description: "openssl \(arguments.joined(separator: " ")): \(result.errors)")
        }
    }
}
