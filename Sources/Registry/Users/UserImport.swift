/// A password file as `mosquitto_passwd` writes it, parsed: lines of `name:$7$iterations$salt$hash`.
///
/// Empty lines and lines that begin with `#` are skipped; a carriage return before the line's end is dropped.
package struct UserImport: Hashable, Sendable {
    /// One line that can be taken.
    package struct Line: Hashable, Sendable {
        /// The line, from 1.
        package let line: Int
        /// The user in it.
        package let draft: UserDraft
    }

    /// The lines, in the file's order.
    package let lines: [Line]

    /// Lines that an error names one by one.
    package static let namedProblems = 20

    /// Parses a file, or throws `UserError.lines` with every line that cannot be taken.
    ///
    /// `problemWithHash` tells why a hash cannot be used, in words that do not show it; `nil` if it can.
    package init(
        _ text: String,
        problemWithHash: (String) -> String?
    ) throws(UserError) {
        var lines: [Line] = []
        var problems: [UserImportProblem] = []
        var firstLine: [UserName: Int] = [:]
        for (index, raw) in text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
            .enumerated()
        {
            let number = index + 1
            let line = raw.last == UInt8(ascii: "\r") ? raw.dropLast() : raw
            guard let first = line.first, first != UInt8(ascii: "#") else { continue }
            switch Self.parse(line, problemWithHash: problemWithHash) {
            case .failure(let problem):
                problems.append(UserImportProblem(line: number, finding: problem.finding))
            case .success(let draft):
                if let earlier = firstLine[draft.name] {
                    problems.append(
                        UserImportProblem(line: number, finding: .repeated(draft.name, firstLine: earlier))
                    )
                } else {
                    firstLine[draft.name] = number
                    lines.append(Line(line: number, draft: draft))
                }
            }
        }
        guard problems.isEmpty else { throw Self.refusal(problems) }
        self.lines = lines
    }

    /// The error for some lines: the first of them by name, the rest by number.
    static func refusal(_ problems: [UserImportProblem]) -> UserError {
        .lines(Array(problems.prefix(namedProblems)), total: problems.count)
    }

    private struct LineProblem: Error {
        let finding: UserImportProblem.Finding
    }

    private static func parse(
        _ line: Substring.UTF8View,
        problemWithHash: (String) -> String?
    ) -> Result<UserDraft, LineProblem> {
        guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else {
            return .failure(LineProblem(finding: .noColon))
        }
        let hash = String(Substring(line[line.index(after: colon)...]))
        let name: UserName
        do {
            name = try UserName(String(Substring(line[..<colon])))
        } catch {
            guard case .name(_, let problem) = error else { return .failure(LineProblem(finding: .noColon)) }
            return .failure(LineProblem(finding: .name(problem)))
        }
        if let problem = problemWithHash(hash) { return .failure(LineProblem(finding: .hash(problem))) }
        return .success(UserDraft(name: name, passwordHash: PasswordHashText(hash)))
    }
}
