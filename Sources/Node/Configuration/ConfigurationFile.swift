import Foundation
import Yams

/// The configuration file's bytes, made a tree.
enum ConfigurationFile {
    /// A configuration is some kilobytes long; what is a megabyte long is another file.
    static let maximumBytes = 1 << 20

    /// Reads the file at `path`. Blocks.
    static func read(_ path: String) throws(ConfigurationError) -> String {
        let data: Data
        do {
            let handle = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
            defer { try? handle.close() }
            data = try handle.read(upToCount: maximumBytes + 1) ?? Data()
        } catch {
            throw problem(.unreadable(reason: FileFailure.words(error)), in: path)
        }
        return try text(Array(data), file: path)
    }

    /// Checks that the bytes are UTF-8 text of a sensible length.
    static func text(_ bytes: [UInt8], file: String) throws(ConfigurationError) -> String {
        guard bytes.count <= maximumBytes else {
            throw problem(.tooLarge(bytes: bytes.count, limit: maximumBytes), in: file)
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw problem(.notUTF8(offset: firstBadByte(bytes)), in: file)
        }
        return text
    }

    /// The file's one YAML document; nil when there is none.
    static func tree(_ text: String, file: String) throws(ConfigurationError) -> Yams.Node? {
        do {
            return try Yams.compose(yaml: text)
        } catch let error as YamlError {
            throw problem(error.fact, in: file, at: error.position(in: text))
        } catch {
            throw problem(.notYAML(reason: String(describing: error)), in: file)
        }
    }

    private static func problem(
        _ fact: ConfigurationProblem.Fact,
        in file: String,
        at mark: (line: Int, column: Int)? = nil
    ) -> ConfigurationError {
        let position = SourcePosition(file: file, line: mark?.line ?? 1, column: mark?.column ?? 1)
        return ConfigurationError(problems: [
            ConfigurationProblem(origin: .file(position), setting: "", fact: fact)
        ])
    }

    /// The offset of the first byte that is not part of a UTF-8 character.
    private static func firstBadByte(_ bytes: [UInt8]) -> Int {
        var offset = 0
        var decoder = UTF8.ForwardParser()
        var iterator = bytes.makeIterator()
        while case .valid(let encoded) = decoder.parseScalar(from: &iterator) { offset += encoded.count }
        return offset
    }
}

/// What the system says when a file cannot be read or written, in its own words.
enum FileFailure {
    static func words(_ error: any Error) -> String {
        let underlying = (error as NSError).userInfo[NSUnderlyingErrorKey] as? NSError
        let posix = underlying ?? (error as NSError)
        return posix.domain == NSPOSIXErrorDomain ? String(cString: strerror(Int32(posix.code))) : "\(error)"
    }
}

extension YamlError {
    fileprivate var fact: ConfigurationProblem.Fact {
        switch self {
        case .duplicatedKeysInMapping(let keys, _): .duplicateKey(keys.first ?? "")
        case .reader(let problem, _, _, _): .notYAML(reason: problem)
        case .scanner(let context, let problem, _, _), .parser(let context, let problem, _, _),
            .composer(let context, let problem, _, _):
            .notYAML(reason: context.map { "\($0.text), \(problem)" } ?? problem)
        case .no, .memory, .writer, .emitter, .representer, .dataCouldNotBeDecoded: .notYAML(reason: "\(self)")
        }
    }

    /// Line and column, counted from 1.
    fileprivate func position(in text: String) -> (line: Int, column: Int)? {
        switch self {
        case .scanner(_, _, let mark, _), .parser(_, _, let mark, _), .composer(_, _, let mark, _):
            return (mark.line, mark.column)
        case .duplicatedKeysInMapping(_, let context):
            return (context.mark.line, context.mark.column)
        case .reader(_, let offset?, _, _):
            let before = text.prefix(offset)
            let lines = before.split(separator: "\n", omittingEmptySubsequences: false)
            return (lines.count, (lines.last?.unicodeScalars.count ?? 0) + 1)
        case .reader, .no, .memory, .writer, .emitter, .representer, .dataCouldNotBeDecoded:
            return nil
        }
    }
}
