/// One record of a CSV, and the line on which it begins.
struct CommaSeparatedRecord: Hashable {
    let line: Int
    var fields: [String]
    var defect: Defect?

    /// What can be wrong with a record's form.
    enum Defect: String {
        case unclosedQuote = "A quoted field is not closed."
        case textAfterQuote = "Text stands after a quoted field; a comma or the end of the line is needed there."
        case quoteInText = "A quote stands inside a field that is not quoted."
        case tooLong = "The row is longer than 256 KiB."
        case encoding = "The row is not UTF-8."
    }

    /// An empty line.
    var isBlank: Bool { defect == nil && fields == [""] }
}

/// Cuts bytes into the records of a CSV (RFC 4180): quoted fields may hold commas, line breaks, and quotes doubled. Spaces
/// around a field that is not quoted do not count; a byte order mark in front neither.
struct CommaSeparatedRecords {
    private enum Place { case fieldStart, text, quoted, quoteInQuoted }

    private var place = Place.fieldStart
    private var line = 1
    private var start = 1
    private var size = 0
    private var field: [UInt8] = []
    private var wasQuoted = false
    private var fields: [String] = []
    private var defect: CommaSeparatedRecord.Defect?
    private var complete: [CommaSeparatedRecord] = []

    /// The longest record in bytes: an MQTT client id of 64 KiB with every character doubled, and room for the rest.
    private static let maximumSize = 256 * 1024

    /// Takes bytes; gives the records that they complete.
    mutating func take(_ bytes: some Sequence<UInt8>) -> [CommaSeparatedRecord] {
        for byte in bytes { take(byte) }
        defer { complete.removeAll(keepingCapacity: true) }
        return complete
    }

    /// Gives what is left after the last line break.
    mutating func finish() -> [CommaSeparatedRecord] {
        if place == .quoted { defect = .unclosedQuote }
        if size > 0 { endRecord() }
        defer { complete.removeAll() }
        return complete
    }

    private mutating func take(_ byte: UInt8) {
        if byte == UInt8(ascii: "\n") { line += 1 }
        size += 1
        if size > Self.maximumSize { defect = .tooLong }
        switch place {
        case .quoted where byte == UInt8(ascii: "\""): place = .quoteInQuoted
        // What is too long is skipped to the next line break, quoted or not, so that one quote does not eat the file.
        case .quoted where defect == .tooLong && byte == UInt8(ascii: "\n"): endRecord()
        case .quoted: append(byte)
        case .quoteInQuoted where byte == UInt8(ascii: "\""):
            append(byte)
            place = .quoted
        case .fieldStart where byte == UInt8(ascii: "\""):
            field.removeAll(keepingCapacity: true)
            wasQuoted = true
            place = .quoted
        case .fieldStart, .text, .quoteInQuoted: takePlain(byte)
        }
    }

    private mutating func takePlain(_ byte: UInt8) {
        switch byte {
        case UInt8(ascii: ","):
            endField()
            place = .fieldStart
        case UInt8(ascii: "\n"): endRecord()
        case UInt8(ascii: "\r"), UInt8(ascii: " "), UInt8(ascii: "\t"):
            if place == .text { append(byte) }
        case UInt8(ascii: "\"") where place == .text: defect = defect ?? .quoteInText
        default:
            if place == .quoteInQuoted { defect = defect ?? .textAfterQuote }
            place = place == .fieldStart ? .text : place
            append(byte)
        }
    }

    private mutating func append(_ byte: UInt8) {
        if defect != .tooLong { field.append(byte) }
    }

    private mutating func endField() {
        if !wasQuoted {
            while let last = field.last, last == UInt8(ascii: "\r") || last == UInt8(ascii: " ") || last == 9 {
                field.removeLast()
            }
        }
        if fields.isEmpty, start == 1, field.starts(with: [0xEF, 0xBB, 0xBF]) { field.removeFirst(3) }
        if let text = String(validating: field, as: UTF8.self) {
            fields.append(text)
        } else {
            defect = defect ?? .encoding
            fields.append("")
        }
        field.removeAll(keepingCapacity: true)
        wasQuoted = false
    }

    private mutating func endRecord() {
        endField()
        complete.append(CommaSeparatedRecord(line: start, fields: fields, defect: defect))
        fields = []
        defect = nil
        place = .fieldStart
        start = line
        size = 0
    }
}
