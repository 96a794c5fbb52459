import Foundation
import Registry
import Testing

@Suite struct UserImportTests {
    @Test func `takes every user of a password file`() throws {
        let file = try parse("# made by mosquitto_passwd\nanna:$7$101$c2FsdA==$aGFzaA==\r\n\nbert:$7$a:b\n")
        #expect(file.lines.map(\.line) == [2, 4])
        #expect(file.lines.map(\.draft.name.text) == ["anna", "bert"])
        #expect(file.lines.map(\.draft.passwordHash.text) == ["$7$101$c2FsdA==$aGFzaA==", "$7$a:b"])
    }

    @Test(arguments: [
        ("anna", UserImportProblem.Finding.noColon),
        (":$7$1", .name(.empty)),
        ("an\tna:$7$1", .name(.controlCharacter)),
        (String(repeating: "x", count: 257) + ":$7$1", .name(.tooLong(bytes: 257))),
        ("anna:$6$salt$hash", .hash("no $7$ hash")),
        ("anna:geheim", .hash("no $7$ hash")),
    ])
    func `names the line that cannot be taken, and what is wrong with it`(
        line: String,
        finding: UserImportProblem.Finding
    ) {
        #expect(throws: UserError.lines([UserImportProblem(line: 2, finding: finding)], total: 1)) {
            try parse("bert:$7$1\n\(line)\ncleo:$7$1\n")
        }
    }

    @Test func `names the line in which a name was first`() throws {
        let problem = UserImportProblem(line: 3, finding: .repeated(try UserName("anna"), firstLine: 1))
        #expect(throws: UserError.lines([problem], total: 1)) { try parse("anna:$7$1\n\nanna:$7$2\n") }
    }

    @Test func `names the first twenty lines, and counts the rest`() throws {
        let error = try #require(throws: UserError.self) { try parse(String(repeating: "x\n", count: 50)) }
        guard case .lines(let problems, let total) = error else {
            Issue.record("\(error)")
            return
        }
        #expect(problems.map(\.line) == Array(1...20))
        #expect(total == 50)
        #expect(error.description.hasSuffix("(and 30 more)"))
    }

    @Test func `never shows a line's password`() throws {
        let error = try #require(throws: UserError.self) { try parse("anna:geheim\nan\tna:geheim\ngeheim") }
        #expect(!"\(error)".contains("geheim"))
        #expect(!String(reflecting: error).contains("geheim"))
    }

    @Test func `adds all users of a file, or none when a name is taken`() async throws {
        let store = MemoryUserStore()
        let directory = try await UserDirectory(store: store)
        let admin = Principal(kind: .socket(uid: 0), role: .admin)
        _ = try await directory.importUsers(try parse("anna:$7$1\nbert:$7$1"), at: noon, by: admin)
        let file = try parse("cleo:$7$2\n\nbert:$7$2")
        let problem = UserImportProblem(line: 3, finding: .alreadyExists(try UserName("bert")))
        await #expect(throws: UserError.lines([problem], total: 1)) {
            try await directory.importUsers(file, at: noon, by: admin)
        }
        #expect(directory.count == 2)
        let change = try await directory.importUsers(file, replacing: true, at: noon, by: admin)
        #expect(change.words == "added 1 users, replaced 1 users")
        #expect(directory.record(try UserName("bert"))?.passwordHash.text == "$7$2")
        #expect(store.audit.map(\.action) == ["user.add", "user.add", "user.add", "user.replace"])
        #expect(store.saves == 2)
    }

    private func parse(_ text: String) throws(UserError) -> UserImport {
        try UserImport(text) { $0.hasPrefix("$7$") ? nil : "no $7$ hash" }
    }
}
