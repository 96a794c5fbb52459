import MQTTCodec
import OpenSSL
import Reactors
import Registry
import TestDevice
import Testing

@testable import TLSGateway

@Suite("A token bucket")
struct TokenBucketTests {
    private func time(_ milliseconds: UInt64) -> MonotonicTime {
        MonotonicTime(nanoseconds: 1_000_000_000 + milliseconds * 1_000_000)
    }

    @Test func `gives its burst at once, and no more`() {
        var bucket = TokenBucket()
        let pace = TokenBucket.Pace(rate: 10, burst: 3)
        let taken = (0..<5).map { _ in bucket.take(at: time(0), pace) }
        #expect(taken == [true, true, true, false, false])
    }

    @Test func `fills at its rate`() {
        var bucket = TokenBucket()
        let pace = TokenBucket.Pace(rate: 10, burst: 1)
        let taken = [0, 99, 100, 150, 199, 200].map { bucket.take(at: time($0), pace) }
        #expect(taken == [true, false, true, false, false, true])
    }

    @Test func `never holds more than its burst`() {
        var bucket = TokenBucket()
        let pace = TokenBucket.Pace(rate: 10, burst: 2)
        _ = bucket.take(at: time(0), pace)
        let taken = (0..<3).map { _ in bucket.take(at: time(3_600_000), pace) }
        #expect(taken == [true, true, false])
    }
}

@Suite("Connection limits")
struct ConnectionLimitsTests {
    private let now = MonotonicTime(nanoseconds: 1_000_000_000)

    private func limits(_ change: (inout AdmissionSettings) -> Void) -> ConnectionLimits {
        var settings = AdmissionSettings()
        change(&settings)
        return ConnectionLimits(settings)
    }

    private func address(_ text: String) throws -> NetworkAddress { try #require(NetworkAddress(text)) }

    @Test func `count a connection until its permit is let go`() throws {
        let limits = limits { $0.maxConnections = 1 }
        var permit: ConnectionPermit? = try limits.admit(address("192.0.2.1"), at: now)
        #expect(throws: Refusal.tooManyConnections(open: 1, allowed: 1)) {
            try limits.admit(address("192.0.2.2"), at: now)
        }
        withExtendedLifetime(permit) {}
        permit = nil
        #expect(limits.openConnections == 0)
        _ = try limits.admit(address("192.0.2.2"), at: now)
    }

    @Test func `hold back one source and not another`() throws {
        let limits = limits { $0.perSource = .init(rate: 1, burst: 1) }
        _ = try limits.admit(address("192.0.2.1"), at: now)
        #expect(throws: Refusal.self) { try limits.admit(address("192.0.2.1"), at: now) }
        _ = try limits.admit(address("192.0.2.2"), at: now)
    }

    @Test func `take an IPv6 /64 for one source`() throws {
        let limits = limits { $0.perSource = .init(rate: 1, burst: 1) }
        _ = try limits.admit(address("2001:db8:0:1::1"), at: now)
        #expect(throws: Refusal.self) { try limits.admit(address("2001:db8:0:1:ffff::2"), at: now) }
        _ = try limits.admit(address("2001:db8:0:2::1"), at: now)
    }

    @Test func `hold back all sources together`() throws {
        let limits = limits { $0.handshakesPerSecond = 2 }
        for host in 1...2 { _ = try limits.admit(address("192.0.2.\(host)"), at: now) }
        #expect(throws: Refusal.tooManyHandshakes(allowedPerSecond: 2)) {
            try limits.admit(address("192.0.2.3"), at: now)
        }
        _ = try limits.admit(address("192.0.2.3"), at: now.advanced(by: .milliseconds(500)))
    }

    @Test func `do not let a greedy source use up what is there for all`() throws {
        let limits = limits {
            $0.handshakesPerSecond = 2
            $0.perSource = .init(rate: 1, burst: 1)
        }
        for _ in 0..<100 { _ = try? limits.admit(address("192.0.2.1"), at: now) }
        _ = try limits.admit(address("192.0.2.2"), at: now)
    }

    @Test func `refuse at the door what is over them, and count it`() async throws {
        var admission = AdmissionSettings()
        admission.maxConnections = 1
        let gateway = try await GatewayUnderTest(admission: admission)
        let first = try gateway.device()
        _ = try first.connect(as: "first")
        #expect(try gateway.fate() == .closed)
        #expect(gateway.finalStatistics().refused == [.tooManyConnections: 1])
        withExtendedLifetime(first) {}
    }
}

@Suite("A range of addresses")
struct AddressRangeTests {
    @Test(arguments: [
        ("10.0.0.0/8", "10.255.0.1", true),
        ("10.0.0.0/8", "11.0.0.1", false),
        ("10.0.0.0/8", "::ffff:10.1.2.3", true),
        ("192.0.2.7", "192.0.2.7", true),
        ("192.0.2.7", "192.0.2.8", false),
        ("0.0.0.0/0", "203.0.113.9", true),
        ("0.0.0.0/0", "2001:db8::1", false),
        ("2001:db8::/32", "2001:db8:ffff::1", true),
        ("2001:db8::/32", "2001:db9::1", false),
        ("::/0", "2001:db8::1", true),
    ])
    func `holds what its prefix covers`(range: String, address: String, isInside: Bool) throws {
        let parsed = try AddressRange(range)
        #expect(try parsed.contains(#require(NetworkAddress(address))) == isInside)
    }

    @Test(arguments: [
        "", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/+8", "10.0.0.1/8", "10.0.0/8", "name/8", "::1/129", "/8",
        "10.0.0.0/",
    ])
    func `is refused when it is none`(text: String) {
        #expect(throws: GatewayError.self) { try AddressRange(text) }
    }

    @Test(arguments: ["10.0.0.0/8", "2001:db8::/32", "192.0.2.7/32"])
    func `writes itself as it is read`(text: String) throws {
        #expect(try AddressRange(text).description == text)
    }

    @Test func `keeps everybody else away from an access point`() async throws {
        let outside = try await GatewayUnderTest { $0.allow = [try AddressRange("10.0.0.0/8")] }
        #expect(try outside.fate() == .closed)
        #expect(outside.finalStatistics().refused == [.sourceNotAllowed: 1])
        let inside = try await GatewayUnderTest { $0.allow = [try AddressRange("127.0.0.0/8")] }
        #expect(try inside.fate() == .admitted)
    }
}
