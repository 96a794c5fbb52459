import Reactors

/// A stretch of a list of clients in order, so that going through the list page by page does not search all sessions for
/// each page.
struct ClientWindow: Sendable {
    let filter: ClientFilter
    /// Holds what comes behind this client id; from the beginning if nil.
    let after: ClientID?
    let entries: [ClientEntry]
    /// Whether the list goes on behind the last entry.
    let hasMore: Bool
    let madeAt: MonotonicTime

    /// Entries of a window: some megabytes while somebody pages.
    static let size = 65_536

    /// Puts what was found into order and keeps the first `size` of it.
    init(_ filter: ClientFilter, after: ClientID?, _ found: [ClientEntry], at now: MonotonicTime) {
        self.filter = filter
        self.after = after
        hasMore = found.count > Self.size
        entries = Array(found.sorted { $0.clientID < $1.clientID }.prefix(Self.size))
        madeAt = now
    }

    /// The entries behind a client id; nil when it does not know them all, or all that a page of `limit` needs.
    func entries(after clientID: ClientID, limit: Int) -> ArraySlice<ClientEntry>? {
        if let after, clientID < after { return nil }
        let rest = entries[entries.partitioningIndex { clientID < $0.clientID }...]
        return hasMore && rest.count <= limit ? nil : rest
    }
}

/// The windows of those who go through lists just now.
final class ClientWindows: Sendable {
    private let windows = Guarded<[ClientWindow]>([])

    /// Lists that are gone through at the same time without searching again; a further one takes the place of the oldest.
    private static let limit = 4
    /// How old a window gets: sessions that began since are not in it.
    static let lifetime = Duration.seconds(30)

    /// A window that has the page behind `clientID`.
    func entries(
        _ filter: ClientFilter,
        after clientID: ClientID,
        limit: Int,
        at now: MonotonicTime
    ) -> (ArraySlice<ClientEntry>, hasMore: Bool)? {
        windows.withLock { windows in
            windows.removeAll { now.duration(since: $0.madeAt) > Self.lifetime }
            for window in windows where window.filter == filter {
                if let rest = window.entries(after: clientID, limit: limit) { return (rest, window.hasMore) }
            }
            return nil
        }
    }

    /// Keeps a window for the next page.
    func keep(_ window: ClientWindow) {
        let dropped = windows.withLock { windows in
            var dropped = windows.filter { $0.filter == window.filter }
            windows.removeAll { $0.filter == window.filter }
            if windows.count == Self.limit { dropped.append(windows.removeFirst()) }
            windows.append(window)
            return dropped
        }
        // Freed when the lock is: a window can hold the last references to many ids.
        withExtendedLifetime(dropped) {}
    }
}

extension Array {
    /// The first index of which `isBehind` holds, in an array in which it holds from some index on.
    fileprivate func partitioningIndex(where isBehind: (Element) -> Bool) -> Int {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if isBehind(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
