import Foundation
import Testing

@testable import sluice

@Suite struct `Times on the command line` {
    @Test(arguments: [("30d", 2_592_000), ("12h", 43_200), ("10m", 600), ("90s", 90), ("0s", 0), ("1.5h", 5400)])
    func `are spans with a unit`(text: String, seconds: Double) {
        #expect(TimeSpan(argument: text)?.seconds == seconds)
    }

    @Test(arguments: ["", "d", "10", "-1s", "1w", "200000d", "ten m"])
    func `are no spans otherwise`(text: String) {
        #expect(TimeSpan(argument: text) == nil)
    }

    @Test(arguments: [
        ("2026-07-01T12:00:00Z", "2026-07-01T12:00:00Z"), ("2026-07-01T12:00:00+02:00", "2026-07-01T10:00:00Z"),
        ("2026-07-01", "2026-07-01T00:00:00Z"), ("+30d", "2026-01-31T00:00:00Z"), ("-2h", "2025-12-31T22:00:00Z"),
    ])
    func `are moments in several ways`(text: String, expected: String) throws {
        let now = try Date("2026-01-01T00:00:00Z", strategy: .iso8601)
        #expect(PointInTime(text, now: now)?.text == expected)
    }

    @Test(arguments: ["tomorrow", "30d", "", "2026-13-01"])
    func `are no moments otherwise`(text: String) {
        #expect(PointInTime(text, now: Date()) == nil)
    }
}

@Suite struct `Files that are sent` {
    private static func folder(_ files: [String: [UInt8]]) throws -> String {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("sluice-in-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        for (name, bytes) in files { try Data(bytes).write(to: folder.appendingPathComponent(name)) }
        return folder.path
    }

    @Test func `become PEM when they are DER`() throws {
        let folder = try Self.folder(["a.der": [0x30, 0x82, 0x00, 0x01, 0x05], "b.pem": Array("text\n".utf8)])
        #expect(try PEMFile.read("\(folder)/a.der").hasPrefix("-----BEGIN CERTIFICATE-----\nMIIAAQU=\n"))
        #expect(try PEMFile.read("\(folder)/b.pem") == "text\n")
    }

    @Test func `are told by their content when they are imported, and gathered from a folder`() throws {
        let pem = Array("-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----".utf8)
        let folder = try Self.folder([
            "b.crt": pem, "a.pem": pem, "list.csv": Array("fingerprint\n00\n".utf8), "key.key": Array("secret".utf8),
        ])
        #expect(try ImportSource.read("\(folder)/list.csv").type == "text/csv")
        #expect(try ImportSource.read("\(folder)/a.pem").type == "application/x-pem-file")
        let bundle = String(decoding: try ImportSource.read(folder).data, as: UTF8.self)
        #expect(bundle.components(separatedBy: "BEGIN CERTIFICATE").count == 3)
        #expect(!bundle.contains("secret"), "what is no certificate stays where it is")
    }

    @Test func `are refused when there is nothing in them`() throws {
        let folder = try Self.folder(["key.key": [1]])
        let failure = #expect(throws: CommandFailure.self) { try ImportSource.read(folder) }
        #expect(failure?.status == .badInput)
        #expect(throws: CommandFailure.self) { try InputFile.read("\(folder)/missing", largest: 1) }
    }

    @Test(arguments: [("secret\n", "secret"), ("one\ntwo\n", "one"), ("with blanks ", "with blanks ")])
    func `give a password by their first line`(content: String, expected: String) throws {
        let folder = try Self.folder(["p": Array(content.utf8)])
        #expect(try Password.read(for: "u", file: "\(folder)/p") == expected)
    }

    @Test(arguments: ["", "\nsecond"])
    func `give no password when the first line is empty`(content: String) throws {
        let folder = try Self.folder(["p": Array(content.utf8)])
        let failure = #expect(throws: CommandFailure.self) { try Password.read(for: "u", file: "\(folder)/p") }
        #expect(failure?.status == .badInput)
    }
}
