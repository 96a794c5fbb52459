import AdminAPI
import Credentials
import Foundation
import OpenSSL
import Registry
import TestAuthority
import Testing

@testable import Node

@Suite("Watched certificate files") struct WatchedCertificateTests {
    private let authority: TestAuthority
    private let folder: TemporaryFolder
    private static let settings = """
        serverCertificates:
          - { slot: custom-1, chainFile: live/tls.crt, keyFile: live/tls.key, grace: 5m }
        """

    init() throws {
        authority = try TestAuthority()
        folder = try TemporaryFolder()
    }

    private func issue() throws -> TestCertificate { try authority.issue("shop", .server("shop.test")) }

    /// A bench whose watchers look when they are told to.
    private func bench() async throws -> (RegistryBench, FileWatchers) {
        let bench = try await RegistryBench(Self.settings, in: folder)
        return (bench, try NodeMaterials(bench.configuration, bench.registry, logger: bench.logger).watchers)
    }

    @Test func `serves what the files hold from the start`() async throws {
        let certificate = try issue()
        try certificate.write(to: folder, "live/tls")
        let (bench, watchers) = try await bench()
        await watchers.readAll()
        #expect(bench.state.slots[.custom(1)]?.certificate == (try certificate.fingerprint))
        let revision = bench.state.revision
        for _ in 0..<15 { await watchers.look() }
        #expect(bench.state.revision == revision, "what does not change is not changed")
    }

    @Test func `makes a moved symbolic link a replacement with the grace period of the entry`() async throws {
        let (old, new) = (try issue(), try issue())
        try old.write(to: folder, "v1/tls")
        try new.write(to: folder, "v2/tls")
        try folder.link("..data", to: "v1")
        try folder.link("live", to: "..data")
        let (bench, watchers) = try await bench()
        await watchers.readAll()
        try folder.link("..data", to: "v2")
        await watchers.look()
        #expect(bench.state.slots[.custom(1)]?.certificate == (try old.fingerprint), "not before it stands still")
        await watchers.look()
        let binding = try #require(bench.state.slots[.custom(1)])
        #expect(binding.certificate == (try new.fingerprint))
        let superseded = try #require(binding.superseded)
        #expect(superseded.certificate == (try old.fingerprint))
        #expect(superseded.until.timeIntervalSince(superseded.since) == 300)
        let audited = try await bench.registry.audit.page(AuditQuery(), before: nil, limit: 10).entries
        #expect(audited.contains { $0.principal == "configuration" && $0.object == "custom-1" })
    }

    @Test func `lets go of what it has replaced when that serves no longer, and of nothing that was uploaded`()
        async throws
    {
        let (first, second, third) = (try issue(), try issue(), try issue())
        try first.write(to: folder, "live/tls")
        let (bench, watchers) = try await bench()
        await watchers.readAll()
        try second.write(to: folder, "live/tls")
        for _ in 0..<2 { await watchers.look() }
        #expect(Set(bench.state.hosted.keys) == Set(try [first, second].map { try $0.fingerprint }))
        let end = try #require(bench.state.nextGraceEnd)
        try await bench.apply(.expireGraces, at: end)
        #expect(Array(bench.state.hosted.keys) == [try second.fingerprint])
        let audited = try await bench.registry.audit.page(AuditQuery(), before: nil, limit: 10).entries
        #expect(audited.contains { entry in (try? first.fingerprint.hex) == entry.object && entry.after == nil })
        // An uploaded one in between is whoever's who uploaded it.
        let uploaded = try await bench.host(third)
        try await bench.apply(.replace(.custom(1), with: uploaded, grace: .zero))
        try await bench.apply(.replace(.custom(1), with: bench.host(try issue()), grace: .zero))
        #expect(bench.state.hosted[uploaded] != nil)
        #expect(bench.state.hosted[try second.fingerprint] == nil)
    }

