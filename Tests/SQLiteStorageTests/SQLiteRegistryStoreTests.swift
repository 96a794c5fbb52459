import Foundation
import GRDB
import Registry
import Testing

@testable import SQLiteStorage

@Suite struct SQLiteRegistryStoreTests {
    private let directory = TemporaryDirectory()

    @Test func `holds nothing before the first change`() async throws {
        #expect(try await openStore(directory.path).load() == nil)
    }

    @Test func `gives back every state after every kind of change, also when opened again`() async throws {
        var state = ClusterState.initial()
        for change in try everyChange() {
            let store = try openStore(directory.path)
            let transition = try state.applying(change, at: noon)
            try await store.save(transition)
            #expect(try await store.load() == transition.after)
            try store.close()
            state = transition.after
        }
        #expect(try await openStore(directory.path).load() == state)
        #expect(state.revision == UInt64(try everyChange().count))
    }

    @Test func `gives back grace periods, lists, staples and codes, also when opened again`() async throws {
        var state = ClusterState.initial()
        for change in try everyReplacement() {
            let store = try openStore(directory.path)
            let transition = try state.applying(change, at: noon)
            #expect(transition.isChange, "\(change.action)")
            try await store.save(transition)
            #expect(try await store.load() == transition.after, "\(change.action)")
            try store.close()
            state = transition.after
        }
        let swept = try state.applying(.expireGraces, at: noon + 86_400)
        let store = try openStore(directory.path)
        try await store.save(swept)
        #expect(try await store.load() == swept.after)
    }

    @Test func `reads the very deadline that it was given, at a time that is no whole second`() async throws {
        let now = noon + 0.123_456_7
        let store = try openStore(directory.path)
        var state = ClusterState.initial()
        let (old, new) = (try certificate(1, ["a.test"]), try certificate(2, ["a.test"]))
        for change in [
            ClusterChange.hostCertificate(old), .hostCertificate(new), .bind(old.fingerprint, slot: .default),
            .replace(.default, with: new.fingerprint),
        ] {
            let transition = try state.applying(change, at: now)
            try await store.save(transition)
            state = transition.after
        }
        #expect(try await store.load()?.slots[.default]?.superseded == state.slots[.default]?.superseded)
    }

    @Test func `keeps no row of what was deleted`() async throws {
        let store = try openStore(directory.path)
        let gone = try certificate(1, ["a.test", "b.test"])
        var state = ClusterState.initial()
        for change in [
            ClusterChange.hostCertificate(gone), .setStaple(gone.fingerprint, staple(.upload)),
            .deleteCertificate(gone.fingerprint),
        ] {
            let transition = try state.applying(change, at: noon)
            try await store.save(transition)
            state = transition.after
        }
        try store.close()
        let database = try DatabaseQueue(path: directory.path + "/registry.sqlite")
        for table in ["certificate", "certificateName", "hostedCertificate", "hostedChain", "ocspStaple"] {
            let count = try await database.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM \(table)") }
            #expect(count == 0, "\(table)")
        }
    }

    @Test func `stores the settings that the first change began from`() async throws {
        let store = try openStore(directory.path)
        let settings = ClusterSettings(anonymous: true, tls: try TLSVersionRange(minimum: .tls1_1, maximum: .tls1_2))
        let transition = try ClusterState.initial(settings).applying(.registerCAs([authority(1)]), at: noon)
        try await store.save(transition)
        #expect(try await store.load()?.settings == settings)
    }

    @Test func `refuses a step from another revision, and stores none of it`() async throws {
        let store = try openStore(directory.path)
        let first = try ClusterState.initial().applying(.registerCAs([authority(1)]), at: noon)
        try await store.save(first)
        let stale = try ClusterState.initial().applying(.registerCAs([authority(2)]), at: noon)
        await #expect(throws: StorageError.revisionConflict(stored: 1, expected: 0)) { try await store.save(stale) }
        #expect(try await store.load() == first.after)
    }

    @Test func `refuses what is not exactly one step`() async throws {
        let store = try openStore(directory.path)
        let state = ClusterState.initial()
        let nothing = try state.applying(.setMode(.oneWay, anonymous: false), at: noon)
        await #expect(throws: StorageError.notOneStep(from: 0, to: 0)) { try await store.save(nothing) }
    }

    @Test func `writes to disk before it says so`() async throws {
        let store = try openStore(directory.path)
        let transition = try ClusterState.initial().applying(.registerCAs([authority(1)]), at: noon)
        try await store.save(transition)
        // The files as they lie there now, copied while the store is open: what a crash at this moment would leave.
        let copy = TemporaryDirectory()
        try FileManager.default.createDirectory(atPath: copy.path, withIntermediateDirectories: true)
        try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: copy.path)
        for file in ["registry.sqlite", "registry.sqlite-wal"] {
            try FileManager.default.copyItem(atPath: directory.path + "/" + file, toPath: copy.path + "/" + file)
        }
        #expect(try await openStore(copy.path).load() == transition.after)
    }

    @Test func `has files that only their owner reads`() async throws {
        let store = try openStore(directory.path)
        try await store.save(try ClusterState.initial().applying(.registerCAs([authority(1)]), at: noon))
        #expect(try permissions(of: directory.path) == 0o700)
        let files = try FileManager.default.contentsOfDirectory(atPath: directory.path)
        #expect(files.contains("registry.sqlite-wal"))
        for file in files { #expect(try permissions(of: directory.path + "/" + file) == 0o600, "\(file)") }
        withExtendedLifetime(store) {}
    }

    @Test func `is a WAL database that waits for the disk`() async throws {
        let store = try openStore(directory.path)
        #expect(try await store.journalSettings() == "wal 2 1")
    }
}
