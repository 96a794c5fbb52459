/// Bytes that libldns may see: an answer to one certain query, every record of it in bounds and of a known exact shape.
///
/// Only ``AnswerScan`` makes one, so that "libldns never sees an unchecked packet" holds by construction.
package struct CheckedAnswer: Sendable {
    let bytes: [UInt8]

    fileprivate init(bytes: [UInt8]) {
        self.bytes = bytes
    }
}

/// What a message is to a query, decided in Swift before libldns sees a byte.
///
/// libldns 1.8.3 accepts answers to other questions, leaks on records whose fields end before RDLENGTH, needs 200 MiB
/// for one long TXT record, and stops the process by assertion on other input. So only the few types that a name check
/// needs pass, and each only in its exact shape.
package enum AnswerScan: Sendable {
    /// It answers the query and is well formed.
    case accepted(CheckedAnswer)
    /// It answers the query and says itself that it is cut off (TC): nothing in it is used, TCP has the whole.
    case truncated
    /// It is no answer to this query: to be dropped, and the true one waited for.
    case foreign(ForeignReason)
    /// It answers the query, and is not what a server may send.
    case malformed(MalformedReason)

    /// Records of an answer, all sections together; more is refused.
    package static let maximumRecords = 256
    /// Bytes of one record's data; more is refused. The longest used here, a DNSKEY, has about 1,000.
    package static let maximumDataLength = 4096

    /// Compares a message with the query it should answer. `ignoringCase` is for TCP, where the connection already
    /// proves the peer: a server that writes the question in lower case is then no error.
    package init(_ bytes: [UInt8], answering query: Query, ignoringCase: Bool = false) {
        if let reason = Self.foreignReason(bytes, query, ignoringCase: ignoringCase) {
            self = .foreign(reason)
            return
        }
        let flags = bytes[2]
        guard flags & 0x78 == 0 else {
            self = .malformed(.operation(flags >> 3 & 0xF))
            return
        }
        guard flags & 0x02 == 0 else {
            self = .truncated
            return
        }
        do throws(MalformedReason) {
            var walk = RecordWalk(bytes: bytes, position: Query.headerLength + query.question.count)
            try walk.checkAllRecords()
            self = .accepted(CheckedAnswer(bytes: bytes))
        } catch {
            self = .malformed(error)
        }
    }

    private static func foreignReason(_ bytes: [UInt8], _ query: Query, ignoringCase: Bool) -> ForeignReason? {
        guard bytes.count >= Query.headerLength else { return .tooShort }
        guard UInt16(bytes[0]) << 8 | UInt16(bytes[1]) == query.identifier else { return .wrongIdentifier }
        guard bytes[2] & 0x80 != 0 else { return .notAResponse }
        let question = bytes.dropFirst(Query.headerLength).prefix(query.question.count)
        guard bytes[4] == 0, bytes[5] == 1, question.count == query.question.count else { return .wrongQuestion }
        if question.elementsEqual(query.question) { return nil }
        guard question.elementsEqual(query.question, by: { $0.foldingASCIICase == $1.foldingASCIICase }) else {
            return .wrongQuestion
        }
        return ignoringCase ? nil : .wrongCase
    }
}

/// Why a datagram is no answer to the query that waits.
package enum ForeignReason: String, Hashable, Sendable, CaseIterable {
    /// Shorter than a DNS header.
    case tooShort = "too short"
    case wrongIdentifier = "wrong id"
    /// A query, not an answer.
    case notAResponse = "not a response"
    case wrongQuestion = "wrong question"
    /// The right question in other letters' case than it was sent in (0x20).
    case wrongCase = "wrong case"
}

/// What is wrong with an answer that belongs to the query.
package enum MalformedReason: Error, Hashable, Sendable {
    case operation(UInt8)
    case tooManyRecords(Int)
    case cutOff
    case trailingBytes(Int)
    case name
    case recordType(RecordType)
    case recordClass(UInt16)
    case dataTooLong(RecordType, length: Int)
    case dataShape(RecordType, length: Int)
    case edns
    case parser(String)
}

extension MalformedReason: CustomStringConvertible {
    package var description: String {
        switch self {
        case .operation(let opcode): "operation code \(opcode), needed 0"
        case .tooManyRecords(let count): "\(count) records, at most \(AnswerScan.maximumRecords) are read"
        case .cutOff: "it ends inside a record"
        case .trailingBytes(let count): "\(count) bytes after the last record"
        case .name: "a name that is out of bounds, too long or points forward"
        case .recordType(let type): "a \(type) record, which was not asked for"
        case .recordClass(let number): "a record of class \(number), needed 1 (IN)"
        case .dataTooLong(let type, let length):
            "a \(type) record of \(length) bytes, at most \(AnswerScan.maximumDataLength) are read"
        case .dataShape(let type, let length): "a \(type) record whose \(length) bytes do not have its form"
        case .edns: "a broken, misplaced or second EDNS record"
        case .parser(let text): text
        }
    }
}

extension UInt8 {
    fileprivate var foldingASCIICase: UInt8 {
        self >= UInt8(ascii: "A") && self <= UInt8(ascii: "Z") ? self | 0x20 : self
    }
}
