/// A UTF-8 Encoded String of the standard: well-formed, without U+0000, at most 65,535 bytes. MQTT 5.0 § 1.5.4
///
/// Compared byte by byte. Swift's own strings hold `é` equal to `e` followed by an accent; two client identifiers
/// that differ so are two clients. [MQTT-4.7.3-4]
package struct Text: Sendable, Hashable {
    /// The encoded characters, without the length prefix.
    package let bytes: [UInt8]

    /// Most bytes that a length prefix of two bytes can announce. MQTT 5.0 § 1.5.4 [MQTT-4.7.3-3]
    package static let maximumLength = 65_535

    /// The text of `bytes`, which the caller has checked.
    init(unchecked bytes: [UInt8]) { self.bytes = bytes }

    /// The text in `bytes`; throws where they break the rules of the standard.
    package init(_ bytes: [UInt8]) throws(CodecError) {
        guard bytes.count <= Text.maximumLength else {
            throw .fieldTooLong(.text, found: bytes.count, limit: Text.maximumLength)
        }
        try bytes.checked { buffer throws(CodecError) in try TextRules.check(buffer, .text) }
        self.bytes = bytes
    }

    /// The text of a Swift string; throws where it has a U+0000 or is too long.
    package init(_ string: String) throws(CodecError) { try self.init(Array(string.utf8)) }

    /// The text as a Swift string, for people; equality belongs to the bytes.
    package var string: String { String(decoding: bytes, as: UTF8.self) }

    package var isEmpty: Bool { bytes.isEmpty }

    /// How many characters (Unicode scalars) it has; well-formed UTF-8 begins each with another byte than 0b10xxxxxx.
    package var characterCount: Int { bytes.reduce(0) { $1 & 0xC0 == 0x80 ? $0 : $0 + 1 } }
}

extension Text: CustomStringConvertible, ExpressibleByStringLiteral {
    package var description: String { string }

    /// Text written in the source, which must keep the rules.
    package init(stringLiteral literal: String) {
        guard let text = try? Text(literal) else {
            // A literal is part of the program, so a bad one is a bug that its first run shows.
            preconditionFailure("not a text of MQTT: \(literal)")  // Invariant: literals in the source keep the rules.
        }
        self = text
    }
}

extension [UInt8] {
    /// Runs a check over the bytes and passes its error on.
    func checked(_ check: (UnsafeRawBufferPointer) throws(CodecError) -> Void) throws(CodecError) {
        let failure = withUnsafeBytes { buffer -> CodecError? in
            do throws(CodecError) {
                try check(buffer)
                return nil
            } catch {
                return error
            }
        }
        if let failure { throw failure }
    }
}
