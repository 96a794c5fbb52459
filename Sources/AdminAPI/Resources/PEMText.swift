import Foundation

/// DER as PEM text (RFC 7468).
package enum PEMText {
    /// One `CERTIFICATE` block with a final line break.
    package static func certificate(_ der: [UInt8]) -> String {
        let body = Data(der).base64EncodedString(options: [.lineLength64Characters, .endLineWithLineFeed])
        return "-----BEGIN CERTIFICATE-----\n\(body)\n-----END CERTIFICATE-----\n"
    }
}
