/// Which client id a device with a certificate gets: an access point's `clientIDPolicy`.
package enum ClientIdentifierRule: String, Hashable, Sendable, CaseIterable {
    /// The CONNECT's; if that is empty, the certificate record's; if that too is empty, the certificate's common name.
    case fill
    /// As `fill`, but a CONNECT id that differs from the record's id (or, without one, the common name) is refused.
    case requireMatch = "require-match"
    /// The record's or the common name, whatever the CONNECT says.
    case override

    /// What the rule comes to for one CONNECT.
    package enum Outcome: Hashable, Sendable {
        /// The device is known by this id; `isAssigned` if its CONNECT did not say so itself.
        case identified(ClientIdentifier, isAssigned: Bool)
        /// Nobody named the device.
        case missing
        /// The CONNECT's id is not the one that the certificate stands for.
        case mismatch(sent: ClientIdentifier, expected: ClientIdentifier)
    }

    /// Applies the rule. Each argument is `nil` where nothing, or an empty text, was given.
    package func outcome(
        connect: ClientIdentifier?,
        registered: ClientIdentifier?,
        commonName: ClientIdentifier?
    ) -> Outcome {
        let certified = registered ?? commonName
        switch self {
        case .fill:
            if let connect { return .identified(connect, isAssigned: false) }
            return Self.assigned(certified)
        case .requireMatch:
            guard let connect else { return Self.assigned(certified) }
            // A certificate that names nobody vouches for no id at all.
            guard let certified else { return .missing }
            return connect == certified
                ? .identified(connect, isAssigned: false) : .mismatch(sent: connect, expected: certified)
        case .override:
            guard let certified else { return .missing }
            return .identified(certified, isAssigned: connect != certified)
        }
    }

    private static func assigned(_ certified: ClientIdentifier?) -> Outcome {
        certified.map { .identified($0, isAssigned: true) } ?? .missing
    }
}
