import Foundation
import GRDB
import Registry
import Testing

@testable import SQLiteStorage

@Suite struct SightingStoreTests {
    private let directory = TemporaryDirectory()
    private let print = Fingerprint.filled(1)
    private let old = Fingerprint.filled(2)

    // Associated clients.

    @Test func `remembers the client ids of a certificate, over restarts`() async throws {
        let claimed = try DataDirectory(claiming: directory.path)
        var store = try SQLiteSightingStore(in: claimed)
        try await record([seen("pump-7", at: 1), seen("pump-8", at: 2)], in: store)
        var again = seen("pump-7", at: 3)
        again.address = "192.0.2.9"
        again.tlsVersion = .tls1_3
        try await record([again], in: store)
        try store.close()
        store = try SQLiteSightingStore(in: claimed)
        let clients = try await store.clients(of: print)
        #expect(clients.map(\.clientID) == ["pump-7", "pump-8"])
        let first = try #require(clients.first)
        #expect(first.firstSeen == noon + 1)
        #expect(first.lastSeen == noon + 3)
        #expect(first.address == "192.0.2.9")
        #expect(first.accessPoint == "public")
        #expect(first.serverName == "mqtt.shop.test")
        #expect(first.tlsVersion == .tls1_3)
        #expect(try await store.clients(of: old).isEmpty)
    }

    @Test func `remembers the last client ids of a certificate, no more`() async throws {
        let store = try open(SightingLimits(clientsPerCertificate: 3))
        for number in 1...5 { try await record([seen("pump-\(number)", at: Double(number))], in: store) }
        #expect(try await store.clients(of: print).map(\.clientID) == ["pump-5", "pump-4", "pump-3"])
    }

    // The inventory of hellos.

