import MQTTCodec
import Testing

@testable import MQTTBroker

@Suite struct MatchCacheTests {
    @Test func `long topics that never come again are not all remembered`() {
        let index = SubscriptionIndex()
        var cache = MatchCache(index: index, shard: 0)
        var topic = [UInt8](repeating: UInt8(ascii: "x"), count: 60_000)
        var heaviest = 0
        for number in 0..<3000 {
            topic.replaceSubrange(0..<4, with: Array("\(1000 + number)".utf8))
            topic.withUnsafeBytes { _ = cache.match($0) }
            heaviest = max(heaviest, cache.weight)
        }
        #expect(heaviest > 60_000)
        #expect(heaviest <= MatchCache.weightLimit)
    }
}
