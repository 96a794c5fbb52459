import Foundation
import TestAuthority
import Testing

/// Private keys, passwords and tokens are told to nobody, whatever is asked and whatever goes wrong.
@Suite struct SecretTests {
    private static let password = "correct horse battery staple"
    private static let wrongPassword = "a guess of the device"
    private static let tokenSecret = Array("a secret shared with the token's issuer".utf8)

    /// Verbs that show all there is to show.
    private static let readings = [
        ["status"], ["config", "show", "--origin", "--config", "sluice.yaml"], ["mode", "show"], ["tls", "show"],
        ["certs", "list"], ["certs", "show", "company"], ["server-certs", "list"],
        ["server-certs", "show", "custom-1"],
        ["ca-certs", "list"], ["client-certs", "list"], ["client-certs", "show", "device-1"],
        ["client-certs", "history", "device-1"], ["client-certs", "export"], ["users", "list"], ["tokens", "list"],
        ["jobs", "list"], ["events"], ["audit", "list", "--all"], ["audit", "export"], ["explain", "127.0.0.1"],
    ]

    /// Secrets where others belong, and things that are none where secrets belong.
    private static let mistakes = [
        ["certs", "upload", "--chain", "keys/custom.key", "--key", "keys/custom.crt"],
        ["certs", "upload", "--chain", "keys/custom.crt", "--key", "keys/device.key"],
        ["ca-certs", "register", "--ca", "keys/strangers.key"],
        ["client-certs", "register", "--cert", "keys/device.key"],
        ["client-certs", "import", "keys/device.key"], ["users", "import", "keys/device.key"],
        ["users", "import", "password"], ["explain", "somebody"],
        ["config", "validate", "--config", "keys/device.key"],
    ]

    @Test func `no secret of a whole run is in the log, in an answer, or in the data directory`() async throws {
        let (directory, keys) = try await RunningGateway.prepare()
        let secretFile = directory.appendingPathComponent("jwt-secret")
        try Data(Self.tokenSecret).write(to: secretFile)
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: secretFile.path)
        let gateway = try await RunningGateway.start(
            RunningGateway.configuration(
                mode: "one-way",
                more: "jwt: { keys: [{ algorithm: HS256, file: jwt-secret }] }"
            ).replacing("level: info", with: "level: trace"),
            in: directory,
            keys: keys
        )
        var told = ""
        func tell(_ arguments: [String], input: String? = nil) async throws {
            let result = try await gateway.sluice(arguments, input: input)
            told += result.output + result.errors
        }

        try await tell(["users", "add", "dashboard"], input: Self.password + "\n")
        try await tell(["users", "add", "dashboard"], input: Self.password + "\n")
        try Data((Self.password + "\n").utf8).write(to: directory.appendingPathComponent("password"))
        try await bindCustomCertificate(gateway)
        try await tell(["client-certs", "register", "--cert", "keys/device.crt", "--client-id", "device-1"])
        let apiToken = try await gateway.manage("tokens", "create", "script", "--role", "viewer")
            .trimmingCharacters(in: .whitespacesAndNewlines)
        let device = try await Device.reaching(gateway, certificate: nil)
        let token = try TestToken.make(#"{"sub":"pump","exp":4102444800}"#, .hs256(Self.tokenSecret))
        let forged = try TestToken.make(#"{"sub":"pump","exp":4102444800}"#, .hs256(Array("another".utf8)))
        for password in [Self.password, Self.wrongPassword, token, forged] {
            let result = try await device.publish(
                "-t",
                "a",
                "-m",
                "b",
                "-q",
                "1",
                "-i",
                "x",
                "-u",
                "dashboard",
                "-P",
                password
            )
            #expect((result.status == 0) == (password == Self.password || password == token), "\(gateway.log)")
        }
        for mistake in Self.mistakes { try await tell(mistake) }
        for reading in Self.readings {
            for format in ["json", "wide"] { try await tell(reading + ["-o", format]) }
        }
        let metrics = try await run("curl", ["-s", "--unix-socket", gateway.socket, "http://localhost/metrics"])
        #expect(metrics.output.contains("sluice_build_info"))
        #expect(try await gateway.stop() == 0)

        var secrets = [Self.password, Self.wrongPassword, token, forged, apiToken].map { Data($0.utf8) }
        secrets.append(Data(Self.tokenSecret))
        secrets += try Self.masterKey(directory) + Self.privateKeys(keys)
        var places = [("an answer", Data((told + metrics.output).utf8)), ("the log", Data(gateway.log.utf8))]
        #expect(gateway.log.contains("trace") || gateway.log.contains("debug"), "all that can be logged is")
        for file in try FileManager.default.subpathsOfDirectory(atPath: directory.path + "/data") {
            places.append((file, (try? Data(contentsOf: directory.appendingPathComponent("data/" + file))) ?? Data()))
        }
        for (place, content) in places {
            for secret in secrets {
                #expect(content.range(of: secret) == nil, "\(String(decoding: secret, as: UTF8.self)) is in \(place)")
            }
        }
    }

    /// The master key as it stands in its file, and as bytes.
    private static func masterKey(_ directory: URL) throws -> [Data] {
        let text = try String(contentsOf: directory.appendingPathComponent("master.key"), encoding: .utf8)
        let digits = Array(text.filter(\.isHexDigit))
        let bytes = stride(from: 0, to: digits.count, by: 2).compactMap {
            UInt8(String(digits[$0..<$0 + 2]), radix: 16)
        }
        return [Data(String(digits).utf8), Data(bytes)]
    }

    /// Each private key: a line of its PEM, and the number itself, which follows its length in the DER.
    private static func privateKeys(_ keys: Keys) throws -> [Data] {
        let files = try FileManager.default.contentsOfDirectory(atPath: keys.directory.path)
        return try files.filter { $0.hasSuffix(".key") }.flatMap { file in
            let lines = try String(contentsOfFile: keys.path(file), encoding: .utf8).split(separator: "\n")
            let body = lines.filter { !$0.hasPrefix("-----") }
            let der = try #require(Data(base64Encoded: body.joined()))
            // SEC 1 § C.4: version 1, then 32 bytes of private key on P-256.
            let number = try #require(der.range(of: Data([0x02, 0x01, 0x01, 0x04, 0x20])))
            return [Data(try #require(body.first).utf8), der[number.upperBound..<number.upperBound + 32]]
        }
    }
}
