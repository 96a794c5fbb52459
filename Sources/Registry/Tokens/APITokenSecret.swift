/// The secret of an API token: shown once, when the token is made, and never stored.
///
/// 256 random bits as 43 characters of base64url behind `sluice_`, so that scanners for leaked secrets know it.
package struct APITokenSecret: Hashable, Sendable, CustomStringConvertible, CustomDebugStringConvertible,
    CustomReflectable
{
    /// The text that a client presents. The one way to it; printing the value gives no secret away.
    package let text: String

    /// What every secret begins with.
    package static let prefix = "sluice_"
    /// Random bytes in a secret.
    package static let length = 32

    /// Writes random bytes as a secret; `nil` unless there are 32 of them.
    package init?(random bytes: [UInt8]) {
        guard bytes.count == Self.length else { return nil }
        text = Self.prefix + Self.base64url(bytes)
    }

    package var description: String { "APITokenSecret(redacted)" }

    package var debugDescription: String { description }

    package var customMirror: Mirror { Mirror(self, children: []) }

    /// RFC 4648 § 5, without padding.
    private static func base64url(_ bytes: [UInt8]) -> String {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
        let bitsPerCharacter = 6
        var text: [UInt8] = []
        var (pending, bits) = (0, 0)
        for byte in bytes {
            pending = (pending << 8 | Int(byte)) & 0xFFFF
            bits += 8
            while bits >= bitsPerCharacter {
                bits -= bitsPerCharacter
                text.append(alphabet[pending >> bits & 0x3F])
            }
        }
        if bits > 0 { text.append(alphabet[pending << (bitsPerCharacter - bits) & 0x3F]) }
        return String(decoding: text, as: UTF8.self)
    }
}
