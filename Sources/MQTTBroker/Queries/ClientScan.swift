import MQTTCodec
import Reactors

/// One session that a list will show.
struct ClientEntry: Sendable {
    let clientID: ClientID
    let session: SessionHandle
}

/// The sessions of one shard that a filter shows, looked for a part a turn so that nobody's messages wait for it.
// Sendable: after it was made, it is used on its shard's reactor alone.
final class ClientScan: @unchecked Sendable {
    private let shard: BrokerShard
    private let filter: ClientFilter
    private let after: ClientID?
    private let reply: Reply<[ClientEntry]>
    private var place: UInt32 = 1
    private var found: [ClientEntry] = []

    /// Places looked at in one turn: three cache misses each, some hundred microseconds in all.
    static let slotsPerTurn: UInt32 = 512

    init(_ shard: BrokerShard, _ filter: ClientFilter, after: ClientID?, _ reply: Reply<[ClientEntry]>) {
        self.shard = shard
        self.filter = filter
        self.after = after
        self.reply = reply
    }

    /// Looks at some places, and at the rest in later turns; on the shard's reactor.
    func work() {
        let end = shard.slots.pointee.end
        let limit = place + min(Self.slotsPerTurn, max(end, place) - place)
        for number in place..<limit {
            guard let session = shard.session(inSlot: number, meeting: filter, after: after) else { continue }
            found.append(ClientEntry(clientID: session.pointee.clientID, session: session.pointee.handle))
        }
        place = limit
        guard place < end else { return reply.send(found) }
        shard.reactor.post { [self] in work() }
    }
}
