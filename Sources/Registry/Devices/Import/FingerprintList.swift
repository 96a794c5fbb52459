import FoundationEssentials

/// Reads a CSV of fingerprints (RFC 4180) as it comes in, byte by byte, into rows of an import.
///
/// The first line names the columns, in any order and case: `fingerprint`, and if wanted `serial`, `commonName`,
/// `organizationalUnit`, `clientID`, `notBefore`, `notAfter` (RFC 3339, or days as `2027-01-31`), `ca` and `state` (`active`
/// or `inactive`). Other columns are an error of the whole list; a row that cannot be used is an error of that row.
package struct FingerprintList {
    private let authority: Fingerprint?
    private let findAuthority: @Sendable (String) -> Fingerprint?
    private var records = CommaSeparatedRecords()
    private var columns: [Column]?

    private enum Column: String, CaseIterable {
        case fingerprint, serial, commonName, organizationalUnit, clientID, notBefore, notAfter, ca, state

        init?(named name: String) {
            let wanted = name.lowercased()
            guard let column = Self.allCases.first(where: { $0.rawValue.lowercased() == wanted }) else { return nil }
            self = column
        }
    }

    /// `authority` is the CA of rows that name none; `findAuthority` knows the registered CAs by what people call them.
    package init(
        authority: Fingerprint?,
        findAuthority: @escaping @Sendable (String) -> Fingerprint?
    ) {
        self.authority = authority
        self.findAuthority = findAuthority
    }

    /// Takes some more bytes and gives the rows that are complete. Throws `DeviceError.filter` for a wrong first line.
    package mutating func rows(from bytes: some Sequence<UInt8>) throws(DeviceError) -> [ImportRow] {
        try rows(of: records.take(bytes))
    }

    /// Gives the last row, if the list did not end with a line break. Throws as `rows(from:)`, also for an empty list.
    package mutating func finish() throws(DeviceError) -> [ImportRow] {
        let last = try rows(of: records.finish())
        guard columns != nil else { throw Self.header("", "the list is empty") }
        return last
    }

    private mutating func rows(of records: [CommaSeparatedRecord]) throws(DeviceError) -> [ImportRow] {
        var rows: [ImportRow] = []
        for record in records where !record.isBlank {
            if let columns {
                rows.append(ImportRow(line: record.line, content(of: record, columns: columns)))
            } else {
                columns = try Self.columns(of: record)
            }
        }
        return rows
    }

    private static func columns(of record: CommaSeparatedRecord) throws(DeviceError) -> [Column] {
        var columns: [Column] = []
        for field in record.fields {
            guard let column = Column(named: field) else {
                throw header(field, "columns are \(Column.allCases.map(\.rawValue).joined(separator: ", "))")
            }
            guard !columns.contains(column) else { throw header(field, "each column stands there once") }
            columns.append(column)
        }
        guard columns.contains(.fingerprint) else {
            throw header(record.fields.joined(separator: ","), "the first line needs the column fingerprint")
        }
        return columns
    }

    private static func header(_ value: String, _ problem: String) -> DeviceError {
        .filter(name: "csv", value: value, problem: problem)
    }

    private func content(of record: CommaSeparatedRecord, columns: [Column]) -> ImportRow.Content {
        do throws(RowProblem) {
            if let defect = record.defect { throw RowProblem(code: "csv-form", words: defect.rawValue) }
            guard record.fields.count == columns.count else {
                throw RowProblem(
                    code: "csv-columns",
                    words: "The row has \(record.fields.count) fields, the first line has \(columns.count)."
                )
            }
            let pairs = zip(columns, record.fields).filter { !$0.1.isEmpty }
            return .registration(try registration(from: Dictionary(pairs, uniquingKeysWith: { first, _ in first })))
        } catch {
            return .unusable(code: error.code, words: error.words)
        }
    }

    private func registration(from fields: [Column: String]) throws(RowProblem) -> DeviceRegistration {
        guard let text = fields[.fingerprint], let fingerprint = try? Fingerprint(hex: text) else {
            throw RowProblem(.fingerprint, fields, needed: "64 hexadecimal digits of a SHA-256")
        }
        var facts = ClientCertificateFacts(fingerprint: fingerprint)
        facts.serial = try value(.serial, of: fields, needed: "hexadecimal digits", SerialNumber.init(hex:))
        facts.commonName = fields[.commonName]?.withoutNUL
        facts.organizationalUnit = fields[.organizationalUnit]?.withoutNUL
        facts.notBefore = try value(.notBefore, of: fields, needed: "a time by RFC 3339", Self.time)
        facts.notAfter = try value(.notAfter, of: fields, needed: "a time by RFC 3339", Self.time)
        guard
            let authority = try value(.ca, of: fields, needed: "a registered CA", findAuthority) ?? authority
        else {
            throw RowProblem(
                code: "ca-needed",
                words: "The row names no CA. Add the column ca, or give one for the whole import."
            )
        }
        return DeviceRegistration(
            facts: facts,
            authority: authority,
            clientID: try value(.clientID, of: fields, needed: "an MQTT client id", ClientIdentifier.init),
            initialState: try value(.state, of: fields, needed: "active or inactive", Self.state) ?? .active
        )
    }

    private func value<Value>(
        _ column: Column,
        of fields: [Column: String],
        needed: String,
        _ parse: (String) -> Value?
    ) throws(RowProblem) -> Value? {
        guard let text = fields[column] else { return nil }
        guard let value = parse(text) else { throw RowProblem(column, fields, needed: needed) }
        return value
    }

    private static func state(_ text: String) -> ClientCertificateState? {
        switch ClientCertificateState(rawValue: text) {
        case .active: .active
        case .inactive: .inactive
        case .pendingActivation, .revoked, nil: nil
        }
    }

    private static func time(_ text: String) -> Date? {
        (try? Date(text, strategy: .iso8601))
            ?? (try? Date(text, strategy: .iso8601.year().month().day().time(includingFractionalSeconds: true)))
            ?? (try? Date(text, strategy: .iso8601.year().month().day()))
    }

    private struct RowProblem: Error {
        let code: String
        let words: String

        init(code: String, words: String) {
            self.code = code
            self.words = words
        }

        init(_ column: Column, _ fields: [Column: String], needed: String) {
            code = "csv-\(column.rawValue.lowercased())"
            words = "\"\((fields[column] ?? "").quotable)\" in column \(column.rawValue): \(needed) is needed."
        }
    }
}
