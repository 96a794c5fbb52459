package import MQTTCodec
import Reactors

/// A page of a list of clients.
package struct ClientPage: Sendable {
    /// In the order of their client ids.
    package let clients: [ClientSnapshot]
    /// Behind which client id the list goes on; nil at its end.
    package let next: ClientID?
}

/// Who is there, and what each has.
extension Broker {
    /// The most clients of one page.
    package static let largestClientPage = 100

    /// The sessions that `filter` shows, in the order of their client ids, behind `clientID`: one page of at most `limit`.
    ///
    /// Callable from anywhere. The sessions are looked for on their event loops, 512 a turn; the pages behind the first come
    /// from what was found then, for half a minute, so that sessions that began meanwhile may be missing from them. Sessions
    /// that ended are. An empty page once the reactors have stopped.
    package func clients(
        matching filter: ClientFilter = ClientFilter(),
        limit: Int = Broker.largestClientPage,
        after clientID: ClientID? = nil
    ) async -> ClientPage {
        let limit = max(1, min(limit, Self.largestClientPage))
        var (rest, hasMore) = await entries(filter, after: clientID, limit: limit)
        var clients: [ClientSnapshot] = []
        var last: ClientID?
        while clients.count < limit, !rest.isEmpty {
            let part = rest.prefix(limit - clients.count)
            clients += await snapshots(of: part)
            last = part.last?.clientID
            rest = rest.dropFirst(part.count)
        }
        hasMore = hasMore || !rest.isEmpty
        return ClientPage(clients: clients, next: hasMore ? last : nil)
    }

    /// What is known of one client; nil when there is no session of that id, or the reactors have stopped.
    package func client(_ clientID: ClientID) async -> ClientSnapshot? {
        let home = home(of: clientID)
        return await Reply.awaiting(or: nil) { reply in
            home.reactor.post { reply.send(home.snapshot(of: clientID)) }
        }
    }

    /// Ends a client's connection, and of its session what `leftovers` says; returns when that is done, or the reactors have
    /// stopped.
    package func dismiss(
        _ clientID: ClientID,
        reason: ReasonCode = .administrativeAction,
        leaving leftovers: Leftovers = .asAfterConnectionLoss
    ) async {
        _ = await Reply.awaiting(or: 0) { reply in
            disconnect(.clientIDs([clientID]), reason: reason, leaving: leftovers, completion: reply.send)
        }
    }

    // MARK: Finding

    private func entries(
        _ filter: ClientFilter,
        after clientID: ClientID?,
        limit: Int
    ) async -> (ArraySlice<ClientEntry>, hasMore: Bool) {
        let now = MonotonicTime.now()
        if let clientID, let known = clientWindows.entries(filter, after: clientID, limit: limit, at: now) {
            return known
        }
        let found = await withTaskGroup { group in
            for shard in shards {
                group.addTask {
                    await Reply<[ClientEntry]>.awaiting(or: []) { reply in
                        let scan = ClientScan(shard, filter, after: clientID, reply)
                        shard.reactor.post { scan.work() }
                    }
                }
            }
            return await group.reduce(into: []) { $0 += $1 }
        }
        let window = ClientWindow(filter, after: clientID, found, at: now)
        if window.entries.count > limit { clientWindows.keep(window) }
        return (window.entries[...], window.hasMore)
    }

    /// What is known of these sessions, in their order; those that have ended are left out.
    private func snapshots(of entries: ArraySlice<ClientEntry>) async -> [ClientSnapshot] {
        let handles = Dictionary(grouping: entries.map(\.session), by: \.shard)
        let known = await withTaskGroup { group in
            for (index, handles) in handles {
                let shard = shards[Int(index)]
                group.addTask {
                    await Reply<[ClientSnapshot]>.awaiting(or: []) { reply in
                        shard.reactor.post { reply.send(handles.compactMap { shard.snapshot(of: $0) }) }
                    }
                }
            }
            return await group.reduce(into: []) { $0 += $1 }
        }
        return known.sorted { $0.clientID < $1.clientID }
    }
}
