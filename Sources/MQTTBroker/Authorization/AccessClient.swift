/// What rules know of a client.
package struct AccessClient: Hashable, Sendable {
    /// A value that patterns put in, and whether that is safe.
    struct Value: Hashable, Sendable {
        let bytes: ContiguousArray<UInt8>
        /// Whether it is one level of a topic wherever it stands: neither empty nor with `/`, `+` or `#` in it.
        let isHarmless: Bool

        init(_ bytes: ContiguousArray<UInt8>) {
            self.bytes = bytes
            isHarmless =
                !bytes.isEmpty
                && !bytes.contains { [UInt8(ascii: "/"), UInt8(ascii: "+"), UInt8(ascii: "#"), 0].contains($0) }
        }
    }

    private let clientID: Value
    private let user: Value?
    private let commonName: Value?
    private let organizationalUnit: Value?

    /// Describes a client.
    ///
    /// - Parameters:
    ///   - userName: one that somebody has checked; nil for a client that has none, or only says it has.
    ///   - commonName: that of its certificate.
    ///   - organizationalUnit: that of its certificate.
    package init(
        clientID: ClientID,
        userName: String? = nil,
        commonName: String? = nil,
        organizationalUnit: String? = nil
    ) {
        self.clientID = Value(clientID.bytes)
        user = userName.map { Value(ContiguousArray($0.utf8)) }
        self.commonName = commonName.map { Value(ContiguousArray($0.utf8)) }
        self.organizationalUnit = organizationalUnit.map { Value(ContiguousArray($0.utf8)) }
    }

    /// What rules know of an admitted client.
    init(_ profile: ClientProfile) {
        self.init(
            clientID: profile.clientID,
            userName: profile.userName,
            commonName: profile.commonName,
            organizationalUnit: profile.organizationalUnit
        )
    }

    /// The user name, by which its block of the file is found.
    var userName: ContiguousArray<UInt8>? { user?.bytes }

    /// A value; nil for one that the client does not have.
    @inline(__always)
    subscript(_ value: SubstitutedValue) -> Value? {
        switch value {
        case .clientID: clientID
        case .userName: user
        case .commonName: commonName
        case .organizationalUnit: organizationalUnit
        }
    }
}
