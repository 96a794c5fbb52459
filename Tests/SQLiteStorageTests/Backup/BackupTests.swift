import Foundation
import MQTTBroker
import Registry
import Testing

@testable import SQLiteStorage

@Suite struct BackupTests {
    private let directory = TemporaryDirectory()
    private let other = TemporaryDirectory()
    private var backup: String { other.path + "/backup" }

    init() throws {
        try FileManager.default.createDirectory(atPath: other.path, withIntermediateDirectories: true)
    }

    /// A node's state, of which every file has something.
    private func fill(clientID: String = "before") async throws {
        let claimed = try DataDirectory(claiming: directory.path)
        let registry = try SQLiteRegistryStore(in: claimed)
        if try await registry.load() == nil {
            let transition = try ClusterState.initial()
                .applying(.registerCAs([try authority(1)], proof: .waived), at: noon)
            try await registry.save(transition)
        }
        _ = try SQLiteSightingStore(in: claimed)
        try SQLiteSessionStore(in: claimed).commit(.put(session(1, clientID)))
    }

    @discardableResult
    private func makeBackup() throws -> BackupManifest {
        try BackupCopy(of: directory.path, to: backup).make(version: "1.2.3", node: "gw-1", now: noon)
    }

    private func restore(
        into path: String,
        replacing: Bool = false,
        rehearsing: Bool = false
    ) throws
        -> Restoration.Outcome
    {
        try Restoration(of: BackupFolder(backup), into: path)
            .restore(replacing: replacing, rehearsing: rehearsing, stamp: "20270115T080000Z")
    }

    private func clientID(in path: String) throws -> String {
        try openSessions(path).contents().joined()
    }

    @Test func `holds every file, for its owner alone, with a manifest that fits`() async throws {
        try await fill()
        let manifest = try makeBackup()
        #expect(Set(manifest.files.map(\.name)) == Set(StoredFile.allCases))
        #expect(try BackupFolder(backup).manifest == manifest)
        #expect(try permissions(of: backup) == 0o700)
        let names = try FileManager.default.contentsOfDirectory(atPath: backup)
        #expect(Set(names) == ["manifest.json", "registry.sqlite", "sightings.sqlite", "broker.sqlite"])
        for name in names { #expect(try permissions(of: "\(backup)/\(name)") == 0o600) }
        try BackupFolder(backup).verify()
    }

    @Test func `is made while a gateway writes, and shows a moment of it`() async throws {
        try await fill()
        let claimed = try DataDirectory(claiming: directory.path)
        let store = try SQLiteSessionStore(in: claimed)
        for number in 1...500 as ClosedRange<UInt64> {
            try store.commit(.put(try message(number)), .put(delivery(1, number, message: number)))
        }
        let writing = Task.detached {
            for number in 501...5000 as ClosedRange<UInt64> {
                if Task.isCancelled { break }
                try store.commit(.put(try message(number)), .put(delivery(1, number, message: number)))
            }
        }
        try makeBackup()
        writing.cancel()
        try await writing.value
        _ = try restore(into: other.path + "/restored")
        let found = try openSessions(other.path + "/restored").contents()
        // Message and delivery of the same commits, and the session.
        let count = (found.count - 1) / 2
        #expect(count >= 500)
        #expect(found.filter { $0.hasPrefix("message") }.count == count)
        #expect(found.count == 2 * count + 1)
    }

    @Test func `is put back as it was`() async throws {
        try await fill()
        try makeBackup()
        let restored = other.path + "/restored"
        #expect(try restore(into: restored) == Restoration.Outcome(aside: nil, replaced: []))
        #expect(try clientID(in: restored) == clientID(in: directory.path))
        let states = (try await openStore(restored).load(), try await openStore(directory.path).load())
        #expect(states.0 == states.1 && states.0 != nil)
        #expect(try permissions(of: restored) == 0o700)
        #expect(try permissions(of: restored + "/broker.sqlite") == 0o600)
    }

    @Test func `replaces a state only when told to, and keeps it aside`() async throws {
        try await fill()
        try makeBackup()
        try await fill(clientID: "after")
        let files = ["registry.sqlite", "sightings.sqlite", "broker.sqlite"]
        #expect(throws: BackupError.stateExists(directory: directory.path, files: files)) {
            try restore(into: directory.path)
        }
        #expect(try clientID(in: directory.path).contains("after"))

        let outcome = try restore(into: directory.path, replacing: true)
        let aside = directory.path + "/replaced-20270115T080000Z"
        #expect(outcome == Restoration.Outcome(aside: aside, replaced: files))
        #expect(try clientID(in: directory.path).contains("before"))
        #expect(try clientID(in: aside).contains("after"))
    }

