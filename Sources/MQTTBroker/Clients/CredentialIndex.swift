/// One session in a `CredentialIndex`.
struct CredentialEntry: BitwiseCopyable {
    let credential: Credential
    /// The issuer's number; 0 for none.
    let issuer: UInt32
    /// The session's slot; 0 in an entry that is not used.
    var session: UInt32
    /// Other sessions with the same credential.
    var next: UInt32 = 0
    var previous: UInt32 = 0
}

/// The sessions of one shard by the credentials of their clients: finding all sessions of a certificate costs one probe,
/// finding all of a CA one walk over entries that lie side by side.
///
/// A session costs 48 bytes here, and 11 to 22 in the table for its credential; one without a credential costs nothing.
/// Sessions that share a credential hang together, however many they are.
struct CredentialIndex: ~Copyable {
    private let hash: KeyedHash
    private var entries = SlotArena<CredentialEntry>()
    private var heads = ProbeTable()
    private var issuers = IssuerNumbers()

    init(hash: KeyedHash = KeyedHash()) {
        self.hash = hash
    }

    /// Sessions held.
    var count: Int { entries.count }

    /// One more than the highest entry ever used: where a walk over all of them ends.
    var end: UInt32 { entries.end }

    /// Enters a session and gives the number of its entry, which is never 0.
    mutating func insert(_ credential: Credential, issuer: Credential?, session: UInt32) -> UInt32 {
        let tag = tag(of: credential)
        let head = find(credential, tag)
        let issuer = issuer.map { issuers.retain($0) } ?? 0
        let entry = CredentialEntry(credential: credential, issuer: issuer, session: session)
        let number = entries.insert(entry)
        if head == 0 {
            heads.insert(tag: tag, number: number)
        } else {
            // Behind the head, so that the table keeps pointing at the same entry.
            let second = entries[head].pointee.next
            entries[number].pointee.previous = head
            entries[number].pointee.next = second
            entries[head].pointee.next = number
            if second != 0 { entries[second].pointee.previous = number }
        }
        return number
    }

    /// Takes out the entry that `insert` numbered.
    mutating func remove(_ number: UInt32) {
        let entry = entries[number].pointee
        if entry.next != 0 { entries[entry.next].pointee.previous = entry.previous }
        if entry.previous != 0 {
            entries[entry.previous].pointee.next = entry.next
        } else {
            let tag = tag(of: entry.credential)
            heads.remove(tag: tag, number: number)
            if entry.next != 0 { heads.insert(tag: tag, number: entry.next) }
        }
        if entry.issuer != 0 { issuers.release(entry.issuer) }
        entries[number].pointee.session = 0
        entries.remove(number)
    }

    /// The credential of an entry, and its issuer.
    func credentials(of number: UInt32) -> (credential: Credential, issuer: Credential?) {
        let entry = entries[number].pointee
        return (entry.credential, issuers[entry.issuer])
    }

    /// Calls `body` with the slot of every session that a credential has.
    func forEachSession(of credential: Credential, _ body: (UInt32) -> Void) {
        var number = find(credential, tag(of: credential))
        while number != 0 {
            let entry = entries[number].pointee
            body(entry.session)
            number = entry.next
        }
    }

    /// Calls `body` with the slot of every session among entries `range` whose credential `issuer` issued.
    func forEachSession(issuedBy issuer: Credential, in range: Range<UInt32>, _ body: (UInt32) -> Void) {
        let wanted = issuers.number(of: issuer)
        guard wanted != 0 else { return }
        for number in range.clamped(to: 1..<entries.end) {
            let entry = entries[number]
            if entry.pointee.session != 0, entry.pointee.issuer == wanted { body(entry.pointee.session) }
        }
    }

    private func find(_ credential: Credential, _ tag: UInt32) -> UInt32 {
        heads.find(tag: tag) { entries[$0].pointee.credential == credential }
    }

    private func tag(of credential: Credential) -> UInt32 {
        UInt32(truncatingIfNeeded: credential.withBytes { hash($0) })
    }
}

/// The issuers in use, each with a small number: a broker's clients have a handful of them.
struct IssuerNumbers {
    private struct Issuer {
        let credential: Credential
        var uses: Int
    }

    private var known: [Credential: UInt32] = [:]
    private var issuers: [Issuer] = []
    private var free: [UInt32] = []

    /// The issuer's number; 0 when nobody uses it.
    func number(of issuer: Credential) -> UInt32 { known[issuer] ?? 0 }

    subscript(number: UInt32) -> Credential? { number == 0 ? nil : issuers[Int(number) - 1].credential }

    mutating func retain(_ issuer: Credential) -> UInt32 {
        if let number = known[issuer] {
            issuers[Int(number) - 1].uses += 1
            return number
        }
        let number: UInt32
        if let used = free.popLast() {
            number = used
            issuers[Int(number) - 1] = Issuer(credential: issuer, uses: 1)
        } else {
            issuers.append(Issuer(credential: issuer, uses: 1))
            number = UInt32(issuers.count)
        }
        known[issuer] = number
        return number
    }

    mutating func release(_ number: UInt32) {
        issuers[Int(number) - 1].uses -= 1
        guard issuers[Int(number) - 1].uses == 0 else { return }
        known[issuers[Int(number) - 1].credential] = nil
        free.append(number)
    }
}
