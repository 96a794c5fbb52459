import AdminAPI
import Foundation

/// Prints a list that comes in pages: at once where the format allows it, else when it is whole.
struct ListPrinter<Item: Listed> {
    let options: OutputOptions
    private var table = TextTable(Item.columns)
    private var values: [JSONValue] = []

    init(options: OutputOptions) {
        self.options = options
    }

    /// Takes the next page.
    mutating func add(_ page: Page<Item>, json: Data) throws {
        switch layout {
        case .document: values += try JSONDecoder().decode(Page<JSONValue>.self, from: json).items
        case .lines:
            for value in try JSONDecoder().decode(Page<JSONValue>.self, from: json).items {
                StandardStream.output.write(try value.json(indented: false))
            }
        case .names: for item in page.items { StandardStream.output.write(item.reference.printable() + "\n") }
        case .aligned, .tabbed: for item in page.items { table.add(item.cells) }
        }
        if layout == .tabbed { StandardStream.output.write(table.takeTabbed()) }
    }

    /// Prints what was kept back.
    func finish(nextCursor: String?) throws {
        switch layout {
        case .document:
            let list = JSONValue.object([
                "items": .list(values), "nextCursor": nextCursor.map { .text($0) } ?? .null,
            ])
            StandardStream.output.write(
                options.format == .yaml ? try list.yaml() : try list.json(indented: Terminal.hasOutput)
            )
        case .aligned:
            let colour = Terminal.allowsColour(noColourFlag: options.noColour)
            StandardStream.output.write(table.aligned(wide: options.format == .wide, colour: colour))
        case .lines, .names, .tabbed: break
        }
    }

    private enum Layout {
        case document, lines, names, aligned, tabbed
    }

    private var layout: Layout {
        switch options.format {
        case .json, .yaml: .document
        case .jsonl: .lines
        case .name: .names
        case .table, .wide: .aligned
        case nil: Terminal.hasOutput ? .aligned : .tabbed
        }
    }
}
