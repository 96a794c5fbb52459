import Foundation
import Registry
import Synchronization
import TestAuthority
import Testing

@testable import Node

@Suite("The watch on expiry") struct ExpiryWatchTests {
    private static let day: TimeInterval = 86_400

    /// What is told in the days before the end of a server certificate and its CA.
    private static func told(daysBefore days: [Double]) async throws -> [[String]] {
        let bench = try await RegistryBench()
        // Certificates know whole seconds.
        let end = Date(timeIntervalSince1970: (Date().timeIntervalSince1970 + 100 * day).rounded())
        let authority = try TestAuthority(
            "CA",
            shape: .authority.with { $0.notAfter = end.addingTimeInterval(day * 400) }
        )
        let certificate = try await bench.host(
            try authority.issue("a", .server("a.test").with { $0.notAfter = end })
        )
        try await bench.apply(.bind(certificate, slot: .custom(1)))
        try await bench.register(authority)
        let events = EventHub(startedAt: Date())
        let time = Mutex(Date())
        let watch = ExpiryWatch(
            cluster: bench.registry.control,
            devices: bench.registry.devices,
            events: events,
            logger: bench.logger,
            now: { time.withLock { $0 } }
        )
        var told: [[String]] = []
        for days in days {
            time.withLock { $0 = end.addingTimeInterval(-days * day) }
            let before = events.recent(.max).count
            await watch.look()
            told.append(
                events.recent(.max).dropFirst(before).map { event in
                    "\(event.fields["use"] ?? .text("-")) \(event.fields["days"] ?? .number(0))"
                }
            )
        }
        return told
    }

    @Test func `warns from 30 days before the end, once a day`() async throws {
        let told = try await Self.told(daysBefore: [31, 30, 29.9, 29.1, 28.9, -1])
        #expect(told.map(\.count) == [0, 1, 0, 0, 1, 1])
        #expect(told[1] == ["text(\"server\") number(30)"])
        #expect(told[5] == ["text(\"server\") number(-1)"])
    }

    @Test func `tells client certificates as a number, not one by one`() async throws {
        let bench = try await RegistryBench()
        let authority = try await bench.register(
            try TestAuthority(
                "CA",
                shape: .authority.with { $0.notAfter = Date(timeIntervalSinceNow: 4000 * Self.day) }
            )
        )
        for (number, days) in [5.0, 10, 29, 31, -1].enumerated() {
            var facts = ClientCertificateFacts(
                fingerprint: try Fingerprint([UInt8](repeating: UInt8(number), count: Fingerprint.length))
            )
            facts.notBefore = Date(timeIntervalSinceNow: -100 * Self.day)
            facts.notAfter = Date(timeIntervalSinceNow: days * Self.day)
            _ = try await bench.registry.devices.register(
                DeviceRegistration(facts: facts, authority: authority, clientID: nil, initialState: .active),
                at: Date(),
                by: .system
            )
        }
        let events = EventHub(startedAt: Date())
        let watch = ExpiryWatch(
            cluster: bench.registry.control,
            devices: bench.registry.devices,
            events: events,
            logger: bench.logger
        )
        await watch.look()
        let event = try #require(events.recent(10).first)
        #expect(events.recent(10).count == 1)
        #expect(event.kind == .certificateExpiring)
        #expect(event.fields["expiring"] == .number(3))
        #expect(event.fields["expired"] == .number(1))
    }
}
