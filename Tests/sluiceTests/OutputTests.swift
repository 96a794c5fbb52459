import AdminAPI
import Foundation
import Testing

@testable import sluice

@Suite struct `Printed results` {
    private static var table: TextTable {
        var table = TextTable(["NAME", "STATE", .wide("SERIAL")])
        table.add(["fleet", "active", "01"])
        table.add(["a", "inactive", "02"])
        return table
    }

    @Test func `line up in columns without blanks at the end`() {
        #expect(Self.table.aligned(wide: false, colour: false) == "NAME   STATE\nfleet  active\na      inactive\n")
    }

    @Test func `show more when they are wide`() {
        #expect(
            Self.table.aligned(wide: true, colour: false)
                == "NAME   STATE     SERIAL\nfleet  active    01\na      inactive  02\n")
    }

    @Test func `have tabs between all columns for programs`() {
        #expect(Self.table.tabbed() == "NAME\tSTATE\tSERIAL\nfleet\tactive\t01\na\tinactive\t02\n")
    }

    @Test func `colour the heading alone`() {
        #expect(Self.table.aligned(wide: false, colour: true).hasPrefix("\u{1B}[1mNAME   STATE\u{1B}[0m\nfleet"))
    }

    @Test(arguments: [
        (["NO_COLOR": "1"], false), (["NO_COLOR": "1"], true), (["TERM": "dumb"], false), ([:], true),
    ])
    func `have no colours where they are not wanted`(environment: [String: String], flag: Bool) {
        #expect(!Terminal.allowsColour(noColourFlag: flag, environment: environment))
    }

    @Test func `keep JSON as it came`() throws {
        let text = #"{"a":[1,2.5,true,null,"x/y"],"b":{"c":"1.0"}}"#
        let value = try JSONDecoder().decode(JSONValue.self, from: Data(text.utf8))
        #expect(try value.json(indented: false) == text + "\n")
    }

    @Test func `turn JSON into YAML that means the same`() throws {
        let value = JSONValue.object(["min": .text("1.0"), "on": .boolean(true), "none": .null, "list": .list([.integer(1)])])
        let yaml = try value.yaml()
        #expect(yaml == "list:\n- 1\nmin: '1.0'\nnone: null\n'on': true\n")
    }
}

@Suite struct `Refusals of the gateway` {
    @Test(arguments: [
        (404, "no-such-certificate", CommandStatus.badInput), (422, "key-mismatch", .badInput), (400, "bad-body", .badInput),
        (409, "ca-limit", .answerIsNo), (412, "revision-mismatch", .answerIsNo), (422, "reload-refused", .answerIsNo),
        (429, "x", .rateLimited), (403, "x", .notAllowed), (500, "internal-error", .unreachable),
    ])
    func `have an exit code of their kind`(status: Int, code: String, expected: CommandStatus) throws {
        let json = #"{"type": "urn:sluice:problem:\#(code)", "title": "", "detail": "", "status": \#(status)}"#
        let problem = try JSONDecoder().decode(Problem.self, from: Data(json.utf8))
        #expect(CommandStatus(problem) == expected)
    }
}

@Suite struct `A reference to an object` {
    @Test(arguments: [("shop", "shop"), ("a/b", "a%2Fb"), ("..", ".."), ("a b?c", "a%20b%3Fc"), ("ä", "%C3%A4")])
    func `is escaped in a path`(reference: String, expected: String) throws {
        #expect(try Answer.escaped(reference) == expected)
    }
}
