import FoundationEssentials
import GRDB
import Registry

/// A row's place in a sorted list: the value it is sorted by, and its id among equal ones.
struct DeviceListPosition: Sendable {
    let id: Int64
    let value: DatabaseValue

    init(id: Int64, value: DatabaseValue) {
        self.id = id
        self.value = value
    }

    /// Reads a cursor; `nil` if it was not given out for this order.
    init?(_ cursor: String, sort: DeviceSort) {
        let standard = cursor.replacing("-", with: "+").replacing("_", with: "/")
        let padded = standard + String(repeating: "=", count: (4 - standard.utf8.count % 4) % 4)
        guard let data = Data(base64Encoded: padded), let text = String(validating: data, as: UTF8.self) else {
            return nil
        }
        let parts = text.split(separator: "|", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0] == Self.name(of: sort), let id = Int64(parts[1]) else { return nil }
        self.id = id
        if sort.key.isText {
            value = String(parts[2]).databaseValue
        } else {
            guard let number = Int64(parts[2]) else { return nil }
            value = number.databaseValue
        }
    }

    /// The place as a cursor: text that is safe in a URL and says nothing to people.
    func text(sort: DeviceSort) -> String {
        let value = String.fromDatabaseValue(value) ?? Int64.fromDatabaseValue(value).map { "\($0)" } ?? ""
        return Data("\(Self.name(of: sort))|\(id)|\(value)".utf8).base64EncodedString()
            .replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }

    /// What comes after this place.
    func condition(_ sort: DeviceSort) -> DeviceCondition {
        DeviceCondition(
            column: sort.key.rawValue,
            sql: "(\(sort.key.rawValue), id) \(sort.isDescending ? "<" : ">") (?, ?)",
            arguments: [value, id.databaseValue]
        )
    }

    private static func name(of sort: DeviceSort) -> String { (sort.isDescending ? "-" : "") + sort.key.rawValue }
}

extension DeviceSort.Key {
    fileprivate var isText: Bool {
        switch self {
        case .commonName, .clientID, .serial: true
        case .createdAt, .notAfter, .notBefore, .lastSeenAt: false
        }
    }
}
