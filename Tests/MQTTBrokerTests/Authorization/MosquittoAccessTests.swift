import Foundation
import Glibc
import MQTTCodec
import TestDevice
import TestProcess
import Testing

@testable import MQTTBroker

/// The same rules, clients and topics given to Mosquitto and to `AccessRules`, which must agree on every one.
///
/// Left out are values with `+`, `#` or `/` in them: there Sluice differs on purpose, and `AccessRulesTests` says how.
@Suite struct MosquittoAccessTests {
    private static let ruleSets = [
        "topic read a/#\ntopic write b/+\ntopic deny a/x",
        "topic deny a/b\ntopic readwrite a/b\nuser bob\ntopic a/b",
        "user bob\ntopic read #\ntopic deny a/+/c\nuser eve\ntopic write a/#\nuser bob\ntopic write b",
        "pattern readwrite d/%c/#\npattern read u/%u\ntopic read d/+/x",
        "pattern deny d/%c/x\npattern d/#\nuser bob\ntopic d/c1/x",
        "topic deny d/#\npattern readwrite d/%c/#",
        "pattern read p-%c-%u/+\npattern write %c\npattern deny %u/#",
        "topic +/b\ntopic a/#\n",
        "topic read a/%c\npattern read b/%%c",
        "  topic read a b\nuser bob\n",
        "",
    ]

    private static let topics = [
        "a", "b", "a/b", "a/x", "a/b/c", "b/c", "b/c/d", "d/c1/x", "d/c1", "d/c2/x", "u/bob", "u/", "p-c1-bob/z", "c1",
        "bob",
        "bob/x", "a/%c", "b/%c1", "a b", "/", "a/",
    ]

    private static let clients = [("c1", String?.none), ("c1", "bob"), ("c2", "eve"), ("c2", "mallory")]

    @Test(arguments: ruleSets.indices)
    func `agrees with Mosquitto`(index: Int) async throws {
        try await compare(Self.ruleSets[index], Self.topics)
    }

    @Test(arguments: 1...6 as ClosedRange<UInt64>)
    func `agrees with Mosquitto on random rules`(seed: UInt64) async throws {
        var random = SeededGenerator(seed: seed)
        let lines = (0..<12).map { _ in random.line() }
        let topics = (0..<25).map { _ in
            (0..<Int.random(in: 1...3, using: &random)).map { _ in random.name() }.joined(separator: "/")
        }
        try await compare(lines.joined(separator: "\n"), Array(Set(topics).subtracting([""])))
    }

    private func compare(_ rules: String, _ topics: [String]) async throws {
        let access = AccessRules(try ACLFile.text(rules))
        // Who may do everything, to see what the others may read.
        let peer = try Mosquitto(rules + "\nuser root\ntopic readwrite #\n")
        let clients = Self.clients
        let answers = try await offPool { try peer.answers(topics, clients) }
        for (id, user) in clients {
            let client = AccessClient(clientID: ClientID(id), userName: user)
            for topic in topics {
                for action in [AccessAction.publish, .read] {
                    let ours = Array(topic.utf8).withUnsafeBytes { access.decision(action, $0, for: client) }
                    let theirs = answers[Question(id: id, user: user, action: action, topic: topic)]
                    #expect(ours.isAllowed == theirs, "\(id) \(user ?? "-") \(action) \(topic):\n\(rules)\n\(ours)")
                }
            }
        }
    }
}

private struct Question: Hashable, Sendable {
    let id: String
    let user: String?
    let action: AccessAction
    let topic: String
}

/// A Mosquitto with an ACL file, on a socket in a folder of its own.
private final class Mosquitto: Sendable {
    private let folder: URL
    private let process: ChildProcess

    init(_ rules: String) throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "acl-\(UUID().uuidString.prefix(8))")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
        try Data(rules.utf8).write(to: folder.appending(path: "acl"))
        let configuration = """
            listener 0 \(folder.path)/socket
            allow_anonymous true
            acl_file \(folder.path)/acl
            log_dest none
            user root
            """
        try Data(configuration.utf8).write(to: folder.appending(path: "conf"))
        process = try ChildProcess("/usr/sbin/mosquitto", ["-c", "\(folder.path)/conf"])
    }

    deinit {
        process.send(signal: SIGKILL)
        try? FileManager.default.removeItem(at: folder)
    }

    /// What Mosquitto lets these clients publish and read. Blocks.
    func answers(_ topics: [String], _ clients: [(String, String?)]) throws -> [Question: Bool] {
        var answers: [Question: Bool] = [:]
        let root = try device("root", "root")
        for (id, user) in clients {
            let client = try device(id, user)
            for topic in topics {
                let code = try client.publish(try TopicName(topic), text: "x", qos: .atLeastOnce)
                answers[Question(id: id, user: user, action: .publish, topic: topic)] = code != .notAuthorized
                try client.subscribe(try TopicFilter(topic))
                try root.publish(try TopicName(topic), text: "x", qos: .atLeastOnce)
                // Its own message may have come too, but not when it may not be read.
                let isReadable = try !client.receiveAllPublished().isEmpty
                answers[Question(id: id, user: user, action: .read, topic: topic)] = isReadable
                try client.unsubscribe([try TopicFilter(topic)])
            }
            try client.disconnect()
        }
        return answers
    }

    private func device(_ id: String, _ user: String?) throws -> TestDevice {
        let device = TestDevice(try connect(), version: .v5, patience: .seconds(60))
        let connack = try device.connect(
            ConnectPacket(clientIdentifier: Text(id), userName: user.map { try Text($0) })
        )
        #expect(connack.reasonCode == .success)
        return device
    }

    /// Connects as soon as Mosquitto listens.
    private func connect() throws -> SocketPipe {
        let end = ContinuousClock.now + .seconds(60)
        while true {
            let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
            var address = sockaddr_un()
            address.sun_family = sa_family_t(AF_UNIX)
            withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array("\(folder.path)/socket".utf8)) }
            let result = withUnsafePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
                }
            }
            if result == 0 { return SocketPipe(adopting: descriptor) }
            close(descriptor)
            guard ContinuousClock.now < end, process.isRunning else { throw NotThere() }
            usleep(5000)
        }
    }

    private struct NotThere: Error {}
}

extension SeededGenerator {
    fileprivate mutating func name() -> String { ["a", "b", "c1", "bob", "", "x"].randomElement(using: &self) ?? "a" }

    /// A line of an ACL file.
    fileprivate mutating func line() -> String {
        let right = AccessRight.allCases.randomElement(using: &self) ?? .read
        var levels = (0..<Int.random(in: 1...3, using: &self)).map { _ in
            Int.random(in: 0..<4, using: &self) == 0 ? "+" : name()
        }
        if Int.random(in: 0..<4, using: &self) == 0 { levels.append("#") }
        if levels == [""] { levels = ["a"] }
        switch Int.random(in: 0..<5, using: &self) {
        case 0: return "user \(["bob", "eve"].randomElement(using: &self) ?? "bob")"
        case 1, 2:
            let values = ["%c", "%u", "x%c"]
            levels[Int.random(in: 0..<levels.count, using: &self)] = values.randomElement(using: &self) ?? "%c"
            return "pattern \(right.rawValue) \(levels.joined(separator: "/"))"
        default: return "topic \(right.rawValue) \(levels.joined(separator: "/"))"
        }
    }
}
