import Foundation
import Registry
import TestAuthority
import Testing

@testable import Node

/// The client certificates of a CA that is replaced.
@Suite("Client certificates") struct CASuccessionTests {
    private let bench: RegistryBench
    private let old: Fingerprint

    init() async throws {
        bench = try await RegistryBench("bootstrap: { mode: one-device-one-certificate }")
        old = try await bench.register(try TestAuthority("old"), name: "fleet")
        for number in UInt8(1)...3 { try await bench.registerDevice(number, of: old) }
    }

    private func count(of authority: Fingerprint) -> Int { bench.registry.devices.counts.count(of: authority) }

    @Test(arguments: [Duration.seconds(600), .zero])
    func `follow the CA that took the place of theirs, and keep it from being deleted`(grace: Duration) async throws {
        let new = try await bench.replace(old, by: try TestAuthority("new"), grace: grace)
        await CASuccession(bench.registry, logger: bench.logger).carryOn()
        #expect(count(of: old) == 0)
        #expect(count(of: new) == 3)
        try await bench.apply(.setCAState(new, .inactive))
        await #expect(throws: ClusterControlError.self) { try await bench.apply(.unregisterCA(new)) }
        #expect(bench.state.authorities[new] != nil)
    }

    @Test func `follow it after a restart in between, when the grace period is long over`() async throws {
        let new = try await bench.replace(old, by: try TestAuthority("new"))
        try await bench.apply(.expireGraces, at: Date() + 601)
        #expect(count(of: old) == 3)
        await CASuccession(bench.registry, logger: bench.logger).carryOn()
        #expect(count(of: new) == 3)
        let device = try Fingerprint([UInt8](repeating: 1, count: Fingerprint.length))
        #expect(try await bench.registry.devices.record(device)?.authority == new)
    }

    @Test func `follow the last of several, and go back with the undo`() async throws {
        let (second, third) = (try TestAuthority("second"), try TestAuthority("third"))
        let middle = try await bench.replace(old, by: second)
        let last = try await bench.replace(middle, by: third)
        let succession = CASuccession(bench.registry, logger: bench.logger)
        await succession.carryOn()
        #expect(count(of: last) == 3)
        try await bench.replace(last, by: second)
        await succession.carryOn()
        #expect(count(of: middle) == 3)
        #expect(count(of: last) == 0)
    }
}
