import Reactors

/// How a connection came to its end, as far as its session and will care.
enum ConnectionEnd: Sendable, Equatable {
    /// DISCONNECT with reason 0x00, or DISCONNECT of MQTT 3: the will is forgotten. [MQTT-3.14.4-3]
    case byClient
    /// Anything else: the will stands. [MQTT-3.1.2-8]
    case withWill
    /// Another connection of the same client has come, and does or does not ask for a new session.
    case takenOver(cleanStart: Bool)
    /// The server shuts down: the will is neither published nor forgotten. MQTT 5.0 § 3.1.2.5
    case atShutdown
    /// An operator sent the client away, and says what stays.
    case dismissed(Leftovers)
}

/// How long a session lasts and when its will is published. No I/O, no clock: times come in, decisions go out.
struct SessionLifetime {
    /// What is to be done after an event.
    struct Decision {
        /// The will is to be published.
        var will: WillMessage?
        /// The session is over.
        var ends = false
        /// When to ask again, by `deadlinePassed`.
        var wakeAt: MonotonicTime?
    }

    /// A session that is never over by itself. MQTT 5.0 § 3.1.2.11.2
    static let forever = UInt32.max

    private(set) var expiryInterval: UInt32 = 0
    private(set) var will: WillMessage?
    /// When the will is to be published; `distantFuture` while connected.
    private(set) var willDue = MonotonicTime.distantFuture
    /// When the session ends; `distantFuture` while connected, and for one that never does.
    private(set) var expiry = MonotonicTime.distantFuture
    private(set) var isConnected = false

    init() {}

    /// A session as the store has it: not connected, its times on this process's clock.
    init(expiryInterval: UInt32, expiry: MonotonicTime) {
        self.expiryInterval = expiryInterval
        self.expiry = expiry
    }

    /// Gives a session that is read from the store its will.
    mutating func restore(_ will: WillMessage, due: MonotonicTime) {
        // MQTT 3.1.1 [MQTT-3.1.2-12] [MQTT-3.1.2-8]; of 5.0: [MQTT-3.1.2-7]
        self.will = will
        willDue = due
    }

    /// What was due when the store was read.
    func restored() -> Decision { Decision(wakeAt: wakeTime) }

    /// Whether a will waits to be sent, or would be if the connection broke.
    var hasWill: Bool { will != nil }

    /// When the session ends unless its client comes back; nil while it is connected, and for one that lasts.
    var expiresAt: MonotonicTime? { isConnected || expiry == .distantFuture ? nil : expiry }

    /// When the will is sent unless the client comes back; nil without a delay that runs.
    var willDueAt: MonotonicTime? { willDue == .distantFuture ? nil : willDue }

    /// A connection began the session or took it up; a will that waits is not published. [MQTT-3.1.3-9]
    mutating func connected(expiryInterval: UInt32, will: WillMessage?) {
        self.expiryInterval = expiryInterval
        self.will = will
        willDue = .distantFuture
        expiry = .distantFuture
        isConnected = true
    }

    /// DISCONNECT gave another expiry interval; false where it may not: a session that was to end with its connection
    /// cannot be prolonged. MQTT 5.0 § 3.14.2.2.2
    mutating func changeExpiry(to interval: UInt32) -> Bool {
        guard expiryInterval != 0 || interval == 0 else { return false }
        expiryInterval = interval
        return true
    }

    /// The connection is gone; until then nothing of the session ends. [MQTT-4.1.0-1]
    mutating func disconnected(_ end: ConnectionEnd, at now: MonotonicTime) -> Decision {
        isConnected = false
        switch end {
        case .byClient, .atShutdown:
            will = nil
        case .takenOver(cleanStart: true):
            // The session ends, and with it the delay. MQTT 5.0 § 3.1.3.2.2
            return endNow()
        case .dismissed(let leftovers):
            if leftovers.will == .drop { will = nil }
            if leftovers.session == .drop { return endNow() }
        case .withWill, .takenOver(cleanStart: false):
            break
        }
        if expiryInterval == 0 { return endNow() }
        expiry = expiryInterval == Self.forever ? .distantFuture : now.advanced(by: .seconds(Int64(expiryInterval)))
        guard let will else { return Decision(wakeAt: wakeTime) }
        if will.delay == 0 { return Decision(will: takeWill(), wakeAt: wakeTime) }
        willDue = now.advanced(by: .seconds(Int64(will.delay)))
        return Decision(wakeAt: wakeTime)
    }

    /// The time asked for has come, or another has.
    mutating func deadlinePassed(at now: MonotonicTime) -> Decision {
        guard !isConnected else { return Decision() }
        if expiry <= now { return endNow() }
        if willDue <= now { return Decision(will: takeWill(), wakeAt: wakeTime) }
        return Decision(wakeAt: wakeTime)
    }

    /// The session ends for another reason: a client asked for a new one. [MQTT-3.1.2-4]
    mutating func discarded() -> Decision { endNow() }

    /// The client, which is not connected, is not to come back; what waits for it goes as `leftovers` says.
    mutating func dismissed(_ leftovers: Leftovers) -> Decision {
        if leftovers.will == .drop { will = nil }
        // What else is due stays due.
        return leftovers.session == .drop ? endNow() : Decision()
    }

    /// Whichever comes first, the end of the session or of the delay, publishes the will. MQTT 5.0 § 3.1.3.2.2
    private mutating func endNow() -> Decision {
        Decision(will: takeWill(), ends: true)
    }

    // [MQTT-3.1.2-10]
    private mutating func takeWill() -> WillMessage? {
        defer { will = nil }
        willDue = .distantFuture
        return will
    }

    private var wakeTime: MonotonicTime? {
        let first = min(willDue, expiry)
        return first == .distantFuture ? nil : first
    }
}
