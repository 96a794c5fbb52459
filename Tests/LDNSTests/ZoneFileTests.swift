import Testing

@testable import LDNS

@Suite("Zone file")
struct ZoneFileTests {
    private func read(_ text: String, origin: String? = nil) throws -> ZoneFile {
        try ZoneFile(contents: Array(text.utf8), path: "z", origin: try origin.map { try DNSName($0) })
    }

    private static let soa = "@ 600 IN SOA ns1 hostmaster 1 2 3 4 5\n"

    @Test func `has each record with its line`() throws {
        let zone = try read(
            """
            ; a comment
            $ORIGIN d.example.

            $TTL 300
            @   IN SOA ns1 hostmaster (
                     1 ; serial
                     2 3 4 5 )
                IN NS ns1
            ; another comment

            www 60 IN A 192.0.2.1
            a   IN CNAME www
            b   CNAME www.other.example.
            """
        )
        #expect(zone.origin.description == "d.example.")
        #expect(
            zone.entries.map { "\($0.line) \($0.record)" } == [
                "5 d.example. 300 SOA ns1.d.example. hostmaster.d.example. 1 2 3 4 5",
                "8 d.example. 300 NS ns1.d.example.",
                "11 www.d.example. 60 A 192.0.2.1",
                "12 a.d.example. 300 CNAME www.d.example.",
                "13 b.d.example. 300 CNAME www.other.example.",
            ]
        )
    }

    @Test func `takes the origin that is given`() throws {
        let zone = try read(Self.soa + "mqtt 600 IN CNAME ap", origin: "d.example")
        #expect(zone.entries.last?.record.description == "mqtt.d.example. 600 CNAME ap.d.example.")
    }

    @Test func `reads a relative $ORIGIN below the one before`() throws {
        let zone = try read("$ORIGIN d.example.\n" + Self.soa + "$ORIGIN sub\nx 600 IN A 192.0.2.1\n")
        #expect(zone.entries.last?.record.owner.description == "x.sub.d.example.")
    }

    struct Refusal: Sendable, CustomTestStringConvertible {
        let reason: String
        let text: String
        let message: String
        var testDescription: String { reason }
    }

    @Test(arguments: [
        Refusal(
            reason: "a relative owner without origin, for which libldns takes the root",
            text: "mqtt 600 IN CNAME ap.example.\n",
            message: "z:1: a relative name and no $ORIGIN above it; begin the file with $ORIGIN or give FILE:ORIGIN"
        ),
        Refusal(
            reason: "a relative target without origin",
            text: "mqtt.d.example. 600 IN CNAME ap\n",
            message: "z:1: a relative name and no $ORIGIN above it; begin the file with $ORIGIN or give FILE:ORIGIN"
        ),
        Refusal(
            reason: "a relative mail server without origin",
            text: "\nd.example. 600 IN MX 10 mail\n",
            message: "z:2: a relative name and no $ORIGIN above it; begin the file with $ORIGIN or give FILE:ORIGIN"
        ),
        Refusal(
            reason: "a second SOA, libldns' use after free",
            text: "$ORIGIN d.example.\n" + soa + soa,
            message: "z:3: a second SOA (the first is in line 2); a file holds one zone"
        ),
        Refusal(
            reason: "$INCLUDE",
            text: "$ORIGIN d.example.\n" + soa + "$INCLUDE other.zone\n",
            message: "z:3: $INCLUDE is not read; put the records in place of it"
        ),
        Refusal(
            reason: "$GENERATE",
            text: "$ORIGIN d.example.\n" + soa + "$GENERATE 1-9 a$ A 192.0.2.$\n",
            message: "z:3: $GENERATE is not read; put the records in place of it"
        ),
        Refusal(
            reason: "no zone",
            text: "d.example. 600 IN A 192.0.2.1\n",
            message: "z: no SOA record, so the zone's name is not known; give it as FILE:ORIGIN"
        ),
        Refusal(
            reason: "nothing",
            text: "",
            message: "z: no SOA record, so the zone's name is not known; give it as FILE:ORIGIN"
        ),
        Refusal(
            reason: "a record of another zone",
            text: "$ORIGIN d.example.\n" + soa + "\nwww.e.example. 600 IN A 192.0.2.1\n",
            message: "z:4: www.e.example. does not belong to the zone d.example."
        ),
        Refusal(
            reason: "another class",
            text: "$ORIGIN d.example.\n" + soa + "www 600 CH A 192.0.2.1\n",
            message: "z:3: a record of another class than IN"
        ),
    ])
    func `says where and why it cannot be read`(refusal: Refusal) {
        let error = #expect(throws: ZoneFileError.self) { try read(refusal.text) }
        #expect(error?.description == refusal.message)
    }

    @Test(arguments: [
        "www 600 IN A 192.0.2.300\n", "www 600 IN A\n", "www 600 IN NOTATYPE x\n", "www 600 IN CNAME a..b\n",
        "(\nx 600 IN A 192.0.2.1\ny 600 IN A 192.0.2.1\n",
    ])
    func `points at a line that is no record`(line: String) {
        let error = #expect(throws: ZoneFileError.self) { try read("$ORIGIN d.example.\n" + Self.soa + "\n" + line) }
        #expect(error?.description.hasPrefix("z:4: ") == true, "\(error.debugDescription)")
    }

    @Test func `says that a file is not there`() {
        let error = #expect(throws: ZoneFileError.self) { try ZoneFile.read(path: "/nonexistent/zone") }
        #expect(error?.description == "/nonexistent/zone: cannot be read: No such file or directory")
    }

    @Test func `survives any bytes`() {
        var generator = SeededGenerator(seed: 53)
        let words = [
            "$ORIGIN", "$TTL", "IN", "CNAME", "SOA", "(", ")", "\"", "\n", " ", "a", "..", "\\", ";", "600", "@",
            "\u{0}",
        ]
        for _ in 0..<2_000 {
            let count = Int.random(in: 0...40, using: &generator)
            let text = (0..<count).map { _ in words.randomElement(using: &generator) ?? "" }.joined(separator: " ")
            _ = try? read(text, origin: "d.example")
        }
    }
}

/// SplitMix64: the same numbers for the same seed.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
