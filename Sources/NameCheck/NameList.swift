/// A list of domains to check: one per line, optionally followed by the access point it should reach; `#` begins a comment.
package struct NameList: Hashable, Sendable {
    /// One line of the list.
    package struct Entry: Hashable, Sendable {
        package let name: GivenName
        package let target: GivenName?
    }

    package let entries: [Entry]

    /// Reads a list; `path` is only used in messages.
    package init(_ text: String, path: String) throws(NameListError) {
        var entries: [Entry] = []
        for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
            let fields = line.prefix { $0 != "#" }.split(whereSeparator: \.isWhitespace).map(String.init)
            guard let first = fields.first else { continue }
            guard fields.count <= 2 else {
                throw .tooManyFields(path: path, line: index + 1, count: fields.count)
            }
            do throws(GivenNameError) {
                let name = try GivenName(first)
                guard fields.count == 2 else {
                    entries.append(Entry(name: name, target: nil))
                    continue
                }
                entries.append(Entry(name: name, target: try GivenName(fields[1])))
            } catch {
                throw .badName(path: path, line: index + 1, error)
            }
        }
        self.entries = entries
    }
}

/// What is wrong with a list, and where.
package enum NameListError: Error, Hashable, CustomStringConvertible {
    case tooManyFields(path: String, line: Int, count: Int)
    case badName(path: String, line: Int, GivenNameError)

    package var description: String {
        switch self {
        case .tooManyFields(let path, let line, let count):
            "\(path):\(line): \(count) words; a line is a domain, or a domain and its access point"
        case .badName(let path, let line, let error): "\(path):\(line): \(error)"
        }
    }
}
