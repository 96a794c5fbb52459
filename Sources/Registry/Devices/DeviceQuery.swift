package import struct FoundationEssentials.Date

/// Which registered client certificates are asked for, in which order; every condition that is given must hold.
package struct DeviceQuery: Hashable, Sendable {
    /// The serial number.
    package var serial: SerialNumber?
    /// The common name, exactly or its beginning.
    package var commonName: TextMatch?
    /// The organizational unit, exactly or its beginning.
    package var organizationalUnit: TextMatch?
    /// The registered CA.
    package var authority: Fingerprint?
    /// The client id, exactly or its beginning.
    package var clientID: TextMatch?
    /// Any of these states; empty = all.
    package var states: Set<ClientCertificateState>
    /// How it was registered.
    package var source: RegistrationSource?
    /// Where the moment of the query lies in the certificate's life.
    package var validity: CertificateValidity?
    /// Ends at this moment or before, and has not ended at the moment of the query.
    package var expiringBefore: Date?
    /// Begins at this moment or later.
    package var notBeforeFrom: Date?
    /// Begins before this moment.
    package var notBeforeUntil: Date?
    /// Ends at this moment or later.
    package var notAfterFrom: Date?
    /// Ends before this moment.
    package var notAfterUntil: Date?
    /// Begins a common name, client id, organizational unit, serial number or fingerprint; with `*` in front, stands
    /// anywhere in one of the first three.
    package var search: String?
    /// The order.
    package var sort: DeviceSort
    /// How many records at most; see `maximumLimit`.
    package var limit: Int
    /// Where the page before ended.
    package var cursor: String?

    /// Records of a page, unless asked otherwise.
    package static let defaultLimit = 20
    /// Records of a page at most: the admin API's bound.
    package static let maximumLimit = 100

    /// Everything, the newest first, unless something is set.
    package init(
        sort: DeviceSort = DeviceSort(.createdAt, descending: true),
        limit: Int = Self.defaultLimit,
        cursor: String? = nil
    ) {
        states = []
        self.sort = sort
        self.limit = limit
        self.cursor = cursor
    }
}

/// How a text filter compares, byte by byte.
package enum TextMatch: Hashable, Sendable {
    /// The whole text.
    case exactly(String)
    /// The beginning.
    case prefix(String)

    /// Reads a filter as people write it: a final `*` asks for a beginning.
    package init(pattern: String) {
        self = pattern.hasSuffix("*") ? .prefix(String(pattern.dropLast())) : .exactly(pattern)
    }
}

/// The order of a list; equal ones stand in order of registration.
package struct DeviceSort: Hashable, Sendable {
    /// What is compared.
    package enum Key: String, Hashable, Sendable, CaseIterable {
        case createdAt
        case notAfter
        case notBefore
        case commonName
        case clientID
        case lastSeenAt
        case serial
    }

    /// What is compared.
    package let key: Key
    /// The greatest first.
    package let isDescending: Bool

    /// An order; ascending unless said otherwise.
    package init(_ key: Key, descending: Bool = false) {
        self.key = key
        isDescending = descending
    }

    /// Reads an order as the admin API writes it: a field, with `-` in front for descending; `nil` for anything else.
    package init?(_ text: String) {
        let name = text.hasPrefix("-") ? text.dropFirst() : text[...]
        guard let key = Key(rawValue: String(name)) else { return nil }
        self.init(key, descending: text.hasPrefix("-"))
    }
}

/// Some records in the order asked for.
package struct DevicePage: Hashable, Sendable {
    /// The records. A page may hold fewer than asked for, even none, and yet have a successor: looking for rare records
    /// is bounded for each page.
    package let records: [ClientCertificateRecord]
    /// Give this as `cursor` to read on; `nil` when nothing follows.
    package let nextCursor: String?
    /// How many records match in all, where that costs nothing to know.
    package let total: Int?

    /// Gathers one page.
    package init(records: [ClientCertificateRecord], nextCursor: String?, total: Int? = nil) {
        self.records = records
        self.nextCursor = nextCursor
        self.total = total
    }
}