    @Test func `waits for the key of a renewed chain, and goes on with the old certificate meanwhile`() async throws {
        let (old, new) = (try issue(), try issue())
        try old.write(to: folder, "live/tls")
        let (bench, watchers) = try await bench()
        await watchers.readAll()
        try new.write(to: folder, "live/tls", withKey: false)
        for _ in 0..<3 { await watchers.look() }
        #expect(watchers.problems == 1)
        #expect(bench.state.slots[.custom(1)]?.certificate == (try old.fingerprint))
        try new.write(to: folder, "live/tls")
        for _ in 0..<2 { await watchers.look() }
        #expect(watchers.problems == 0)
        #expect(bench.state.slots[.custom(1)]?.certificate == (try new.fingerprint))
    }

    @Test(arguments: ["", "-----BEGIN CERTIFICATE-----\nMIIB", "nothing of the kind"])
    func `leaves everything as it is for a file that is no certificate`(content: String) async throws {
        let old = try issue()
        try old.write(to: folder, "live/tls")
        let (bench, watchers) = try await bench()
        await watchers.readAll()
        try folder.write(content, to: "live/tls.crt")
        for _ in 0..<3 { await watchers.look() }
        #expect(watchers.problems == 1)
        #expect(bench.state.slots[.custom(1)]?.certificate == (try old.fingerprint))
    }

    @Test func `leaves everything as it is when the files go`() async throws {
        let old = try issue()
        try old.write(to: folder, "live/tls")
        let (bench, watchers) = try await bench()
        await watchers.readAll()
        try FileManager.default.removeItem(atPath: folder.path("live"))
        for _ in 0..<3 { await watchers.look() }
        #expect(watchers.problems == 1)
        #expect(bench.state.slots[.custom(1)]?.certificate == (try old.fingerprint))
    }

    @Test func `starts without a certificate that is not there yet, and takes it when it comes`() async throws {
        let (bench, watchers) = try await bench()
        await watchers.readAll()
        #expect(watchers.problems == 1)
        #expect(bench.state.slots[.custom(1)] == nil)
        try issue().write(to: folder, "live/tls")
        for _ in 0..<2 { await watchers.look() }
        #expect(bench.state.slots[.custom(1)] != nil)
    }

    @Test func `is refused by the rules like any other, and tried again when they allow it`() async throws {
        let (bench, watchers) = try await bench()
        let other = try await bench.host(try authority.issue("taken", .server("shop.test")))
        try await bench.apply(.bind(other, slot: .custom(2)))
        try issue().write(to: folder, "live/tls")
        await watchers.readAll()
        #expect(watchers.problems == 1)
        try await bench.apply(.unbind(.custom(2)))
        for _ in 0..<FileWatch.looksBetweenAttempts { await watchers.look() }
        #expect(watchers.problems == 0)
        #expect(bench.state.slots[.custom(1)] != nil)
    }
}

@Suite("Watched revocation lists and staples") struct WatchedListTests {
    @Test func `a list is taken in once its CA is registered, and again when it is renewed`() async throws {
        let authority = try TestAuthority()
        let bench = try await RegistryBench(
            "revocationLists: [{ ca: acme, file: acme.crl, onStale: hard-fail }]"
        )
        let device = try authority.issue("dev")
        try bench.folder.write(try authority.revocationList(), to: "acme.crl")
        let watchers = try NodeMaterials(bench.configuration, bench.registry, logger: bench.logger).watchers
        await watchers.readAll()
        #expect(watchers.problems == 1)
        let fingerprint = try await bench.register(authority, name: "acme")
        for _ in 0..<FileWatch.looksBetweenAttempts { await watchers.look() }
        let list = try #require(bench.state.authorities[fingerprint]?.revocationList)
        #expect(list.revokedCount == 0)
        #expect(list.onStale == .hardFail)
        #expect(list.source == .file(bench.folder.path("acme.crl")))
        try bench.folder.write(
            try authority.revocationList(RevocationListShape(revoking: device)),
            to: "acme.crl"
        )
        for _ in 0..<2 { await watchers.look() }
        #expect(bench.state.authorities[fingerprint]?.revocationList?.revokedCount == 1)
    }
}

extension WatchedListTests {
    private static let settings = "revocationLists: [{ ca: acme, file: acme.crl, onStale: hard-fail }]"

