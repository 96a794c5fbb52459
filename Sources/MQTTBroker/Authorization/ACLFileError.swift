package import MQTTCodec

/// One thing that is wrong in an ACL file: where it stands, what was found and what is needed.
package struct ACLProblem: Hashable, Sendable, CustomStringConvertible {
    /// The line, from 1.
    package let line: Int
    /// The column, from 1, in Unicode scalars.
    package let column: Int
    package let fact: Fact

    /// What is wrong, with what was found.
    package enum Fact: Hashable, Sendable {
        /// A line that begins with another word.
        case unknownWord(String)
        /// `topic` or `pattern`, and nothing behind it.
        case filterMissing
        /// `user`, and nothing behind it.
        case userNameMissing
        /// Something that is no access right stands before the filter.
        case unknownAccess(String)
        /// What should be a topic filter breaks a rule of MQTT.
        case badFilter(String, CodecError)
        /// A filter of more levels than a broker looks at.
        case tooManyLevels(Int, limit: Int)
        /// Bytes that are not UTF-8.
        case notUTF8
        /// The file is longer than rules are.
        case tooLong(bytes: Int, limit: Int)
    }

    /// What was found.
    package var found: String {
        switch fact {
        case .unknownWord(let word), .unknownAccess(let word): "\"\(word)\""
        case .filterMissing, .userNameMissing: "the end of the line"
        case .badFilter(let filter, let error): "\"\(filter)\" (\(error))"
        case .tooManyLevels(let count, _): "a filter of \(count) levels"
        case .notUTF8: "bytes that are not UTF-8"
        case .tooLong(let bytes, _): "\(bytes) bytes"
        }
    }

    /// What is needed.
    package var needed: String {
        switch fact {
        case .unknownWord: "user, topic, pattern, or # at the beginning of a comment"
        case .filterMissing: "[read|write|readwrite|deny] and a topic filter"
        case .userNameMissing: "a user name"
        case .unknownAccess:
            "read, write, readwrite or deny before the filter (a filter with a space in it cannot do without)"
        case .badFilter: "a topic filter; a comment takes a line of its own"
        case .tooManyLevels(_, let limit): "at most \(limit)"
        case .notUTF8: "text in UTF-8"
        case .tooLong(_, let limit): "at most \(limit)"
        }
    }

    /// `3:7: found …, needed …`, to be put behind the file's name.
    package var description: String { "\(line):\(column): found \(found), needed \(needed)" }
}

/// Everything that is wrong with an ACL file, in its order; the first hundred things, if there are more.
package struct ACLFileError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Never empty.
    package let problems: [ACLProblem]

    /// One problem a line.
    package var description: String { problems.map(\.description).joined(separator: "\n") }
}
