import FoundationEssentials
import OpenSSL

/// Which master key a private key was sealed under; tells keys apart and says nothing about them.
package struct MasterKeyID: Hashable, Sendable, CustomStringConvertible {
    /// The first bytes of a digest over the key.
    let bytes: [UInt8]

    /// Enough to tell an operator's few keys apart, in bytes.
    static let length = 8

    package var description: String {
        bytes.map { ($0 < 0x10 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}

/// The 32 bytes that encrypt all hosted private keys. It never shows itself.
package struct MasterKey: Sendable {
    let bytes: [UInt8]

    /// The length of the key in bytes.
    package static let length = AESGCM.keyBytes

    /// A new random key. Throws `CredentialsError.masterKeyUnavailable` without entropy.
    package static func generate() throws(CredentialsError) -> MasterKey {
        do {
            return MasterKey(bytes: try RandomBytes.make(count: length))
        } catch {
            throw .masterKeyUnavailable(error)
        }
    }

    /// Reads what a key file or variable holds: 32 raw bytes, base64, or 64 hexadecimal digits; white space around the
    /// latter two is skipped.
    ///
    /// - Throws: `CredentialsError.masterKeyFormat` with `source` and the number of bytes, nothing of their value.
    package init(parsing content: [UInt8], source: String) throws(CredentialsError) {
        if content.count == Self.length {
            bytes = content
            return
        }
        let text = String(decoding: content.filter { !Self.isSpace($0) }, as: UTF8.self)
        guard let key = Self.decodeHexadecimal(text) ?? Self.decodeBase64(text) else {
            throw .masterKeyFormat(source: source, bytes: content.count)
        }
        bytes = key
    }

    private init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// Names the key in messages and in what it sealed.
    package var id: MasterKeyID {
        let digest = SHA256.hash(Array("sluice master key id".utf8) + bytes)
        return MasterKeyID(bytes: Array(digest.prefix(MasterKeyID.length)))
    }

    /// The key in base64 with a final line break: the content of a key file.
    var fileContent: [UInt8] {
        Array(Data(bytes).base64EncodedString().utf8) + [UInt8(ascii: "\n")]
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }

    private static func decodeHexadecimal(_ text: String) -> [UInt8]? {
        let digits = text.utf8.map { Character(UnicodeScalar($0)).hexDigitValue }
        guard digits.count == 2 * length, digits.allSatisfy({ $0 != nil }) else { return nil }
        let values = digits.compactMap(\.self)
        return stride(from: 0, to: values.count, by: 2).map { UInt8(values[$0] << 4 | values[$0 + 1]) }
    }

    private static func decodeBase64(_ text: String) -> [UInt8]? {
        guard let data = Data(base64Encoded: text), data.count == length else { return nil }
        return Array(data)
    }
}

extension MasterKey: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { "MasterKey(redacted)" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
