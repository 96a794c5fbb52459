/// Something that a list shows as a row, `show` as labelled lines, and `-o name` by one word.
protocol Listed: Codable, Sendable {
    static var columns: [TextTable.Column] { get }
    var cells: [String] { get }
    /// What other commands take to mean this one.
    var reference: String { get }
    /// What `show` prints line by line for people.
    var details: [(label: String, value: String)] { get }
}

extension Listed {
    /// What has no more to tell than its row does.
    var details: [(label: String, value: String)] {
        zip(Self.columns, cells).map { (label: $0.heading.lowercased(), value: $1) }
    }
}
