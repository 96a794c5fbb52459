import AdminAPI
import Foundation
import MQTTBroker
import Synchronization
import Testing

@testable import Node

@Suite struct AccessRulesFileTests {
    private let folder: TemporaryFolder
    private var configurationFile: String { folder.path("sluice.yaml") }

    init() throws {
        folder = try TemporaryFolder()
        // The other file that a configuration names.
        try folder.write("", to: "master.key")
        try folder.write(
            ConfigurationSample.smallest + "\nbackend: { builtin: { aclFile: acl.conf } }\n",
            to: "sluice.yaml"
        )
    }

    private func load() throws(ConfigurationError) -> Configuration {
        try Configuration.load(configurationFile)
    }

    @Test func `the file that the configuration names is read from its folder`() throws {
        try folder.write("topic read a\npattern b/x\n", to: "acl.conf")
        let rules = try #require(try load().accessRules())
        #expect(rules.path == folder.path("acl.conf"))
        #expect(rules.file.rules.count == 2)
        #expect(rules.warnings.count == 1)
        #expect(rules.warnings[0].hasPrefix("\(rules.path):2: "))
        #expect(throws: Never.self) { try load().checkFiles() }
    }

    @Test func `without the setting there are no rules`() throws {
        try folder.write(ConfigurationSample.smallest, to: "sluice.yaml")
        #expect(try load().accessRules().map(\.path) == nil)
    }

    @Test func `validation tells each wrong line by file, line and column`() throws {
        try folder.write("topic read a\n  topc b\nuser\n", to: "acl.conf")
        let error = try #require(throws: ConfigurationError.self) { try load().checkFiles() }
        let path = folder.path("acl.conf")
        #expect(
            error.problems.map(\.description) == [
                "\(path):2:3: found \"topc\", needed user, topic, pattern, or # at the beginning of a comment",
                "\(path):3:5: found the end of the line, needed a user name",
            ]
        )
    }

    @Test func `validation tells of a file that is not there, by the line that names it`() throws {
        let error = try #require(throws: ConfigurationError.self) { try load().checkFiles() }
        #expect(error.problems.count == 1)
        #expect(error.problems[0].setting == "backend.builtin.aclFile")
        guard case .file(let place) = error.problems[0].origin else { throw NoPlace() }
        #expect(place.file == configurationFile)
    }

    private struct NoPlace: Error {}

    // MARK: Questions

    @Test func `a question is answered with the rule that decides`() throws {
        try folder.write("user bob\n  topic write a/+ \ntopic deny a/b\n", to: "acl.conf")
        let check = AccessCheck(try #require(try load().accessRules()))
        let path = folder.path("acl.conf")
        func ask(_ action: AccessCheck.Action, _ topic: String) throws -> AccessCheck.Answer {
            try check.answer(action, topic, clientID: "c", userName: "bob")
        }
        #expect(try ask(.publish, "a/x") == .init(isAllowed: true, place: "\(path):2", words: "topic write a/+"))
        #expect(try ask(.publish, "a/b") == .init(isAllowed: false, place: "\(path):3", words: "topic deny a/b"))
        #expect(try ask(.read, "a/x") == .init(isAllowed: false, place: nil, words: "no rule gives it"))
        #expect(try ask(.subscribe, "$share/g/a/b") == .init(isAllowed: false, place: nil, words: "no rule gives it"))
        #expect(try !ask(.publish, "$SYS/x").isAllowed)
        #expect(throws: AccessCheck.BadTopic.self) { _ = try ask(.publish, "a/#") }
    }

    // MARK: Reload

    @Test func `a reload puts the file's rules in force, or tells why not and keeps the old ones`() throws {
        try folder.write("topic a\n", to: "acl.conf")
        let used = Mutex<[Int?]>([])
        let log = RecordedLog()
        let configuration = try load()
        let reload = ConfigurationReload(configuration, rules: try configuration.accessRules(), logger: log.logger) {
            rules in
            used.withLock { $0.append(rules?.count) }
        }
        #expect(try reload.reload().changes.isEmpty, "nothing is different")
        try folder.write("topic a\ntopic b\n", to: "acl.conf")
        let change = try #require(try reload.reload().changes.first)
        #expect(change.setting == "backend.builtin.aclFile")
        #expect(change.old?.hasSuffix("(1 rule)") == true && change.new?.hasSuffix("(2 rules)") == true)
        try folder.write("topic a\nnonsense\n", to: "acl.conf")
        #expect(throws: ReloadRefusal.self) { _ = try reload.reload() }
        #expect(!reload.lastSucceeded)
        try folder.write(ConfigurationSample.smallest, to: "sluice.yaml")
        let report = try reload.reload()
        #expect(report.changes.map(\.new) == [nil])
        #expect(report.pendingRestart.isEmpty)
        #expect(used.withLock { $0 } == [2, nil])
    }
}
