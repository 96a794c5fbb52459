import Testing

@testable import LDNS

/// Bytes written as hexadecimal, with spaces and `"text"` for readability.
func hex(_ text: String) -> [UInt8] {
    var bytes: [UInt8] = []
    for (index, part) in text.split(separator: "\"", omittingEmptySubsequences: false).enumerated() {
        guard index.isMultiple(of: 2) else {
            bytes += Array(part.utf8)
            continue
        }
        let digits = part.compactMap(\.hexDigitValue)
        bytes += stride(from: 0, to: digits.count - 1, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
    }
    return bytes
}

/// Gives the same number for ever, so that ids and letters' case are known.
struct ConstantGenerator: RandomNumberGenerator {
    var number: UInt64
    mutating func next() -> UInt64 { number }
}

/// The query that all rows answer: id 1234, `d.example. CNAME`.
func sampleQuery(mixedCase: Bool = false) throws -> Query {
    var generator = ConstantGenerator(number: 0x1234)
    return try Query(
        name: try DNSName("d.example"),
        type: .cname,
        mixedCase: mixedCase,
        payloadSize: 1232,
        using: &generator
    )
}

/// `d.example. CNAME IN`
let question = "01\"d\"07\"example\"00 0005 0001"

struct ScanRow: Sendable, CustomTestStringConvertible {
    let reason: String
    let bytes: [UInt8]
    let expected: Expectation

    enum Expectation: Equatable, Sendable {
        case accepted
        case truncated
        case foreign(ForeignReason)
        case malformed(MalformedReason)
    }

    init(_ reason: String, _ text: String, _ expected: Expectation) {
        self.reason = reason
        self.bytes = hex(text)
        self.expected = expected
    }

    var testDescription: String { reason }

    static func outcome(_ scan: AnswerScan) -> Expectation {
        switch scan {
        case .accepted: .accepted
        case .truncated: .truncated
        case .foreign(let reason): .foreign(reason)
        case .malformed(let reason): .malformed(reason)
        }
    }
}

/// Header with counts: answer, authority, additional.
private func header(_ answers: String, _ authorities: String = "0000", _ additional: String = "0000") -> String {
    "1234 8180 0001 \(answers) \(authorities) \(additional) " + question + " "
}

/// Fixed part of a record at `d.example.` (a pointer to the question) and its data.
private func record(_ type: String, _ data: String, class number: String = "0001") -> String {
    let length = hex(data).count
    let digits = String(length, radix: 16)
    return "c00c \(type) \(number) 00000258 " + String(repeating: "0", count: 4 - digits.count) + digits + " " + data
        + " "
}

private func option(_ data: String) -> String {
    let digits = String(hex(data).count, radix: 16)
    return "00 0029 04d0 00000000 " + String(repeating: "0", count: 4 - digits.count) + digits + " " + data
}

@Suite("Answer scan")
struct AnswerScanTests {
    static let ours: [ScanRow] = [
        ScanRow("an empty answer", header("0000"), .accepted),
        ScanRow("one alias", header("0001") + record("0005", "01\"x\"c00e"), .accepted),
        ScanRow("one alias, its target in full", header("0001") + record("0005", "01\"x\"07\"example\"00"), .accepted),
        ScanRow("an IPv4 address", header("0001") + record("0001", "c0000201"), .accepted),
        ScanRow("an IPv6 address", header("0001") + record("001c", "20010db8000000000000000000000001"), .accepted),
        ScanRow(
            "an SOA in the authority section",
            header("0000", "0001")
                + record("0006", "01\"n\"c00e 01\"h\"c00e 00000001 00000002 00000003 00000004 00000005"),
            .accepted
        ),
        ScanRow("a DNAME", header("0001") + record("0027", "01\"x\"00"), .accepted),
        ScanRow("a name server", header("0000", "0001") + record("0002", "01\"n\"c00e"), .accepted),
        ScanRow("EDNS without options", header("0000", "0000", "0001") + option(""), .accepted),
        ScanRow("EDNS with an extended error", header("0000", "0000", "0001") + option("000f 0002 0016"), .accepted),
        ScanRow("a DS", header("0001") + record("002b", "1234 0d 02 aabbccdd"), .accepted),
        ScanRow("a DNSKEY", header("0001") + record("0030", "0101 03 0d aabb"), .accepted),
        ScanRow(
            "an RRSIG",
            header("0001") + record("002e", "0005 0d 02 00000258 00000000 00000000 1234 07\"example\"00 aabb"),
            .accepted
        ),
        ScanRow("an NSEC", header("0000", "0001") + record("002f", "01\"e\"00 00 01 40"), .accepted),
        ScanRow("an NSEC3", header("0000", "0001") + record("0032", "01 00 0000 00 02 aabb 00 01 40"), .accepted),
        ScanRow("a CAA", header("0001") + record("0101", "00 05\"issue\" \"ca.test\""), .accepted),
        ScanRow("TC: the rest is not looked at", "1234 8380 0001 0009 0000 0000" + question + "ff", .truncated),
    ]

    static let foreign: [ScanRow] = [
        ScanRow("nothing", "", .foreign(.tooShort)),
        ScanRow("eleven bytes", "1234 8180 0001 0000 0000 00", .foreign(.tooShort)),
        ScanRow("another id", "1235 8180 0001 0000 0000 0000" + question, .foreign(.wrongIdentifier)),
        ScanRow("id zero, which libldns takes", "0000 8180 0001 0000 0000 0000" + question, .foreign(.wrongIdentifier)),
        ScanRow("a query, our own sent back", "1234 0100 0001 0000 0000 0000" + question, .foreign(.notAResponse)),
        ScanRow("no question", "1234 8180 0000 0000 0000 0000", .foreign(.wrongQuestion)),
        ScanRow("two questions", "1234 8180 0002 0000 0000 0000" + question + question, .foreign(.wrongQuestion)),
        ScanRow(
            "another name",
            "1234 8180 0001 0000 0000 0000 01\"e\"07\"example\"00 0005 0001",
            .foreign(.wrongQuestion)
        ),
        ScanRow(
            "another type",
            "1234 8180 0001 0000 0000 0000 01\"d\"07\"example\"00 0001 0001",
            .foreign(.wrongQuestion)
        ),
        ScanRow(
            "another class",
            "1234 8180 0001 0000 0000 0000 01\"d\"07\"example\"00 0005 0003",
            .foreign(.wrongQuestion)
        ),
        ScanRow("a question cut off", "1234 8180 0001 0000 0000 0000 01\"d\"07\"exa\"", .foreign(.wrongQuestion)),
        ScanRow(
            "the letters in other case",
            "1234 8180 0001 0000 0000 0000 01\"D\"07\"example\"00 0005 0001",
            .foreign(.wrongCase)
        ),
    ]

    static let odd: [ScanRow] = [
        ScanRow(
            "another operation than a query",
            "1234 a980 0001 0000 0000 0000" + question,
            .malformed(.operation(5))
        ),
        ScanRow("257 records announced", header("0101"), .malformed(.tooManyRecords(257))),
        ScanRow("65535 in each section", header("ffff", "ffff", "ffff"), .malformed(.tooManyRecords(196_605))),
        ScanRow("a record announced, none there", header("0001"), .malformed(.name)),
        ScanRow("a record without its fixed part", header("0001") + "c00c 0005 0001", .malformed(.cutOff)),
        ScanRow(
            "data longer than the message",
            header("0001") + "c00c 0001 0001 00000258 0005 c0000201",
            .malformed(.cutOff)
        ),
        ScanRow("one byte behind the last record", header("0000") + "00", .malformed(.trailingBytes(1))),
        ScanRow(
            "three bytes of IPv4",
            header("0001") + record("0001", "c00002"),
            .malformed(.dataShape(.a, length: 3))
        ),
        ScanRow(
            "five bytes of IPv4",
            header("0001") + record("0001", "c000020101"),
            .malformed(.dataShape(.a, length: 5))
        ),
        ScanRow("no bytes of IPv4", header("0001") + record("0001", ""), .malformed(.dataShape(.a, length: 0))),
        ScanRow("IPv4 as AAAA", header("0001") + record("001c", "c0000201"), .malformed(.dataShape(.aaaa, length: 4))),
        ScanRow("an alias without a target", header("0001") + record("0005", ""), .malformed(.name)),
        ScanRow(
            "bytes behind the alias",
            header("0001") + record("0005", "c00c 00"),
            .malformed(.dataShape(.cname, length: 3))
        ),
        ScanRow("an alias that runs out of its data", header("0001") + record("0005", "05\"ab\""), .malformed(.name)),
        ScanRow("a pointer to itself", header("0001") + record("0005", "c027"), .malformed(.name)),
        ScanRow("a pointer forward", header("0001") + record("0005", "c0ff"), .malformed(.name)),
        ScanRow("a pointer into the header", header("0001") + record("0005", "c004"), .malformed(.name)),
        ScanRow("half a pointer", header("0001") + record("0005", "c0"), .malformed(.name)),
        ScanRow("a label of the reserved kind 01", header("0001") + record("0005", "4161 00"), .malformed(.name)),
        ScanRow("a label of the reserved kind 10", header("0001") + record("0005", "8161 00"), .malformed(.name)),
        ScanRow(
            "a name of 256 bytes",
            header("0001")
                + record("0005", String(repeating: "3f" + String(repeating: "61", count: 63), count: 4) + "00"),
            .malformed(.name)
        ),
        ScanRow("class CH", header("0001") + record("0001", "c0000201", class: "0003"), .malformed(.recordClass(3))),
        ScanRow(
            "an SOA without its numbers",
            header("0000", "0001") + record("0006", "c00c c00c"),
            .malformed(.dataShape(.soa, length: 4))
        ),
        ScanRow(
            "a compressed signer, RFC 4034 § 3.1.7",
            header("0001") + record("002e", "0005 0d 02 00000258 00000000 00000000 1234 c00e aabb"),
            .malformed(.name)
        ),
        ScanRow(
            "a signature of no bytes",
            header("0001") + record("002e", "0005 0d 02 00000258 00000000 00000000 1234 00"),
            .malformed(.dataShape(.rrsig, length: 19))
        ),
        ScanRow(
            "NSEC windows out of order",
            header("0000", "0001") + record("002f", "00 01 01 40 00 01 40"),
            .malformed(.dataShape(.nsec, length: 7))
        ),
        ScanRow(
            "an NSEC window of no bytes",
            header("0000", "0001") + record("002f", "00 00 00"),
            .malformed(.dataShape(.nsec, length: 3))
        ),
        ScanRow(
            "an NSEC3 salt beyond its data",
            header("0000", "0001") + record("0032", "01 00 0000 ff aa"),
            .malformed(.dataShape(.nsec3, length: 6))
        ),
        ScanRow(
            "a CAA without a tag",
            header("0001") + record("0101", "00 00"),
            .malformed(.dataShape(.caa, length: 2))
        ),
        ScanRow("two EDNS records", header("0000", "0000", "0002") + option("") + option(""), .malformed(.edns)),
        ScanRow("EDNS in the answer section", header("0001") + option(""), .malformed(.edns)),
        ScanRow(
            "EDNS with an owner",
            header("0000", "0000", "0001") + "c00c 0029 04d0 00000000 0000",
            .malformed(.edns)
        ),
        ScanRow(
            "an EDNS option beyond its data",
            header("0000", "0000", "0001") + option("000f 0009 00"),
            .malformed(.edns)
        ),
        ScanRow("three bytes as an EDNS option", header("0000", "0000", "0001") + option("000f 00"), .malformed(.edns)),
    ]

    /// dns.md § 0: what libldns 1.8.3 cannot be given.
    static let defects: [ScanRow] = [
        ScanRow(
            "an empty EDNS CHAIN option: ldns_pkt2str reads through a null pointer",
            header("0000", "0000", "0001") + option("000d 0000"),
            .malformed(.edns)
        ),
        ScanRow(
            "a long TXT record: 64 KiB cost 772 MiB",
            header("0001") + record("0010", String(repeating: "ff" + String(repeating: "61", count: 255), count: 64)),
            .malformed(.dataTooLong(.txt, length: 16_384))
        ),
        ScanRow(
            "a short TXT record: not asked for",
            header("0001") + record("0010", "0161"),
            .malformed(.recordType(.txt))
        ),
        ScanRow(
            "two TSIG records: the second leaks",
            header("0000", "0000", "0002") + record("00fa", "00", class: "00ff") + record("00fa", "00", class: "00ff"),
            .malformed(.recordClass(255))
        ),
        ScanRow(
            "a TSIG record of class IN",
            header("0000", "0000", "0001") + record("00fa", "00"),
            .malformed(.recordType(RecordType(rawValue: 250)))
        ),
        ScanRow(
            "fields that end before RDLENGTH: libldns reads the rest as the next record",
            header("0001") + record("0005", "00 c00c 0010 0001 00000000 0000"),
            .malformed(.dataShape(.cname, length: 13))
        ),
        ScanRow(
            "an IPSECKEY, whose parser leaks",
            header("0001") + record("002d", "00 00 00"),
            .malformed(.recordType(RecordType(rawValue: 45)))
        ),
        ScanRow(
            "a type of the future",
            header("0001") + record("fff0", "00"),
            .malformed(.recordType(RecordType(rawValue: 0xFFF0)))
        ),
    ]

    @Test(arguments: ours)
    func `passes what a server may answer`(row: ScanRow) throws {
        #expect(ScanRow.outcome(AnswerScan(row.bytes, answering: try sampleQuery())) == row.expected)
    }

    @Test(arguments: ours.filter { $0.expected == .accepted })
    func `passes nothing that libldns then refuses`(row: ScanRow) throws {
        guard case .accepted(let answer) = AnswerScan(row.bytes, answering: try sampleQuery()) else { return }
        let message = try Message(answer)
        #expect(message.responseCode == .noError)
    }

    @Test(arguments: foreign)
    func `drops what is no answer to the query`(row: ScanRow) throws {
        #expect(ScanRow.outcome(AnswerScan(row.bytes, answering: try sampleQuery())) == row.expected)
    }

    @Test(arguments: odd)
    func `refuses an odd answer`(row: ScanRow) throws {
        #expect(ScanRow.outcome(AnswerScan(row.bytes, answering: try sampleQuery())) == row.expected)
    }

    @Test(arguments: defects)
    func `keeps from libldns what it cannot take`(row: ScanRow) throws {
        #expect(ScanRow.outcome(AnswerScan(row.bytes, answering: try sampleQuery())) == row.expected)
    }

    @Test func `ignores the letters' case over TCP`() throws {
        let bytes = hex("1234 8180 0001 0000 0000 0000 01\"D\"07\"EXAMPLE\"00 0005 0001")
        #expect(ScanRow.outcome(AnswerScan(bytes, answering: try sampleQuery(), ignoringCase: true)) == .accepted)
    }

    @Test func `ends for every cut of a good answer`() throws {
        let query = try sampleQuery()
        let whole = hex(header("0002") + record("0005", "01\"x\"c00e") + record("0001", "c0000201"))
        for length in 0..<whole.count {
            let outcome = ScanRow.outcome(AnswerScan(Array(whole.prefix(length)), answering: query))
            #expect(outcome != .accepted, "cut after \(length) bytes")
        }
    }
}
