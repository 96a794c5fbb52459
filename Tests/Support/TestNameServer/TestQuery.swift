/// A query as the scripted server received it.
package struct TestQuery: Hashable, Sendable {
    package enum Transport: Hashable, Sendable {
        case udp
        case tcp
    }

    package let bytes: [UInt8]
    package let transport: Transport
    /// The name in lower case without the final dot.
    package let name: String
    package let type: UInt16
    package let hasEDNS: Bool
    /// Name, type and class as they came.
    package let question: [UInt8]

    /// Nil for bytes that are no query.
    package init?(bytes: [UInt8], transport: Transport) {
        guard bytes.count > 12 else { return nil }
        var labels: [String] = []
        var position = 12
        while position < bytes.count, bytes[position] > 0 {
            let end = position + 1 + Int(bytes[position])
            guard end < bytes.count else { return nil }
            labels.append(String(decoding: bytes[(position + 1)..<end], as: UTF8.self).lowercased())
            position = end
        }
        guard position + 5 <= bytes.count else { return nil }
        self.bytes = bytes
        self.transport = transport
        self.name = labels.joined(separator: ".")
        self.type = UInt16(bytes[position + 1]) << 8 | UInt16(bytes[position + 2])
        self.hasEDNS = bytes[11] == 1
        self.question = Array(bytes[12..<(position + 5)])
    }
}

/// A resource record to put into an answer.
package struct TestRecord: Hashable, Sendable {
    package var wire: [UInt8]

    package init(_ owner: String, type: UInt16, timeToLive: UInt32 = 600, data: [UInt8]) {
        wire = Self.name(owner)
        wire += [UInt8(type >> 8), UInt8(type & 0xFF), 0, 1]
        wire += (0..<4).map { UInt8(timeToLive >> (24 - 8 * $0) & 0xFF) }
        wire += [UInt8(data.count >> 8), UInt8(data.count & 0xFF)] + data
    }

    package static func cname(_ owner: String, _ target: String, timeToLive: UInt32 = 600) -> TestRecord {
        TestRecord(owner, type: 5, timeToLive: timeToLive, data: name(target))
    }

    package static func a(_ owner: String, _ address: [UInt8]) -> TestRecord {
        TestRecord(owner, type: 1, data: address)
    }

    package static func soa(_ zone: String) -> TestRecord {
        let numbers: [UInt8] = [0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 60]
        return TestRecord(zone, type: 6, data: name("ns.\(zone)") + name("hostmaster.\(zone)") + numbers)
    }

    /// A name in wire form, uncompressed.
    package static func name(_ text: String) -> [UInt8] {
        text.split(separator: ".").flatMap { [UInt8($0.utf8.count)] + Array($0.utf8) } + [0]
    }
}

/// An answer that may lie in every part.
package struct TestAnswer: Sendable {
    package var identifier: [UInt8]
    package var question: [UInt8]
    /// QR and RD set.
    package var flags: [UInt8] = [0x81, 0x80]
    package var answers: [TestRecord] = []
    package var authorities: [TestRecord] = []
    /// Bytes behind everything.
    package var tail: [UInt8] = []

    package init(to query: TestQuery, code: UInt8 = 0, authoritative: Bool = false, _ answers: TestRecord...) {
        identifier = Array(query.bytes[0..<2])
        question = query.question
        flags[1] |= code
        if authoritative { flags[0] |= 0x04 }
        self.answers = answers
    }

    package var bytes: [UInt8] {
        identifier + flags + [0, 1, 0, UInt8(answers.count), 0, UInt8(authorities.count), 0, 0] + question
            + answers.flatMap(\.wire) + authorities.flatMap(\.wire) + tail
    }

    /// The same answer with TC set and nothing but the question in it.
    package var truncated: [UInt8] {
        identifier + [flags[0] | 0x02, flags[1], 0, 1, 0, 0, 0, 0, 0, 0] + question
    }
}
