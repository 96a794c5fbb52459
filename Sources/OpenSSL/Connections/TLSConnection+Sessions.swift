import COpenSSL
import FoundationEssentials

extension TLSConnection {
    /// Keeps a session for resumption; the cache then owns the reference that OpenSSL took for us.
    func keep(_ session: OpaquePointer) -> Bool {
        guard let cache = context.sessionCache, let negotiation, let binding = negotiation.binding,
            let id = SessionID(of: session)
        else { return false }
        let now = context.clock.seconds()
        let ancestor = isResumed ? negotiation.candidate : nil
        let chain = ancestor?.verifiedChain ?? verifiedChain
        var lineageExpiry = ancestor?.lineageExpiry ?? now + cache.maximumAge.components.seconds
        if let chain { lineageExpiry = min(lineageExpiry, Int64(chain.validUntil.timeIntervalSince1970)) }
        let entry = SessionEntry(
            binding: binding,
            expiry: min(lineageExpiry, now + cache.ticketLifetime.components.seconds),
            lineageExpiry: lineageExpiry,
            verifiedChain: chain
        )
        cache.store(SSLSessionHandle(adopting: session), as: entry, id: id)
        return true
    }

    /// The session of an id or ticket, if this connection may resume it; the caller owns the reference.
    func findSession(_ id: UnsafeRawBufferPointer) -> OpaquePointer? {
        guard let cache = context.sessionCache, let binding = negotiation?.binding, let id = SessionID(id) else {
            return nil
        }
        guard let found = cache.find(id, binding: binding, now: context.clock.seconds()) else { return nil }
        negotiation?.candidate = found.entry
        return found.release()
    }
}

extension TLSContext {
    static let index = sluice_SSL_CTX_get_ex_new_index()

    /// A session went bad.
    func forget(_ session: OpaquePointer) {
        guard let id = SessionID(of: session) else { return }
        sessionCache?.remove(id)
    }
}

extension SessionID {
    /// The id of a session made here.
    init?(of session: OpaquePointer) {
        var count: UInt32 = 0
        let bytes = SSL_SESSION_get_id(session, &count)
        self.init(UnsafeRawBufferPointer(start: bytes, count: Int(count)))
    }
}