    @Test func `a rehearsal verifies and replaces nothing`() async throws {
        try await fill()
        try makeBackup()
        try await fill(clientID: "after")
        #expect(try restore(into: directory.path, rehearsing: true).replaced.count == 3)
        #expect(try clientID(in: directory.path).contains("after"))
        #expect(!FileManager.default.fileExists(atPath: directory.path + "/replaced-20270115T080000Z"))
    }

    @Test func `is not put back under a gateway that runs`() async throws {
        try await fill()
        try makeBackup()
        let held = try openSessions(directory.path)
        let error = BackupError.storage(.inUse(path: directory.path, processID: getpid()))
        #expect(throws: error) { try restore(into: directory.path, replacing: true) }
        withExtendedLifetime(held) {}
    }

    @Test func `no gateway starts over a restore that was interrupted, until it is finished`() async throws {
        try await fill()
        try makeBackup()
        try DataDirectory(claiming: directory.path).markRestoring()
        #expect(throws: StorageError.restoreUnfinished(path: directory.path)) { try openSessions(directory.path) }
        _ = try restore(into: directory.path, replacing: true)
        #expect(try clientID(in: directory.path).contains("before"))
    }

    @Test func `overwrites nothing, and leaves nothing when it cannot be made`() async throws {
        #expect(throws: BackupError.nothingStored(directory: directory.path)) { try makeBackup() }
        try await fill()
        try makeBackup()
        #expect(throws: BackupError.destinationExists(path: backup)) { try makeBackup() }
        try FileManager.default.removeItem(atPath: backup)
        try Data(repeating: 7, count: 5000).write(to: URL(fileURLWithPath: directory.path + "/broker.sqlite"))
        let error = #expect(throws: BackupError.self) { try makeBackup() }
        guard case .storage(.damaged)? = error else { Issue.record("\(error as Any)"); return }
        #expect(try FileManager.default.contentsOfDirectory(atPath: other.path) == [])
    }

    @Test func `that was changed afterwards is refused, whatever was changed`() async throws {
        try await fill()
        try makeBackup()
        let file = backup + "/broker.sqlite"
        let whole = try Data(contentsOf: URL(fileURLWithPath: file))
        func refusal() -> BackupError? {
            do {
                _ = try restore(into: other.path + "/restored")
                return nil
            } catch {
                return error as? BackupError
            }
        }
        var changed = whole
        changed[whole.count - 1] ^= 1
        try changed.write(to: URL(fileURLWithPath: file))
        guard case .differentContent(file, _, _)? = refusal() else { Issue.record("restored"); return }
        try whole.dropLast(10).write(to: URL(fileURLWithPath: file))
        #expect(refusal() == .differentLength(path: file, found: whole.count - 10, needed: whole.count))
        try FileManager.default.removeItem(atPath: file)
        #expect(refusal() == .missingFile(path: file))
        // Nothing was put anywhere.
        #expect(!FileManager.default.fileExists(atPath: other.path + "/restored/registry.sqlite"))
    }

    @Test(arguments: [
        ("{", "is no manifest"), ("{}", "is no manifest"), (#"{"format":99}"#, "layout 99"),
        (#"{"format":1,"sluice":"1","node":"n","createdAt":"2027-01-15T08:00:00Z","files":[]}"#, "name the registry"),
        (
            #"{"format":1,"sluice":"1","node":"n","createdAt":"2027-01-15T08:00:00Z","files":[{"name":"../../etc/shadow","#
                + #""bytes":1,"sha256":""}]}"#,
            "is no manifest"
        ),
        (String(repeating: " ", count: 70_000), "cannot be read"),
    ])
    func `with a manifest that is none is refused`(text: String, words: String) throws {
        try FileManager.default.createDirectory(atPath: backup, withIntermediateDirectories: true)
        try Data(text.utf8).write(to: URL(fileURLWithPath: backup + "/manifest.json"))
        let error = #expect(throws: BackupError.self) { try BackupFolder(backup) }
        #expect(error?.description.contains(words) == true, "\(error as Any)")
    }
}
