import CLDNS
import Glibc

/// Reads the records of a zone file one after the other with `ldns_rr_new_frm_fp_l`.
struct ZoneReader: ~Copyable {
    private let path: String
    private let file: MemoryFile
    /// The text of each line, for what libldns does not tell.
    private let lines: [Substring]
    private var origin: UnsafeMutablePointer<ldns_rdf>?
    private var previousOwner: UnsafeMutablePointer<ldns_rdf>?
    private var timeToLive = ZoneFile.defaultTimeToLive
    private var line: Int32 = 1

    /// Stands for the origin while none is known: libldns would silently take the root. A name below it in a record
    /// shows that the name was relative.
    private static let unknownOrigin = DNSName(
        uncheckedWire: [14] + Array("origin-unknown".utf8) + [7] + Array("invalid".utf8) + [0]
    )

    init(contents: [UInt8], path: String, origin: DNSName?) throws(ZoneFileError) {
        self.path = path
        self.lines = String(decoding: contents, as: UTF8.self)
            .split(separator: "\n", omittingEmptySubsequences: false)
        self.file = try MemoryFile(contents: contents, path: path)
        self.origin = NameHandle(wire: (origin ?? Self.unknownOrigin).wire).release()
    }

    deinit {
        ldns_rdf_deep_free(origin)
        ldns_rdf_deep_free(previousOwner)
    }

    /// The next record, nil at the end of the file.
    mutating func next() throws(ZoneFileError) -> ZoneFile.Entry? {
        while !file.isAtEnd {
            let start = firstWrittenLine(from: Int(line))
            var rr: UnsafeMutablePointer<ldns_rr>?
            let originBefore = currentOrigin
            let status = ldns_rr_new_frm_fp_l(&rr, file.pointer, &timeToLive, &origin, &previousOwner, &line)
            switch status {
            case LDNS_STATUS_OK:
                guard let rr else { continue }
                defer { ldns_rr_free(rr) }
                return try entry(rr, line: start)
            case LDNS_STATUS_SYNTAX_EMPTY, LDNS_STATUS_SYNTAX_TTL:
                continue
            case LDNS_STATUS_SYNTAX_ORIGIN:
                try completeOrigin(line: start, before: originBefore)
            case LDNS_STATUS_SYNTAX_INCLUDE, LDNS_STATUS_SYNTAX_INCLUDE_ERR_NOTIMPL:
                throw .directive(path: path, line: start, name: "$INCLUDE")
            default:
                if file.isAtEnd && text(ofLine: start).allSatisfy(\.isWhitespace) { return nil }
                if let directive = directive(inLine: start) {
                    throw .directive(path: path, line: start, name: directive)
                }
                throw .syntax(path: path, line: start, reason: LDNSError.text(of: status))
            }
        }
        return nil
    }

    private func entry(_ rr: UnsafeMutablePointer<ldns_rr>, line: Int) throws(ZoneFileError) -> ZoneFile.Entry {
        guard let record = Record(copying: rr) else { throw .recordClass(path: path, line: line) }
        // Data of other types is searched as text: the stand-in's name occurs in no real zone.
        guard
            !record.owner.isAtOrBelow(Self.unknownOrigin),
            !record.data.description.contains(Self.unknownOrigin.description)
        else { throw .originMissing(path: path, line: line) }
        return ZoneFile.Entry(record: record, line: line)
    }

    private var currentOrigin: DNSName? {
        origin.map { DNSName(uncheckedWire: NameHandle.bytes(of: $0)) }
    }

    /// libldns takes `$ORIGIN sub` for `sub.`; RFC 1035 § 5.1 means it below the origin so far.
    private mutating func completeOrigin(line: Int, before: DNSName?) throws(ZoneFileError) {
        let written = text(ofLine: line).split(whereSeparator: \.isWhitespace).dropFirst().first ?? ""
        guard let name = currentOrigin else {
            throw .syntax(path: path, line: line, reason: "$ORIGIN without a name")
        }
        guard !written.hasSuffix("."), let before else { return }
        guard before != Self.unknownOrigin else { throw .originMissing(path: path, line: line) }
        guard let complete = name.appending(before) else {
            throw .syntax(path: path, line: line, reason: "$ORIGIN is longer than a name may be")
        }
        ldns_rdf_deep_free(origin)
        origin = NameHandle(wire: complete.wire).release()
    }

    /// The `$WORD` that begins a line, if one does.
    private func directive(inLine number: Int) -> String? {
        let word = text(ofLine: number).prefix { !$0.isWhitespace }
        return word.hasPrefix("$") ? String(word) : nil
    }

    /// libldns passes over blank lines and comments without saying so; the record begins at the first other line.
    private func firstWrittenLine(from number: Int) -> Int {
        var number = number
        while number < lines.count {
            let written = text(ofLine: number).drop(while: \.isWhitespace)
            guard written.isEmpty || written.hasPrefix(";") else { break }
            number += 1
        }
        return number
    }

    private func text(ofLine number: Int) -> Substring {
        lines.indices.contains(number - 1) ? lines[number - 1] : ""
    }
}

/// Bytes that C reads as a `FILE`.
private struct MemoryFile: ~Copyable {
    let pointer: UnsafeMutablePointer<FILE>
    private let memory: UnsafeMutableRawPointer

    init(contents: [UInt8], path: String) throws(ZoneFileError) {
        // A final newline of our own: fmemopen refuses an empty buffer, and the last line may have none.
        let size = contents.count + 1
        guard let memory = malloc(size) else { throw .unreadable(path: path, errno: ENOMEM) }
        contents.withUnsafeBytes { bytes in
            if let start = bytes.baseAddress { memcpy(memory, start, bytes.count) }
        }
        memory.storeBytes(of: UInt8(ascii: "\n"), toByteOffset: contents.count, as: UInt8.self)
        guard let file = fmemopen(memory, size, "r") else {
            let code = errno
            free(memory)
            throw .unreadable(path: path, errno: code)
        }
        self.pointer = file
        self.memory = memory
    }

    deinit {
        fclose(pointer)
        free(memory)
    }

    /// Whether no byte is left; `feof` alone only knows after a read has failed.
    var isAtEnd: Bool {
        let byte = getc(pointer)
        guard byte != EOF else { return true }
        ungetc(byte, pointer)
        return false
    }
}
