import Foundation

/// A P-256 CA with one server and one device certificate, made with the openssl command line.
struct BenchKeys {
    let domain = "bench.mqtt.example"
    let directory: URL
    var authority: URL { directory.appendingPathComponent("ca.crt") }
    var server: URL { directory.appendingPathComponent("server.crt") }
    var serverKey: URL { directory.appendingPathComponent("server.key") }
    var serverWithKey: URL { directory.appendingPathComponent("server.pem") }
    var client: URL { directory.appendingPathComponent("client.crt") }
    var clientKey: URL { directory.appendingPathComponent("client.key") }

    init(directory: URL) throws {
        self.directory = directory
        guard !FileManager.default.fileExists(atPath: serverWithKey.path) else { return }
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        try generateKey("ca.key")
        try shell(
            "openssl",
            [
                "req", "-x509", "-new", "-key", "ca.key", "-sha256", "-days", "3650", "-subj", "/CN=bench CA",
                "-out", "ca.crt",
            ],
            in: directory
        )
        try issue("server", commonName: domain, "extendedKeyUsage=serverAuth\nsubjectAltName=DNS:\(domain)\n")
        try issue("client", commonName: "bench-client", "extendedKeyUsage=clientAuth\n")
        let chain = try Data(contentsOf: server) + Data(contentsOf: serverKey)
        try chain.write(to: serverWithKey)
    }

    private func generateKey(_ file: String) throws {
        try shell("openssl", ["ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", file], in: directory)
    }

    private func issue(_ name: String, commonName: String, _ extensions: String) throws {
        try generateKey("\(name).key")
        let request = ["req", "-new", "-key", "\(name).key", "-subj", "/CN=\(commonName)", "-out", "\(name).csr"]
        try shell("openssl", request, in: directory)
        let file = directory.appendingPathComponent("\(name).ext")
        try Data("basicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature\n\(extensions)".utf8)
            .write(to: file)
        try shell(
            "openssl",
            [
                "x509", "-req", "-in", "\(name).csr", "-CA", "ca.crt", "-CAkey", "ca.key", "-CAcreateserial",
                "-days", "825", "-sha256", "-extfile", "\(name).ext", "-out", "\(name).crt",
            ],
            in: directory
        )
    }
}
