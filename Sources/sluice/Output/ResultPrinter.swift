import AdminAPI
import Foundation

/// Prints what the gateway answered in the format that was asked for.
struct ResultPrinter {
    let options: OutputOptions

    /// One object.
    func printOne<Item: Listed>(_ item: Item, json: Data) throws {
        switch options.format {
        case .json, .jsonl, .yaml: try printValue(json)
        case .name: write(item.reference.printable() + "\n")
        case .table, .wide, nil: printDetails(item.details)
        }
    }

    /// What a change did, or would do.
    func printChange(_ change: ChangeResource, json: Data) throws {
        switch options.format {
        case .json, .jsonl, .yaml: try printValue(json)
        case .name: for fingerprint in change.fingerprints { write(fingerprint + "\n") }
        case .table, .wide, nil: printWords(change)
        }
    }

    /// A change for people: what it did, what they may not have meant, whom it touches, how to take it back.
    func printWords(_ change: ChangeResource) {
        write("\(change.dryRun ? "Would have: " : "")\(change.summary.printable())\n")
        for warning in change.warnings { write("  note: \(warning.printable())\n") }
        if let count = change.endedSessions, count > 0 {
            write("  sessions: \(count) \(change.dryRun ? "would end" : "ended")\n")
        }
        if let cutOff = change.cutOff { printCutOff(cutOff) }
        if let undo = change.undo, change.changed, !change.dryRun { write("  undo: \(undo)\n") }
    }

    /// A table under a title; nothing when there are no rows.
    func printTable<Item: Listed>(_ items: [Item], title: String) {
        guard !items.isEmpty else { return }
        var table = TextTable(Item.columns)
        for item in items { table.add(item.cells) }
        let colour = Terminal.allowsColour(noColourFlag: options.noColour)
        write("\n\(title):\n" + table.aligned(wide: options.format == .wide, colour: colour))
    }

    /// Whom a range of TLS versions would cut off.
    private func printCutOff(_ report: CutOffResource) {
        let since = report.since.map { " since \($0.timestamp)" } ?? ""
        write("  cut off: \(report.cutOff) of the \(report.seen) clients seen\(since)")
        write(report.uncertain > 0 ? ", and perhaps \(report.uncertain) more\n" : "\n")
        printTable(report.clients, title: "clients that it touches")
    }

    /// Lines of a label and a value; a value of several lines stands below its label.
    func printDetails(_ details: [(label: String, value: String)]) {
        let width = details.map(\.label.count).max() ?? 0
        for (label, text) in details {
            let value = text.printable(keeping: "\n")
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
}
