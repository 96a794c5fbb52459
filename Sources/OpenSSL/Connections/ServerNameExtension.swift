/// The server_name extension of a ClientHello (RFC 6066 § 3), parsed strictly.
package enum ServerNameExtension {
    /// How the extension breaks its grammar.
    package enum Defect: Error, Sendable, Hashable {
        /// Bytes are missing, or left over.
        case wrongLength
        /// The list of names is empty, or a name is.
        case emptyName
        /// More than one host name, or a name of an unknown type.
        case unexpectedEntry
        /// A NUL, a control character, a space or a byte outside ASCII in the name.
        case unprintableByte
    }

    /// Longest host name (RFC 1035 § 2.3.4), with a trailing dot.
    package static let maximumNameBytes = 255

    /// The host name in the extension's body.
    ///
    /// - Throws: ``Defect``. What a name may look like beyond printable ASCII is for the caller to judge.
    package static func parse(_ body: UnsafeRawBufferPointer) throws(Defect) -> [UInt8] {
        // ServerNameList: length 2, then one entry: type 1, length 2, name.
        guard body.count >= 2, Int(body[0]) << 8 | Int(body[1]) == body.count - 2 else { throw .wrongLength }
        guard body.count > 2 else { throw .emptyName }
        guard body.count >= 5 else { throw .wrongLength }
        guard body[2] == 0 else { throw .unexpectedEntry }
        let length = Int(body[3]) << 8 | Int(body[4])
        guard length > 0 else { throw .emptyName }
        guard length <= body.count - 5 else { throw .wrongLength }
        // RFC 6066 § 3: "MUST NOT contain more than one name of the same name_type", and no other type exists.
        guard length == body.count - 5 else { throw .unexpectedEntry }
        guard length <= maximumNameBytes else { throw .wrongLength }
        let name = Array(body[5...])
        guard name.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else { throw .unprintableByte }
        return name
    }
}

/// The supported_versions extension of a ClientHello (RFC 8446 § 4.2.1).
package enum SupportedVersionsExtension {
    /// The known versions in the extension's body, in its order; unknown (GREASE) ones are left out. Nil when the
    /// body breaks its grammar.
    package static func parse(_ body: UnsafeRawBufferPointer) -> [TLSVersion]? {
        guard let length = body.first, Int(length) == body.count - 1, length >= 2, length % 2 == 0 else { return nil }
        return stride(from: 1, to: body.count, by: 2).compactMap {
            TLSVersion(rawValue: UInt16(body[$0]) << 8 | UInt16(body[$0 + 1]))
        }
    }
}

/// The application_layer_protocol_negotiation extension of a ClientHello (RFC 7301 § 3.1).
package enum ApplicationProtocolsExtension {
    /// The protocol names in the extension's body, in its order. Nil when the body breaks its grammar.
    package static func parse(_ body: UnsafeRawBufferPointer) -> [[UInt8]]? {
        guard body.count >= 2, Int(body[0]) << 8 | Int(body[1]) == body.count - 2 else { return nil }
        var names: [[UInt8]] = []
        var position = 2
        while position < body.count {
            let length = Int(body[position])
            let end = position + 1 + length
            guard length > 0, end <= body.count else { return nil }
            names.append(Array(body[(position + 1)..<end]))
            position = end
        }
        return names
    }
}
