import TestAuthority
import Testing

@testable import OpenSSL

@Suite struct SessionCacheTests {
    private let binding = SessionBinding(hashing: [1])
    /// Any session does: the cache does not look inside.
    private let session: TLSSession

    init() throws {
        let world = try TestWorld()
        let pair = try world.connect(world.client(world.devices.issue()))
        session = try #require(pair.client.session)
    }

    private func id(_ number: UInt64) -> SessionID? {
        var words = [number, 0, 0, number]
        return words.withUnsafeMutableBytes { SessionID(UnsafeRawBufferPointer($0)) }
    }

    private func add(_ number: UInt64, to cache: SessionCache, expiry: Int64 = 100) throws {
        let entry = SessionEntry(binding: binding, expiry: expiry, lineageExpiry: expiry, verifiedChain: nil)
        cache.store(session.reference(), as: entry, id: try #require(id(number)))
    }

    private func has(_ number: UInt64, _ cache: SessionCache, now: Int64 = 0) throws -> Bool {
        cache.find(try #require(id(number)), binding: binding, now: now) != nil
    }

    @Test func `what is stored is found`() throws {
        let cache = SessionCache()
        try add(1, to: cache)
        #expect(try has(1, cache))
        #expect(try !has(2, cache))
    }

    @Test func `another binding finds nothing`() throws {
        let cache = SessionCache()
        try add(1, to: cache)
        let found = cache.find(try #require(id(1)), binding: SessionBinding(hashing: [2]), now: 0) != nil
        #expect(!found)
    }

    @Test func `an expired session is dropped when it is asked for`() throws {
        let cache = SessionCache()
        try add(1, to: cache, expiry: 100)
        #expect(try has(1, cache, now: 99))
        #expect(try !has(1, cache, now: 100))
        #expect(cache.count == 0)
    }

    @Test func `the oldest make room for the newest`() throws {
        // Numbers that are multiples of the number of shards all fall into one, which holds four.
        let cache = SessionCache(capacity: 64)
        for number in 1...6 as ClosedRange<UInt64> { try add(number * 16, to: cache) }
        #expect(cache.count == 4)
        #expect(try !has(32, cache))
        #expect(try has(48, cache))
        #expect(try has(96, cache))
    }

    @Test func `it never holds more than its capacity`() throws {
        let cache = SessionCache(capacity: 128)
        for number in 1...1000 as ClosedRange<UInt64> { try add(number, to: cache) }
        #expect(cache.count == 128)
    }

    @Test func `removed sessions leave nothing behind that blocks others`() throws {
        let cache = SessionCache(capacity: 64)
        for number in 1...100 as ClosedRange<UInt64> {
            try add(number * 16, to: cache)
            cache.remove(try #require(id(number * 16)))
        }
        #expect(cache.count == 0)
        try add(16, to: cache)
        #expect(try has(16, cache))
    }

    @Test func `storing an id twice keeps one`() throws {
        let cache = SessionCache(capacity: 64)
        for _ in 0..<10 { try add(16, to: cache) }
        try add(32, to: cache)
        #expect(cache.count == 2)
    }

    @Test func `all are forgotten at once`() throws {
        let cache = SessionCache()
        for number in 1...50 as ClosedRange<UInt64> { try add(number, to: cache) }
        cache.removeAll()
        #expect(cache.count == 0)
    }

    @Test func `only 32 bytes make an id`() {
        let bytes = [UInt8](repeating: 0, count: 33)
        for count in [0, 1, 16, 31, 33] {
            #expect(bytes.withUnsafeBytes { SessionID(UnsafeRawBufferPointer(rebasing: $0[..<count])) } == nil)
        }
    }
}
