import MQTTCodec
import Reactors

/// One client's connection after CONNECT: reads its packets and carries out what they ask of its shard.
///
/// Belongs to its shard's reactor.
final class ClientConnection: StreamHandler {
    let shard: BrokerShard
    let stream: Stream
    let state: UnsafeMutablePointer<ConnectionState>
    /// Who is connected; nil before CONNACK and after the end.
    private(set) var client: ConnectedClient?
    /// Acknowledgements that wait for the store; nil before the first.
    var deferred: DeferredAcknowledgements?
    /// Whether a message was refused that only the connection's end can tell of.
    var isRefused = false

    init(shard: BrokerShard, stream: Stream, state initial: ConnectionState) {
        self.shard = shard
        self.stream = stream
        state = .allocate(capacity: 1)
        state.initialize(to: initial)
        shard.openConnections += 1
    }

    deinit {
        state.deinitialize(count: 1)
        state.deallocate()
    }

    /// The client's session; nil once the connection has ended.
    var session: UnsafeMutablePointer<Session>? { state.pointee.session }

    // MARK: The stream

    func streamOpened(_ stream: Stream) {}

    func stream(_ stream: Stream, received bytes: UnsafeRawBufferPointer) -> Int {
        if state.pointee.patience > 0 { beginPatience() }
        var consumed = 0
        while state.pointee.session != nil, state.pointee.holds.isEmpty, consumed < bytes.count {
            let rest = UnsafeRawBufferPointer(rebasing: bytes[consumed...])
            let size = handleNext(rest)
            if size == 0 { break }
            consumed += size
            if shard.paces.areSet { keepPace(type: rest[0] >> 4, bytes: size) }
            if state.pointee.hasSearchedRetained {
                state.pointee.hasSearchedRetained = false
                // One such search a turn: many small packets must not stall the others either.
                if consumed < bytes.count { holdUntilNextTurn() }
            }
        }
        shard.counters.add(.receivedBytes, consumed)
        state.pointee.receivedBytes &+= UInt64(consumed)
        if stream.queuedBytes > shard.configuration.writeHighWaterMark * Self.floodFactor { hold(.ownQueue) }
        return consumed
    }

    func streamDrained(_ stream: Stream) {
        release(.ownQueue)
        if let session { shard.pump(session) }
    }

    func streamEnded(_ stream: Stream) {
        close(.withWill, because: .connectionLost)
    }

    func streamDeadlinePassed(_ stream: Stream) {
        // [MQTT-3.1.2-22]
        end(.withWill, telling: .keepAliveTimeout)
    }

    func streamShouldEnd(_ stream: Stream) {
        end(.atShutdown, telling: .serverShuttingDown)
    }

    func stream(_ stream: Stream, closedBecause reason: StreamCloseReason) {
        finish(.withWill, .connectionLost)
        shard.openConnections -= 1
    }

    // MARK: Time

    /// Gives the client its time anew.
    func beginPatience() {
        let patience = state.pointee.patience
        let now = shard.reactor.now.nanoseconds
        stream.deadline = patience == 0 ? nil : MonotonicTime(nanoseconds: now &+ patience)
    }

    // MARK: Holding back

    /// Deliveries stop at the high-water mark; what goes on beyond it are acknowledgements that nobody reads.
    private static let floodFactor = 2

    /// Stops reading the client until `release`.
    func hold(_ reason: ConnectionState.Holds) {
        guard !state.pointee.holds.contains(reason) else { return }
        state.pointee.holds.insert(reason)
        shard.counters.add(reason == .rate ? .rateHolds : .publishersHeldBack)
        // A client that we do not read must not be blamed for its silence; one that does not read us has its usual time
        // to begin again, or it would keep its place and its queue for ever.
        if reason == .ownQueue { beginPatience() } else { stream.deadline = nil }
        stream.pauseReading()
    }

    /// Leaves the rest of the input for the next turn.
    private func holdUntilNextTurn() {
        guard state.pointee.session != nil else { return }
        state.pointee.holds.insert(.nextTurn)
        stream.pauseReading()
        shard.resumeInNextTurn(self)
    }

    /// Reads the client again, unless there is another reason not to.
    func release(_ reason: ConnectionState.Holds) {
        guard state.pointee.holds.contains(reason) else { return }
        state.pointee.holds.remove(reason)
        guard state.pointee.session != nil else { return }
        guard state.pointee.holds.isEmpty else {
            if !state.pointee.holds.contains(.ownQueue) { stream.deadline = nil }
            return
        }
        if state.pointee.patience > 0 { beginPatience() }
        stream.resumeReading()
    }

    // MARK: Ending

    /// Ends the connection: tells the client why, if it is of 5.0, and lets the session go on or end as `end` has it.
    ///
    /// - Parameter why: the reason in a sentence, for the people who look for the client's mistake.
    func end(_ end: ConnectionEnd, telling reason: ReasonCode, why: String? = nil) {
        // It has a session until its end, behind which nothing is sent. [MQTT-3.14.4-1]
        guard state.pointee.session != nil else { return }
        // Not before CONNACK, which may wait for the store. [MQTT-3.14.0-1]
        if state.pointee.version.hasProperties, client != nil {
            var packet = DisconnectPacket(reasonCode: reason)
            packet.properties.reasonString = why.flatMap { try? Text($0) }
            send(packet)
        }
        // [MQTT-3.14.4-2] [MQTT-4.13.2-1]
        close(end, because: .byBroker(reason))
    }

    /// Ends the connection without a word: its end came from the other side.
    func close(_ end: ConnectionEnd, because cause: DisconnectCause) {
        stream.close(afterFlush: true, flushTime: shard.configuration.closeDeadline)
        finish(end, cause)
    }

    /// The client broke a rule: DISCONNECT with the reason (5.0), and the connection is closed. [MQTT-4.13.1-1]
    /// MQTT 3.1.1 [MQTT-4.8.0-1]
    func refuse(_ reason: ReasonCode, why: String? = nil) {
        end(.withWill, telling: reason, why: why)
    }

    private func finish(_ end: ConnectionEnd, _ cause: DisconnectCause) {
        guard let session = state.pointee.session else { return }
        let traffic = traffic
        state.pointee.session = nil
        shard.reactor.cancel(state.pointee.rateTimer)
        shard.connectionEnded(session, end)
        if let client { shard.observer?.clientDisconnected(client, because: cause, after: traffic) }
        client = nil
    }

    /// The client has been let in.
    func began(_ profile: ClientProfile, _ connect: ConnectPacket, keepAlive: UInt16, sessionPresent: Bool) {
        var profile = profile
        // It has served, and keeps alive what it was made from.
        profile.recheck = nil
        let client = ConnectedClient(
            profile: profile,
            peer: stream.peer,
            version: connect.version,
            cleanStart: connect.cleanStart,
            keepAlive: keepAlive,
            sessionPresent: sessionPresent,
            connectedAt: shard.reactor.now
        )
        self.client = client
        shard.observer?.clientConnected(client)
    }
}
