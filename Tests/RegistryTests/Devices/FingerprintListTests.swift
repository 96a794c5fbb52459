import Foundation
import Registry
import Testing

@Suite struct FingerprintListTests {
    private let authority: Fingerprint
    private let hex = String(repeating: "ab", count: 32)

    init() throws { authority = try fingerprint("CA") }

    private func rows(_ text: String, pieces: Int = 1_000, withDefault: Bool = true) throws -> [ImportRow] {
        let authority = authority
        var list = FingerprintList(authority: withDefault ? authority : nil) { $0 == "factory" ? authority : nil }
        var rows: [ImportRow] = []
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            rows += try list.rows(from: rest.prefix(pieces))
            rest = rest.dropFirst(pieces)
        }
        return try rows + list.finish()
    }

    private func problem(_ row: ImportRow?) -> String? {
        if case .unusable(let code, _)? = row?.content { code } else { nil }
    }

    @Test(arguments: [1, 3, 1_000])
    func `reads all columns in any order and case, in pieces of any size`(pieces: Int) throws {
        let text =
            "\u{FEFF}CA, ClientID ,fingerprint,commonname,notAfter,serial,STATE,organizationalUnit\r\n"
            + "factory,\"a,\"\"b\"\"\",\(hex), Pumpe Süd ,2027-01-31T10:00:00Z,0A:1B,inactive,\"x\ny\"\r\n"
        let rows = try rows(text, pieces: pieces, withDefault: false)
        guard case .registration(let registration)? = rows.first?.content else {
            Issue.record("\(rows)")
            return
        }
        #expect(rows.count == 1)
        #expect(rows.first?.line == 2)
        #expect(registration.authority == authority)
        #expect(registration.clientID == ClientIdentifier("a,\"b\""))
        #expect(registration.fingerprint.hex == hex)
        #expect(registration.facts.commonName == "Pumpe Süd")
        #expect(registration.facts.notAfter?.timestamp == "2027-01-31T10:00:00Z")
        #expect(registration.facts.serial == SerialNumber(hex: "0a1b"))
        #expect(registration.facts.organizationalUnit == "x\ny")
        #expect(registration.initialState == .inactive)
    }

    @Test func `needs nothing but a fingerprint and a CA`() throws {
        let rows = try rows("fingerprint\n\(hex)\n\n\(hex.uppercased())")
        #expect(rows.map(\.line) == [2, 4])
        guard case .registration(let registration)? = rows.last?.content else {
            Issue.record("\(rows)")
            return
        }
        #expect(registration.authority == authority)
        #expect(registration.initialState == .active)
        #expect(registration.facts.notAfter == nil)
    }

    /// A row under the heads `fingerprint,serial,notAfter,ca,state`, and why it cannot be used.
    @Test(arguments: [
        ("abc,,,factory,", "csv-fingerprint"), (",,,factory,", "csv-fingerprint"),
        ("FP,xyz,,factory,", "csv-serial"), ("FP,,tomorrow,factory,", "csv-notafter"),
        ("FP,,,unknown,", "csv-ca"), ("FP,,,,", "ca-needed"), ("FP,,,factory,revoked", "csv-state"),
        ("FP,,,factory,pending_activation", "csv-state"), ("FP,,,factory", "csv-columns"),
        ("FP,,,factory,,", "csv-columns"), ("\"FP\"x,,,factory,", "csv-form"), ("FP,0\"1,,factory,", "csv-form"),
        ("\"FP,,,factory,", "csv-form"),
    ])
    func `says what is wrong with a row, and goes on`(row: String, code: String) throws {
        let text = "fingerprint,serial,notAfter,ca,state\n" + row.replacingOccurrences(of: "FP", with: hex)
        #expect(problem(try rows(text, withDefault: false).first) == code)
        guard code != "csv-form" || !row.hasPrefix("\"FP,") else { return }
        let both = try rows(text + "\n\(hex),,,factory,\n", withDefault: false)
        #expect(both.count == 2)
        #expect(problem(both.last) == nil)
    }

    @Test(arguments: ["", "serial\n01\n", "fingerprint,fingerprint\n", "fingerprint,colour\n", "\n\n"])
    func `a first line that does not name the columns ends the import`(text: String) {
        #expect(throws: DeviceError.self) { try rows(text) }
    }

    @Test func `a row of another encoding is an error of that row`() throws {
        var list = FingerprintList(authority: authority) { _ in nil }
        var rows = try list.rows(from: Array("fingerprint,commonName\n\(hex),".utf8) + [0xFF, 0x0A])
        rows += try list.rows(from: Array("\(hex),fine\n".utf8))
        #expect(problem(rows.first) == "csv-form")
        #expect(problem(rows.last) == nil)
    }

    @Test func `an endless quoted field costs no memory and ends with the row that is too long`() throws {
        var list = FingerprintList(authority: authority) { _ in nil }
        var rows = try list.rows(from: Array("fingerprint\n\"".utf8))
        for _ in 0..<300 { rows += try list.rows(from: [UInt8](repeating: UInt8(ascii: "x"), count: 1024)) }
        rows += try list.rows(from: Array("\n\(hex)\n".utf8))
        #expect(problem(rows.first) == "csv-form")
        #expect(problem(rows.last) == nil)
        #expect(rows.count == 2)
    }
}
