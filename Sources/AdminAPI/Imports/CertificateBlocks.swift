import Registry

/// Cuts a PEM bundle into its certificates as it comes in, and makes a row of each. What stands between them is skipped.
struct CertificateBlocks: Sendable {
    /// The longest block in bytes; a certificate has one or two thousand.
    static let longest = 64 * 1024

    private static let begin = "-----BEGIN CERTIFICATE-----"
    private static let end = "-----END CERTIFICATE-----"

    private let registration: @Sendable (String) throws -> DeviceRegistration
    /// The line that is being read, and what was read of the present block.
    private var line: [UInt8] = []
    private var block: [UInt8]?
    private var lineNumber = 1
    private var blockLine = 1
    private var found = 0

    /// `registration` reads one certificate, and throws why it cannot be registered.
    init(_ registration: @escaping @Sendable (String) throws -> DeviceRegistration) {
        self.registration = registration
    }

    /// Takes some more bytes and gives the rows that are complete. Throws a ``Problem`` for a line without end.
    mutating func rows(from bytes: some Sequence<UInt8>) throws(Problem) -> [ImportRow] {
        var rows: [ImportRow] = []
        for byte in bytes {
            guard byte == UInt8(ascii: "\n") else {
                guard line.count < Self.longest else { throw .badBody("Line \(lineNumber) has no end: no PEM bundle.") }
                line.append(byte)
                continue
            }
            if let row = endOfLine() { rows.append(row) }
            lineNumber += 1
            line.removeAll(keepingCapacity: true)
        }
        return rows
    }

    /// Gives the last row, if the bundle did not end with a line break. Throws a ``Problem`` when it holds no certificate.
    func finish() throws(Problem) -> [ImportRow] {
        var last = self
        let row = last.endOfLine()
        guard last.block == nil else { throw .badBody("The certificate from line \(blockLine) on has no end.") }
        guard last.found > 0 else { throw .badBody("Found no certificate, needed a PEM bundle of them.") }
        return row.map { [$0] } ?? []
    }

    private mutating func endOfLine() -> ImportRow? {
        let text = String(decoding: line, as: UTF8.self).trimmingSuffix { $0.isWhitespace }
        if text == Self.begin {
            block = []
            blockLine = lineNumber
        }
        guard block != nil else { return nil }
        if block?.count ?? 0 <= Self.longest { block?.append(contentsOf: line + [UInt8(ascii: "\n")]) }
        guard text == Self.end, let whole = block else { return nil }
        block = nil
        found += 1
        return ImportRow(line: blockLine, content(String(decoding: whole, as: UTF8.self)))
    }

    private func content(_ pem: String) -> ImportRow.Content {
        do {
            return .registration(try registration(pem))
        } catch {
            let problem = Problem(any: error)
            return .unusable(code: problem.code, words: problem.detail)
        }
    }
}

extension String {
    fileprivate func trimmingSuffix(while isTrimmed: (Character) -> Bool) -> Substring {
        var rest = self[...]
        while let last = rest.last, isTrimmed(last) { rest.removeLast() }
        return rest
    }
}
