import AdminAPI
import Foundation

/// Files that a verb reads; `-` is standard input.
enum InputFile {
    /// Reads at most `largest` bytes.
    ///
    /// - Throws: bad input when it cannot be read, or is longer.
    static func read(_ path: String, largest: Int) throws(CommandFailure) -> Data {
        let data: Data
        do {
            let handle = path == "-" ? .standardInput : try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
            data = try handle.readToEnd(atMost: largest)
        } catch {
            throw CommandFailure(.badInput, "\(path) cannot be read: \(SystemWords.of(error)).")
        }
        guard data.count <= largest else {
            throw CommandFailure(.badInput, "\(path) has more than the \(largest) bytes that are taken.")
        }
        return data
    }
}

/// Files of text that a verb reads.
enum TextFile {
    /// Longer ones are no tokens, passwords or certificates.
    static let largest = 1 << 20

    static func read(_ path: String) throws(CommandFailure) -> String {
        guard let text = String(validating: try InputFile.read(path, largest: largest), as: UTF8.self) else {
            throw CommandFailure(.badInput, "\(path) is no text: found bytes that are not UTF-8.")
        }
        return text
    }
}

/// Files of PEM text that a verb sends; a certificate may also be DER.
enum PEMFile {
    static func read(_ path: String) throws(CommandFailure) -> String {
        let data = try InputFile.read(path, largest: TextFile.largest)
        if DERText.isLikely(data) { return PEMText.certificate(Array(data)) }
        guard let text = String(validating: data, as: UTF8.self) else {
            throw CommandFailure(.badInput, "\(path) is no PEM file: found bytes that are no text.")
        }
        return text
    }
}

/// Telling DER from text.
enum DERText {
    /// DER of these sorts begins with a SEQUENCE of some hundred bytes or more; no PEM text begins so.
    static func isLikely(_ data: Data) -> Bool {
        data.starts(with: [0x30, 0x82]) || data.starts(with: [0x30, 0x81]) || data.starts(with: [0x30, 0x83])
    }
}

/// What the system says went wrong, in its own words.
enum SystemWords {
    static func of(_ error: any Error) -> String {
        // On Linux the underlying error is an Error, and no NSError before it is made one.
        let underlying = (error as NSError).userInfo[NSUnderlyingErrorKey] as? any Error
        let cause = (underlying ?? error) as NSError
        return cause.domain == NSPOSIXErrorDomain ? String(cString: strerror(Int32(cause.code))) : "\(error)"
    }
}

extension FileHandle {
    /// Reads to the end, or one byte more than `limit`. A pipe gives a piece at a time.
    fileprivate func readToEnd(atMost limit: Int) throws -> Data {
        var data = Data()
        while data.count <= limit, let piece = try read(upToCount: limit + 1 - data.count), !piece.isEmpty {
            data += piece
        }
        return data
    }
}
