import Foundation

/// One page of a list.
package struct Page<Item: Codable & Sendable>: Codable, Sendable {
    /// The page's items, in the list's order.
    package var items: [Item]
    /// What asks for the next page; null on the last one.
    package var nextCursor: String?

    package init(items: [Item], nextCursor: String?) {
        self.items = items
        self.nextCursor = nextCursor
    }

    private enum CodingKeys: String, CodingKey {
        case items, nextCursor
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(items, forKey: .items)
        // Null, not absent: a client that looks for it finds the end.
        try container.encode(nextCursor, forKey: .nextCursor)
    }
}

/// Which part of a list is asked for.
struct PageRequest {
    let limit: Int
    /// The key of the last item of the page before.
    let after: String?

    static let defaultLimit = 20
    static let largestLimit = 100

    /// The page of `all`, which is put into the order of `key`.
    func page<Element, Item>(
        of all: some Collection<Element>,
        by key: (Element) -> String,
        _ item: (Element) -> Item
    ) -> Page<Item> {
        let rest = all.map { (key: key($0), element: $0) }
            .filter { entry in after.map { entry.key > $0 } ?? true }
            .sorted { $0.key < $1.key }
        let shown = rest.prefix(limit)
        let cursor = rest.count > limit ? shown.last.map { PageCursor.text(after: $0.key) } : nil
        return Page(items: shown.map { item($0.element) }, nextCursor: cursor)
    }
}

/// The last key of a page as text that needs no escaping in a query (RFC 4648 § 5, unpadded).
enum PageCursor {
    static func text(after key: String) -> String {
        let padded = Data(key.utf8).base64EncodedString()
        return padded.replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }

    /// Throws a 400 ``Problem`` for a text that is no cursor.
    static func key(_ text: String) throws(Problem) -> String {
        let padding = String(repeating: "=", count: (4 - text.utf8.count % 4) % 4)
        let padded = text.replacing("-", with: "+").replacing("_", with: "/") + padding
        guard let key = Data(base64Encoded: padded).flatMap({ String(validating: $0, as: UTF8.self) }) else {
            throw .badParameter("cursor", found: text, needed: "a nextCursor of this list")
        }
        return key
    }
}
