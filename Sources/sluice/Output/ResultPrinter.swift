import AdminAPI
import Foundation

/// Something that a list shows as a row and `-o name` by one word.
protocol Listed: Codable, Sendable {
    static var columns: [TextTable.Column] { get }
    var cells: [String] { get }
    /// What other commands take to mean this one.
    var reference: String { get }
    /// What `show` prints line by line for people.
    var details: [(label: String, value: String)] { get }
}

/// Prints what the gateway answered in the format that was asked for.
struct ResultPrinter {
    let options: OutputOptions

    /// A list; each element of `pages` is a page's JSON.
    func printList<Item: Listed>(_ items: [Item], json pages: [Data]) throws {
        switch options.format {
        case .json: write(try list(pages).json(indented: Terminal.hasOutput))
        case .yaml: write(try list(pages).yaml())
        case .jsonl: for item in try values(pages) { write(try item.json(indented: false)) }
        case .name: for item in items { write(item.reference + "\n") }
        case .wide: write(table(items).aligned(wide: true, colour: colour))
        case .table: write(table(items).aligned(wide: false, colour: colour))
        case nil:
            write(Terminal.hasOutput ? table(items).aligned(wide: false, colour: colour) : table(items).tabbed())
        }
    }

    /// One object.
    func printOne<Item: Listed>(_ item: Item, json: Data) throws {
        switch options.format {
        case .json, .jsonl, .yaml: try printValue(json)
        case .name: write(item.reference + "\n")
        case .table, .wide, nil: printDetails(item.details)
        }
    }

    /// What a change did, or would do.
    func printChange(_ change: ChangeResource, json: Data) throws {
        switch options.format {
        case .json, .jsonl, .yaml: try printValue(json)
        case .name: for fingerprint in change.fingerprints { write(fingerprint + "\n") }
        case .table, .wide, nil:
            write("\(change.dryRun ? "Would have: " : "")\(change.summary)\n")
            for warning in change.warnings { write("  note: \(warning)\n") }
            if let undo = change.undo, change.changed, !change.dryRun { write("  undo: \(undo)\n") }
        }
    }

    /// Lines of a label and a value; a value of several lines stands below its label.
    func printDetails(_ details: [(label: String, value: String)]) {
        let width = details.map(\.label.count).max() ?? 0
        for (label, value) in details {
            let padding = String(repeating: " ", count: width - label.count)
            write(value.contains("\n") ? "\(label):\n\(value)" : "\(label):\(padding) \(value)\n")
        }
    }

    /// The answer as it came, in `-o json` (indented on a terminal), `jsonl` or `yaml`.
    func printValue(_ json: Data) throws {
        let value = try JSONDecoder().decode(JSONValue.self, from: json)
        switch options.format {
        case .yaml: write(try value.yaml())
        case .jsonl: write(try value.json(indented: false))
        case .json, .table, .wide, .name, nil: write(try value.json(indented: Terminal.hasOutput))
        }
    }

    /// Whether the format asked for is one for programs.
    var isForPrograms: Bool {
        switch options.format {
        case .json, .jsonl, .yaml: true
        case .table, .wide, .name, nil: false
        }
    }

    func write(_ text: String) {
        StandardStream.output.write(text)
    }

    private var colour: Bool { Terminal.allowsColour(noColourFlag: options.noColour) }

    private func table<Item: Listed>(_ items: [Item]) -> TextTable {
        var table = TextTable(Item.columns)
        for item in items { table.add(item.cells) }
        return table
    }

    private func values(_ pages: [Data]) throws -> [JSONValue] {
        try pages.flatMap { try JSONDecoder().decode(Page<JSONValue>.self, from: $0).items }
    }

    private func list(_ pages: [Data]) throws -> JSONValue {
        .object(["items": .list(try values(pages)), "nextCursor": .null])
    }
}