    @Test func `tells whom a range would cut off`() async throws {
        let store = try open()
        try await record(
            [
                hello("new", TLSOffer(supportedVersions: [.tls1_2, .tls1_3]), agreed: .tls1_3, at: 1),
                hello("old", TLSOffer(legacyVersion: .tls1_1), agreed: .tls1_1, at: 2),
                hello("older", TLSOffer(legacyVersion: .tls1_0), agreed: .tls1_0, at: 3),
                hello("middle", TLSOffer(legacyVersion: .tls1_2), agreed: .tls1_2, at: 4),
                hello(nil, TLSOffer(legacyVersion: .tls1_0), agreed: nil, at: 5),
            ],
            in: store
        )
        let report = try await store.cutOff(by: try range(.tls1_2, .tls1_3), at: noon + 10, limit: 2)
        #expect((report.seen, report.cutOff, report.uncertain) == (5, 3, 0))
        #expect(
            report.clients.map(\.client) == [
                .source(address: "192.0.2.1", serverName: "mqtt.shop.test"), .clientID("older"),
            ]
        )
        #expect(report.clients.last?.offer.description == "up to 1.0")
        #expect(report.since == noon + 1)
        let lowered = try await store.cutOff(by: try range(.tls1_0, .tls1_1), at: noon + 10, limit: 10)
        #expect((lowered.cutOff, lowered.uncertain) == (1, 1))
        #expect(lowered.clients.map(\.client) == [.clientID("new"), .clientID("middle")])
        #expect(lowered.clients.map(\.prospect) == [.cutOff, .uncertain])
        #expect(try await store.cutOff(by: .all, at: noon + 10, limit: 10).clients.isEmpty)
    }

    @Test func `knows each client by its last hello`() async throws {
        let store = try open()
        try await record([hello("a", TLSOffer(legacyVersion: .tls1_0), agreed: .tls1_0, at: 1)], in: store)
        try await record([hello("a", TLSOffer(supportedVersions: [.tls1_3]), agreed: .tls1_3, at: 3)], in: store)
        try await record([hello("a", TLSOffer(legacyVersion: .tls1_0), agreed: .tls1_0, at: 2)], in: store)
        let report = try await store.cutOff(by: try range(.tls1_2, .tls1_3), at: noon + 10, limit: 10)
        #expect((report.seen, report.cutOff) == (1, 0))
    }

    @Test func `forgets after seven days, and whoever is too many`() async throws {
        let store = try open(SightingLimits(inventory: 3, associations: 3))
        let day = 86_400.0
        for number in 0..<6 {
            var sighting = hello(
                "pump-\(number)",
                TLSOffer(legacyVersion: .tls1_0),
                agreed: .tls1_0,
                at: Double(number) * day
            )
            sighting.fingerprint = Fingerprint.filled(UInt8(number))
            try await record([sighting], in: store)
        }
        let range = try range(.tls1_2, .tls1_3)
        // Not counted any more from the moment they are too old, pruned or not.
        #expect(try await store.cutOff(by: range, at: noon + 8.5 * day, limit: 9).cutOff == 4)
        try await store.prune(at: noon + 8.5 * day)
        #expect(try await store.cutOff(by: range, at: noon + 8.5 * day, limit: 9).cutOff == 3)
        var kept: [Int] = []
        for number in 0..<6 where try await !store.clients(of: .filled(UInt8(number))).isEmpty { kept.append(number) }
        #expect(kept == [3, 4, 5])
    }

    // Rotations.

    @Test func `tells who needed a superseded certificate, and who has not come with the new one since`() async throws {
        let store = try open()
        try await store.openRotation(of: old, at: noon)
        try await record([needing(true, "a", at: 1), needing(true, "b", at: 2), needing(false, "c", at: 3)], in: store)
        try await record([needing(false, "a", at: 4), needing(true, "b", at: 5)], in: store)
        let report = try await store.rotation(of: old, limit: 10)
        #expect(report.openedAt == noon)
        #expect((report.oldConnections, report.newConnections) == (3, 2))
        #expect((report.clientCount, report.pendingCount) == (2, 1))
        #expect(report.lastOld == noon + 5)
        #expect(report.lastNew == noon + 4)
        #expect(report.clients.map(\.client) == [.clientID("b"), .clientID("a")])
        #expect(report.clients.map(\.count) == [2, 1])
        #expect(report.clients.map(\.isPending) == [true, false])
        #expect(report.clients.map(\.lastUsedNew) == [nil, noon + 4])
        #expect(report.verdict(at: noon + 600) == .unsafe(pending: 1, last: noon + 5))
        try await record([needing(false, "b", at: 6)], in: store)
        #expect(try await store.rotation(of: old, limit: 10).verdict(at: noon + 600) == .safe)
    }

    @Test func `begins anew when the certificate is superseded again`() async throws {
        let store = try open()
        try await store.openRotation(of: old, at: noon)
        try await record([needing(true, "a", at: 1)], in: store)
        try await store.openRotation(of: old, at: noon + 100)
        let report = try await store.rotation(of: old, limit: 10)
        #expect(report.openedAt == noon + 100)
        #expect((report.oldConnections, report.clientCount) == (0, 0))
        #expect(report.clients.isEmpty)
    }

    @Test func `knows nothing of a certificate that was never superseded`() async throws {
        let report = try await open().rotation(of: old, limit: 10)
        #expect(report.openedAt == nil)
        #expect(report.verdict(at: noon) == .nobodySeen)
    }

    @Test func `lists so many clients, and counts the connections of the rest`() async throws {
        let store = try open(SightingLimits(clientsPerRotation: 2))
        try await store.openRotation(of: old, at: noon)
        for number in 1...4 { try await record([needing(true, "c\(number)", at: Double(number))], in: store) }
        try await record([needing(true, "c1", at: 5)], in: store)
        let report = try await store.rotation(of: old, limit: 10)
        #expect(report.clientCount == 2)
        #expect(report.oldConnections == 5)
        #expect(report.unlisted == 2)
        try await record([needing(false, "c1", at: 6), needing(false, "c2", at: 6)], in: store)
        #expect(try await store.rotation(of: old, limit: 10).verdict(at: noon + 600) == .tooMany(unlisted: 2))
    }

    @Test func `forgets a rotation of long ago`() async throws {
        let store = try open()
        try await store.openRotation(of: old, at: noon)
        try await record([needing(true, "a", at: 1)], in: store)
        try await store.prune(at: noon + 7 * 86_400)
        #expect(try await store.rotation(of: old, limit: 10).clientCount == 1)
        try await store.prune(at: noon + 7 * 86_400 + 2)
        #expect(try await store.rotation(of: old, limit: 10) == .nothing(of: old))
    }

    // The file.

    @Test func `sets a damaged file aside and begins anew`() async throws {
        let path = directory.path + "/sightings.sqlite"
        let claimed = try DataDirectory(claiming: directory.path)
        #expect(FileManager.default.createFile(atPath: path, contents: Data(repeating: 7, count: 9_000)))
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
        let store = try SQLiteSightingStore(in: claimed)
        guard case .damaged? = store.setAside else {
            Issue.record("\(String(describing: store.setAside))")
            return
        }
        #expect(FileManager.default.contents(atPath: path + ".damaged")?.count == 9_000)
        try await record([seen("pump-7", at: 1)], in: store)
        #expect(try await store.clients(of: print).count == 1)
    }

    @Test func `refuses a file that others may read`() throws {
        let path = directory.path + "/sightings.sqlite"
        let claimed = try DataDirectory(claiming: directory.path)
        #expect(FileManager.default.createFile(atPath: path, contents: nil, attributes: [.posixPermissions: 0o644]))
        #expect(throws: StorageError.permissions(path: path, found: 0o644, needed: 0o600)) {
            try SQLiteSightingStore(in: claimed)
        }
    }

    @Test func `has a file that only its owner reads`() async throws {
        let store = try open()
        try await record([seen("pump-7", at: 1)], in: store)
        for suffix in ["", "-wal", "-shm"] {
            #expect(try permissions(of: directory.path + "/sightings.sqlite" + suffix) == 0o600)
        }
        withExtendedLifetime(store) {}
    }

    private func open(_ limits: SightingLimits = SightingLimits()) throws -> SQLiteSightingStore {
        try SQLiteSightingStore(in: DataDirectory(claiming: directory.path), limits: limits)
    }

    private func record(_ sightings: [Sighting], in store: SQLiteSightingStore) async throws {
        var batch = SightingBatch()
        for sighting in sightings { batch.add(sighting) }
        try await store.record(batch)
    }

    private func seen(_ clientID: String?, at seconds: Double) -> Sighting {
        var sighting = Sighting(time: noon + seconds, accessPoint: "public", address: "192.0.2.1")
        sighting.clientID = clientID
        sighting.fingerprint = print
        sighting.serverName = "mqtt.shop.test"
        return sighting
    }

    private func hello(
        _ clientID: String?,
        _ offer: TLSOffer,
        agreed: TLSProtocolVersion?,
        at seconds: Double
    ) -> Sighting {
        var sighting = seen(clientID, at: seconds)
        sighting.fingerprint = nil
        sighting.offer = offer
        sighting.tlsVersion = agreed
        return sighting
    }

    private func needing(_ neededOld: Bool, _ clientID: String, at seconds: Double) -> Sighting {
        var sighting = seen(clientID, at: seconds)
        sighting.rotations = [RotationUse(superseded: old, neededOld: neededOld)]
        return sighting
    }

    private func range(_ minimum: TLSProtocolVersion, _ maximum: TLSProtocolVersion) throws -> TLSVersionRange {
        try TLSVersionRange(minimum: minimum, maximum: maximum)
    }
}

extension Fingerprint {
    fileprivate static func filled(_ byte: UInt8) -> Fingerprint {
        // 32 bytes are what a fingerprint takes.
        guard let fingerprint = try? Fingerprint([UInt8](repeating: byte, count: 32)) else {
            preconditionFailure("32 bytes are no fingerprint")
        }
        return fingerprint
    }
}

extension RotationReport {
    fileprivate static func nothing(of superseded: Fingerprint) -> RotationReport {
        RotationReport(
            superseded: superseded,
            openedAt: nil,
            oldConnections: 0,
            lastOld: nil,
            newConnections: 0,
            lastNew: nil,
            clientCount: 0,
            pendingCount: 0,
            clients: [],
            unlisted: 0
        )
    }
}
