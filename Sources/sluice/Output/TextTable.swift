/// Rows of text under headings.
struct TextTable {
    struct Column {
        let heading: String
        /// Shown with `-o wide` alone.
        let isWide: Bool
    }

    private let columns: [Column]
    private var rows: [[String]] = []
    /// Whether the headings were taken.
    private var isBegun = false

    init(_ columns: [Column]) {
        self.columns = columns
    }

    /// Adds a row with a cell for every column; each stays in its line and its column, whatever a device wrote there.
    mutating func add(_ cells: [String]) {
        rows.append(cells.map { $0.printable() })
    }

    /// The columns aligned by spaces, for people.
    func aligned(wide: Bool, colour: Bool) -> String {
        let shown = columns.indices.filter { wide || !columns[$0].isWide }
        let widths = shown.map { column in
            ([columns[column].heading] + rows.map { $0[column] }).map(\.count).max() ?? 0
        }
        func line(_ cells: [String]) -> String {
            let padded = zip(cells, widths).map { $0 + String(repeating: " ", count: max(0, $1 - $0.count)) }
            var text = padded.joined(separator: "  ")
            while text.last == " " { text.removeLast() }
            return text
        }
        let heading = line(shown.map { columns[$0].heading })
        let styled = colour ? "\u{1B}[1m\(heading)\u{1B}[0m" : heading
        return ([styled] + rows.map { row in line(shown.map { row[$0] }) }).map { $0 + "\n" }.joined()
    }

    /// All columns with tabs between them, for programs that cut lines.
    func tabbed() -> String {
        var copy = self
        return copy.takeTabbed()
    }

    /// The rows that were added since the last call, with tabs between the columns; the first time below the headings.
    mutating func takeTabbed() -> String {
        let heading = isBegun ? [] : [columns.map(\.heading)]
        isBegun = true
        defer { rows = [] }
        return (heading + rows).map { $0.joined(separator: "\t") + "\n" }.joined()
    }
}

extension TextTable.Column: ExpressibleByStringLiteral {
    init(stringLiteral heading: String) {
        self.init(heading: heading, isWide: false)
    }

    static func wide(_ heading: String) -> TextTable.Column {
        TextTable.Column(heading: heading, isWide: true)
    }
}
