import Synchronization

/// Every registered client certificate and tombstone in memory, for the handshake: any thread, no I/O.
///
/// 256 shards, each an open-addressing table under a lock of its own. A look-up costs one uncontended lock, a handful of
/// compared words and the making of the entry. A certificate costs a slot of 40 bytes at a load between 3/8 and 3/4, and its
/// client id's bytes and two more.
package final class DeviceTable: Sendable {
    private final class Shard: Sendable {
        let content = Mutex(DeviceShard())
    }

    private let shards: [Shard]
    private let authorities = Mutex(AuthorityNumbers())
    private let counted = Mutex(DeviceCounts())

    /// Shards of the table: a power of two; many more than threads that look up at once.
    private static let shardCount = 256

    init() {
        shards = (0..<Self.shardCount).map { _ in Shard() }
    }

    /// What is known of a certificate; `nil` if it is not registered.
    func entry(_ fingerprint: Fingerprint) -> DeviceEntry? {
        let words = FingerprintWords(fingerprint)
        return shard(of: words).content.withLock { $0.entry(words) }
    }

    /// Whether the certificate was deleted and left a tombstone.
    func isBarred(_ fingerprint: Fingerprint) -> Bool {
        let words = FingerprintWords(fingerprint)
        return shard(of: words).content.withLock { $0.tag(words)?.kind.isTombstone ?? false }
    }

    /// Whether the certificate was revoked before it was deleted.
    func isBarredForGood(_ fingerprint: Fingerprint) -> Bool {
        let words = FingerprintWords(fingerprint)
        return shard(of: words).content.withLock { $0.tag(words)?.kind == .revokedTombstone }
    }

    /// How many there are.
    var counts: DeviceCounts { counted.withLock { $0 } }

    /// Takes over what a change came to. Changes come one at a time.
    func publish(_ change: DeviceChange) {
        let words = FingerprintWords(change.fingerprint)
        let authority = change.after.map { number(of: $0.authority) }
        shard(of: words).content.withLock { shard in
            if let after = change.after, let authority {
                let tag = DeviceTag(
                    kind: DeviceTag.Kind(after.state),
                    authority: authority,
                    isFromList: after.facts.isFromList
                )
                shard.set(words, tag: tag, clientID: after.clientID)
            } else if change.action == .delete, let tombstone = change.tombstone {
                let kind = DeviceTag.Kind(tombstoneOf: tombstone.state)
                shard.set(words, tag: DeviceTag(kind: kind, authority: 0), clientID: nil)
            } else {
                shard.remove(words)
            }
        }
        counted.withLock { $0.take(change) }
    }

    /// Forgets the tombstones of certificates that have ended.
    func forgetTombstones(_ fingerprints: [Fingerprint]) {
        for fingerprint in fingerprints where isBarred(fingerprint) {
            let words = FingerprintWords(fingerprint)
            shard(of: words).content.withLock { $0.remove(words) }
            counted.withLock { $0.tombstones -= 1 }
        }
    }

    /// Adds a record or tombstone as it comes from the store, before anybody looks anything up.
    fileprivate func load(_ words: FingerprintWords, tag: DeviceTag, clientID: UnsafeRawBufferPointer?) {
        shard(of: words).content.withLock { $0.set(words, tag: tag, clientIDBytes: clientID) }
    }

    fileprivate func adopt(_ counts: DeviceCounts) {
        counted.withLock { $0 = counts }
    }

    fileprivate func number(of authority: Fingerprint) -> UInt32 {
        let (number, names) = authorities.withLock { numbers -> (UInt32, [Fingerprint]?) in
            if let known = numbers.byFingerprint[authority] { return (known, nil) }
            let number = UInt32(numbers.names.count)
            numbers.names.append(authority)
            numbers.byFingerprint[authority] = number
            return (number, numbers.names)
        }
        if let names {
            // The shards share the array's storage.
            for shard in shards { shard.content.withLock { $0.authorities = names } }
        }
        return number
    }

    private func shard(of words: FingerprintWords) -> Shard {
        shards[Int(truncatingIfNeeded: words.first) & (Self.shardCount - 1)]
    }
}

/// CAs by small numbers, so that a slot needs four bytes for one. A number is never used again.
private struct AuthorityNumbers {
    var names: [Fingerprint] = []
    var byFingerprint: [Fingerprint: UInt32] = [:]
}

extension DeviceCounts {
    fileprivate mutating func take(_ change: DeviceChange) {
        if let before = change.before { add(-1, state: before.state, authority: before.authority) }
        if let after = change.after { add(1, state: after.state, authority: after.authority) }
        guard change.tombstone != nil else { return }
        tombstones += change.action == .delete ? 1 : -1
    }

    fileprivate mutating func add(_ count: Int, state: ClientCertificateState, authority: Fingerprint) {
        let inState = (byState[state] ?? 0) + count
        byState[state] = inState == 0 ? nil : inState
        let ofAuthority = (byAuthority[authority] ?? 0) + count
        byAuthority[authority] = ofAuthority == 0 ? nil : ofAuthority
    }
}

/// Fills the table from the store, row by row, without a Swift string or array for any of them. One thread.
package final class DeviceTableLoader {
    private let table: DeviceTable
    private var authority: (words: FingerprintWords, number: UInt32)?
    private var tallies: [UInt32: [DeviceTag.Kind: Int]] = [:]
    private var authorities: [UInt32: Fingerprint] = [:]

    init(_ table: DeviceTable) { self.table = table }

    /// Adds a record. `false` if a fingerprint has not 32 bytes, or the client id is longer than MQTT's.
    package func add(
        fingerprint: UnsafeRawBufferPointer,
        authority: UnsafeRawBufferPointer,
        state: ClientCertificateState,
        clientID: UnsafeRawBufferPointer?,
        isFromList: Bool
    ) -> Bool {
        guard let words = FingerprintWords(fingerprint), let number = number(of: authority),
            (clientID?.count ?? 0) <= ClientIdentifier.maximumLength
        else { return false }
        let kind = DeviceTag.Kind(state)
        let tag = DeviceTag(kind: kind, authority: number, isFromList: isFromList)
        table.load(words, tag: tag, clientID: clientID)
        tallies[number, default: [:]][kind, default: 0] += 1
        return true
    }

    /// Adds a tombstone of a certificate that was deleted in this state. `false` if the fingerprint has not 32 bytes.
    package func addTombstone(fingerprint: UnsafeRawBufferPointer, state: ClientCertificateState) -> Bool {
        guard let words = FingerprintWords(fingerprint) else { return false }
        table.load(words, tag: DeviceTag(kind: DeviceTag.Kind(tombstoneOf: state), authority: 0), clientID: nil)
        tombstones += 1
        return true
    }

    private var tombstones = 0

    /// Hands the counts over.
    func finish() {
        var counts = DeviceCounts()
        counts.tombstones = tombstones
        for (number, byKind) in tallies {
            guard let authority = authorities[number] else { continue }
            for (kind, count) in byKind {
                guard let state = kind.state else { continue }
                counts.add(count, state: state, authority: authority)
            }
        }
        table.adopt(counts)
    }

    /// Neighbouring rows mostly belong to one CA.
    private func number(of bytes: UnsafeRawBufferPointer) -> UInt32? {
        guard let words = FingerprintWords(bytes) else { return nil }
        if let authority, authority.words == words { return authority.number }
        guard let fingerprint = try? Fingerprint(Array(bytes)) else { return nil }
        let number = table.number(of: fingerprint)
        authority = (words, number)
        authorities[number] = fingerprint
        return number
    }
}