    private func bench(
        _ settings: String = settings
    ) async throws -> (RegistryBench, FileWatchers, RevocationListWatch, EventHub) {
        let bench = try await RegistryBench(settings)
        let events = EventHub(startedAt: Date())
        let watch = RevocationListWatch(
            bench.configuration.revocationLists,
            cluster: { [control = bench.registry.control] in control.current.state },
            events: events,
            logger: bench.logger
        )
        let watchers = try NodeMaterials(bench.configuration, bench.registry, logger: bench.logger).watchers
        return (bench, watchers, watch, events)
    }

    @Test(arguments: [true, false])
    func `a list reaches the CA whose key has signed it, in a grace period the old one, the new one or both`(
        isSameKey: Bool
    ) async throws {
        let (bench, watchers, _, _) = try await bench()
        let old = try TestAuthority("acme")
        let new = try TestAuthority("acme", key: isSameKey ? old.certificate.key : nil)
        let first = try await bench.register(old, name: "acme")
        let second = try await bench.replace(first, by: new)
        try bench.folder.write(try old.revocationList(RevocationListShape(revoking: old.issue())), to: "acme.crl")
        for _ in 0..<2 { await watchers.look() }
        #expect(watchers.problems == 0)
        #expect(bench.state.supersededAuthorities[first]?.ca.revocationList?.revokedCount == 1)
        #expect(bench.state.authorities[second]?.revocationList?.revokedCount == (isSameKey ? 1 : nil))
        try bench.folder.write(
            try new.revocationList(RevocationListShape(revoking: new.issue(), new.issue())),
            to: "acme.crl"
        )
        for _ in 0..<2 { await watchers.look() }
        #expect(bench.state.supersededAuthorities[first]?.ca.revocationList?.revokedCount == (isSameKey ? 2 : 1))
        #expect(bench.state.authorities[second]?.revocationList?.revokedCount == 2)
        // A stranger's is nobody's.
        try bench.folder.write(try TestAuthority("acme").revocationList(), to: "acme.crl")
        for _ in 0..<2 { await watchers.look() }
        #expect(watchers.problems == 1)
    }

    @Test(arguments: ["hard-fail", "soft-fail"])
    func `a list that was never there is warned of, and keeps devices out by its setting`(onStale: String) async throws
    {
        let (bench, watchers, watch, events) = try await bench(
            "revocationLists: [{ ca: acme, file: acme.crl, onStale: \(onStale) }]"
        )
        let authority = try TestAuthority("acme")
        let fingerprint = try await bench.register(authority, name: "acme")
        await watchers.readAll()
        for _ in 0..<2 { await watch.look() }
        let device = try Certificate(der: authority.issue("dev").der)
        func check() throws {
            _ = try bench.registry.control.current.prepared.deviceChains.verify(leaf: device, at: Date())
        }
        if onStale == "hard-fail" {
            #expect(throws: DeviceChainFailure.self) { try check() }
        } else {
            try check()
        }
        let warning = try #require(watch.readiness.warning)
        #expect(warning.hasPrefix("CA acme: no list was read from \(bench.folder.path("acme.crl")) yet"))
        #expect(warning.hasSuffix(onStale == "hard-fail" ? "are refused" : "let in nevertheless"))
        #expect(watch.readiness.problem == nil)
        #expect(events.recent(.max).map { $0.fields["change"] } == [.text("revocation-list-missing")])
        try bench.folder.write(try authority.revocationList(), to: "acme.crl")
        for _ in 0..<2 { await watchers.look() }
        try check()
        #expect(bench.state.authorities[fingerprint]?.revocationList != nil)
        #expect(watch.readiness.warning == nil)
    }
}

@Suite("Files that are watched") struct FileWatchersTests {
    private struct Failing: WatchedMaterial {
        let title = "something"
        let files = ["f"]
        func refresh(at now: Date) async throws -> String? { throw NodeError.unreadableFile("f", reason: "no") }
    }

    @Test func `a problem is told once, however often it is found`() async throws {
        let log = RecordedLog()
        let watchers = FileWatchers([Failing()], logger: log.logger, stamp: { _ in FileStamp(1) })
        for _ in 0..<30 { await watchers.look() }
        #expect(log.lines == ["warning: files cannot be used"])
    }
}
