import MQTTCodec
import Reactors
import Testing

@testable import MQTTBroker

@Suite struct SessionLifetimeTests {
    private static let start = MonotonicTime(nanoseconds: 1_000_000_000)

    private static func at(_ seconds: Int) -> MonotonicTime { start.advanced(by: .seconds(seconds)) }

    private static func will(delay: UInt32 = 0) throws -> WillMessage {
        try WillMessage(Will(topic: "t", payload: [], properties: [.willDelayInterval(delay)]))
    }

    private static func lifetime(expiry: UInt32, willDelay: UInt32? = nil) throws -> SessionLifetime {
        var lifetime = SessionLifetime()
        lifetime.connected(expiryInterval: expiry, will: try willDelay.map { try will(delay: $0) })
        return lifetime
    }

    /// What happened, and when to ask again in seconds from the start.
    private static func text(_ decision: SessionLifetime.Decision) -> String {
        var words: [String] = []
        if decision.will != nil { words.append("will") }
        if decision.ends { words.append("ends") }
        if let time = decision.wakeAt {
            words.append("wake \(time.duration(since: start).components.seconds)")
        }
        return words.joined(separator: " ")
    }

    @Test(
        arguments: [
            // expiry, will delay, end, decision
            (0, nil, ConnectionEnd.byClient, "ends"),
            (0, 0, .byClient, "ends"),
            (0, 0, .withWill, "will ends"),
            (0, 30, .withWill, "will ends"),
            (60, nil, .withWill, "wake 60"),
            (60, 0, .withWill, "will wake 60"),
            (60, 30, .withWill, "wake 30"),
            (60, 90, .withWill, "wake 60"),
            (60, 30, .byClient, "wake 60"),
            (UInt32.max, nil, .withWill, ""),
            (UInt32.max, 30, .withWill, "wake 30"),
            (60, 30, .takenOver(cleanStart: true), "will ends"),
            (60, 30, .takenOver(cleanStart: false), "wake 30"),
            (60, 0, .takenOver(cleanStart: false), "will wake 60"),
            (0, 30, .takenOver(cleanStart: false), "will ends"),
            (60, 0, .atShutdown, "wake 60"),
        ] as [(UInt32, UInt32?, ConnectionEnd, String)]
    )
    func `the end of a connection decides on will and session`(
        expiry: UInt32,
        delay: UInt32?,
        end: ConnectionEnd,
        decision: String
    ) throws {
        var lifetime = try Self.lifetime(expiry: expiry, willDelay: delay)
        #expect(Self.text(lifetime.disconnected(end, at: Self.at(0))) == decision)
    }

    @Test func `a delayed will comes on time, the session ends on its own`() throws {
        var lifetime = try Self.lifetime(expiry: 60, willDelay: 30)
        _ = lifetime.disconnected(.withWill, at: Self.at(0))
        #expect(Self.text(lifetime.deadlinePassed(at: Self.at(29))) == "wake 30")
        #expect(Self.text(lifetime.deadlinePassed(at: Self.at(30))) == "will wake 60")
        #expect(Self.text(lifetime.deadlinePassed(at: Self.at(59))) == "wake 60")
        #expect(Self.text(lifetime.deadlinePassed(at: Self.at(60))) == "ends")
    }

    @Test func `a session's end does not wait for the will's delay`() throws {
        var lifetime = try Self.lifetime(expiry: 60, willDelay: 90)
        _ = lifetime.disconnected(.withWill, at: Self.at(0))
        #expect(Self.text(lifetime.deadlinePassed(at: Self.at(60))) == "will ends")
    }

    @Test func `a client that is back in time takes its will back`() throws {
        var lifetime = try Self.lifetime(expiry: 60, willDelay: 30)
        _ = lifetime.disconnected(.withWill, at: Self.at(0))
        lifetime.connected(expiryInterval: 60, will: nil)
        #expect(Self.text(lifetime.deadlinePassed(at: Self.at(30))) == "")
        #expect(Self.text(lifetime.disconnected(.withWill, at: Self.at(40))) == "wake 100")
    }

    @Test func `a session that was to end with its connection cannot be prolonged`() throws {
        var short = try Self.lifetime(expiry: 0)
        #expect(short.changeExpiry(to: 10) == false)
        var long = try Self.lifetime(expiry: 60)
        #expect(long.changeExpiry(to: 0) == true)
        #expect(Self.text(long.disconnected(.byClient, at: Self.at(0))) == "ends")
    }
}
