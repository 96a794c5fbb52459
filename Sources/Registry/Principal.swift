/// What a principal may do; each role may do what the one before it may.
package enum Role: String, Hashable, Sendable, CaseIterable, Comparable, Codable, CustomStringConvertible {
    /// Look.
    case viewer
    /// Look, and do what a day's work needs.
    case `operator`
    /// Everything.
    case admin

    package var description: String { rawValue }

    /// The role that may do less is the smaller one.
    package static func < (left: Role, right: Role) -> Bool { left.rank < right.rank }

    private var rank: Int {
        switch self {
        case .viewer: 0
        case .operator: 1
        case .admin: 2
        }
    }
}

/// Who acts: in the audit log, and where a right is asked for.
package struct Principal: Hashable, Sendable, Codable, CustomStringConvertible {
    /// How somebody is known.
    package enum Kind: Hashable, Sendable, Codable {
        /// A process at the other end of the Unix socket, by its user id.
        case socket(uid: UInt32)
        /// The bearer of an API token.
        case token(id: String, name: String)
        /// A device that registered itself, by its certificate.
        case device(Fingerprint)
        /// The configuration file.
        case configuration
        /// The program itself, such as at the end of a grace period.
        case system
    }

    /// How it is known.
    package let kind: Kind
    /// What it may do.
    package let role: Role

    /// Names a principal.
    package init(kind: Kind, role: Role) {
        self.kind = kind
        self.role = role
    }

    /// The configuration file, which only the administrator of the machine writes.
    package static let configuration = Principal(kind: .configuration, role: .admin)
    /// The program itself.
    package static let system = Principal(kind: .system, role: .admin)

    package var description: String {
        switch kind {
        case .socket(let uid): "uid \(uid)"
        case .token(_, let name): "token \(name)"
        case .device(let fingerprint): "device \(fingerprint.short)"
        case .configuration: "configuration"
        case .system: "system"
        }
    }
}

extension Fingerprint: Codable {
    package init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        do {
            try self.init(hex: text)
        } catch {
            throw DecodingError.dataCorrupted(
                .init(codingPath: decoder.codingPath, debugDescription: error.description)
            )
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(hex)
    }
}
