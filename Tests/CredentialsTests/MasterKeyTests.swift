import Credentials
import Foundation
import Testing

@Suite struct MasterKeyTests {
    private static let bytes = [UInt8](0..<32)
    private static let hexadecimal = bytes.map { String(format: "%02X", $0) }.joined()
    private static let base64 = Data(bytes).base64EncodedString()
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    private var expected: MasterKeyID {
        get throws { try MasterKey(parsing: Self.bytes, source: "test").id }
    }

    @Test(arguments: [hexadecimal, hexadecimal.lowercased() + "\n", base64, base64 + "\n", " \(base64)\r\n"])
    func `is read in every usual form`(text: String) throws {
        #expect(try MasterKey(parsing: Array(text.utf8), source: "test").id == expected)
    }

    @Test(arguments: ["", "short", hexadecimal + "00", String(hexadecimal.dropLast()), "é" + base64])
    func `is refused in any other, without repeating it`(text: String) {
        let error = CredentialsError.masterKeyFormat(source: "test", bytes: text.utf8.count)
        #expect(throws: error) { try MasterKey(parsing: Array(text.utf8), source: "test") }
        #expect(!error.description.contains("0001020304"))
    }

    @Test func `is read from a file of its owner's alone`() throws {
        let path = try directory.write(Self.base64.utf8, to: "master.key")
        #expect(try MasterKeyPlace.file(path: path).load(environment: [:]).id == expected)
    }

    @Test(arguments: [0o640, 0o604, 0o644, 0o660])
    func `is refused in a file that others may read`(mode: Int) throws {
        let path = try directory.write(Self.base64.utf8, to: "master.key", mode: mode)
        let error = CredentialsError.masterKeyPermissions(path: path, found: UInt16(mode))
        #expect(throws: error) { try MasterKeyPlace.file(path: path).load(environment: [:]) }
        #expect(error.description.hasSuffix("Do: chmod 0600 '\(path)'"))
    }

    @Test func `is looked for among systemd's credentials first`() throws {
        let credentials = try TemporaryDirectory()
        _ = try credentials.write(Self.hexadecimal.utf8, to: "master.key", mode: 0o440)
        let path = try directory.write([UInt8](repeating: 9, count: 32), to: "master.key")
        let key = try MasterKeyPlace.file(path: path).load(environment: ["CREDENTIALS_DIRECTORY": credentials.path])
        #expect(try key.id == expected)
    }

    @Test func `is taken from the file where systemd has no credential of that name`() throws {
        let credentials = try TemporaryDirectory()
        let path = try directory.write(Self.base64.utf8, to: "master.key")
        let key = try MasterKeyPlace.file(path: path).load(environment: ["CREDENTIALS_DIRECTORY": credentials.path])
        #expect(try key.id == expected)
    }

    @Test func `says every place that it was looked for in`() throws {
        let path = directory.path + "/none.key"
        let environment = ["CREDENTIALS_DIRECTORY": "/run/credentials/sluice"]
        #expect(throws: CredentialsError.masterKeyMissing(lookedFor: ["/run/credentials/sluice/none.key", path])) {
            try MasterKeyPlace.file(path: path).load(environment: environment)
        }
    }

    @Test func `is read from an environment variable`() throws {
        let key = try MasterKeyPlace.environment(variable: "KEY").load(environment: ["KEY": Self.base64])
        #expect(try key.id == expected)
        #expect(throws: CredentialsError.masterKeyMissing(lookedFor: ["environment variable KEY"])) {
            try MasterKeyPlace.environment(variable: "KEY").load(environment: [:])
        }
    }

    @Test func `is made in a new file with mode 0600`() throws {
        let path = directory.path + "/new.key"
        let made = try MasterKeyPlace.createFile(at: path)
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        #expect(attributes[.posixPermissions] as? Int == 0o600)
        #expect(try MasterKeyPlace.file(path: path).load(environment: [:]).id == made.id)
    }

    @Test func `is never made over one that is there`() throws {
        let path = try directory.write(Self.base64.utf8, to: "master.key")
        #expect(throws: CredentialsError.masterKeyExists(path: path)) { try MasterKeyPlace.createFile(at: path) }
        #expect(try MasterKeyPlace.file(path: path).load(environment: [:]).id == expected)
    }

    @Test func `is another one each time`() throws {
        #expect(try MasterKey.generate().id != MasterKey.generate().id)
    }

    @Test func `shows nothing of itself`() throws {
        let key = try MasterKey(parsing: Self.bytes, source: "test")
        var dumped = ""
        dump([key], to: &dumped)
        dump(KeyEncryption(key), to: &dumped)
        for text in ["\(key)", String(reflecting: key), dumped, "\(KeyEncryption(key))"] {
            #expect(text.contains("redacted"))
            #expect(!text.contains("30, 31") && !text.contains("- 31"))
        }
    }
}
