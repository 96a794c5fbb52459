import Foundation
import GRDB
import Registry
import Testing

@testable import SQLiteStorage

/// CAs that client certificates refer to.
@Suite struct FormerAuthorityTests {
    private let directory = TemporaryDirectory()
    private var file: String { directory.path + "/registry.sqlite" }

    /// A store with CA 10, and a client certificate of it.
    private func storeWithDevice() async throws -> (SQLiteRegistryStore, ClusterState) {
        let store = try openStore(directory.path)
        let transition = try ClusterState.initial().applying(.registerCAs([authority(10)]), at: noon)
        try await store.save(transition)
        try await edit(
            """
            INSERT INTO clientCertificate (fingerprint, authority, state, source, serial, commonName, organizationalUnit,
                clientID, notBefore, notAfter, createdAt, stateChangedAt, lastSeenAt)
            SELECT zeroblob(32), fingerprint, 'active', 'manual', '1', '', '', '', 0, 0, 0, 0, 0 FROM ca
            """
        )
        return (store, transition.after)
    }

    private func edit(_ sql: String) async throws {
        let database = try DatabaseQueue(path: file)
        try await database.write { try $0.execute(sql: sql) }
        try database.close()
    }

    private func standings() async throws -> [String] {
        let database = try DatabaseQueue(path: file)
        defer { try? database.close() }
        return try await database.read { try String.fetchAll($0, sql: "SELECT standing FROM ca ORDER BY standing") }
    }

    @Test func `are not unregistered: the database is the last arbiter`() async throws {
        let (store, state) = try await storeWithDevice()
        let old = try authority(10).fingerprint
        let transition = try state.applying(.unregisterCA(old), at: noon)
        await #expect(throws: RegistryError.caHasClientCertificates(old, count: nil)) {
            try await store.save(transition)
        }
        #expect(try await store.load() == state)
        try await edit("DELETE FROM clientCertificate")
        try await store.save(transition)
        #expect(try await store.load() == transition.after)
    }

    @Test func `are kept out of sight when their grace period is over`() async throws {
        let (store, state) = try await storeWithDevice()
        let replaced = try state.applying(.replaceCA(authority(10).fingerprint, with: authority(11)), at: noon)
        try await store.save(replaced)
        #expect(try await standings() == ["registered", "superseded"])
        let swept = try replaced.after.applying(.expireGraces, at: noon + 601)
        try await store.save(swept)
        #expect(try await standings() == ["former", "registered"])
        #expect(try await store.load() == swept.after)
    }

    @Test func `are kept out of sight when they were replaced at once`() async throws {
        let (store, state) = try await storeWithDevice()
        let change = ClusterChange.replaceCA(try authority(10).fingerprint, with: try authority(11), grace: .zero)
        let replaced = try state.applying(change, at: noon)
        try await store.save(replaced)
        #expect(try await standings() == ["former", "registered"])
        #expect(try await store.load() == replaced.after)
    }

    @Test func `know who took their place, however often that one was replaced, until they are registered again`()
        async throws
    {
        let (store, state) = try await storeWithDevice()
        let (first, second, third) = (try authority(10), try authority(11), try authority(12))
        #expect(try await store.successors() == [:])
        let once = try state.applying(.replaceCA(first.fingerprint, with: second), at: noon)
        try await store.save(once)
        #expect(try await store.successors() == [first.fingerprint: second.fingerprint])
        let twice = try once.after.applying(.replaceCA(second.fingerprint, with: third, grace: .zero), at: noon)
        try await store.save(twice)
        #expect(try await store.successors() == [first.fingerprint: third.fingerprint])
        let back = try twice.after.applying(.registerCAs([first]), at: noon)
        try await store.save(back)
        #expect(try await store.successors() == [:])
    }

    @Test func `come back when they are registered again`() async throws {
        let (store, state) = try await storeWithDevice()
        let change = ClusterChange.replaceCA(try authority(10).fingerprint, with: try authority(11), grace: .zero)
        let replaced = try state.applying(change, at: noon)
        try await store.save(replaced)
        let back = try replaced.after.applying(.registerCAs([authority(10)]), at: noon)
        try await store.save(back)
        #expect(try await store.load() == back.after)
        #expect(try await standings() == ["registered", "registered"])
    }

    @Test func `go for good with the next change after nobody refers to them`() async throws {
        let (store, state) = try await storeWithDevice()
        let change = ClusterChange.replaceCA(try authority(10).fingerprint, with: try authority(11), grace: .zero)
        let replaced = try state.applying(change, at: noon)
        try await store.save(replaced)
        try await edit("DELETE FROM clientCertificate")
        try await store.save(try replaced.after.applying(.setCAState(authority(11).fingerprint, .inactive), at: noon))
        #expect(try await standings() == ["registered"])
    }
}
