/// Changes that are stored together or not at all, in order.
package struct StoreBatch: Sendable {
    /// The changes, to be applied one after the other.
    package var changes: [StoreChange]

    /// A batch of changes.
    package init(_ changes: [StoreChange] = []) {
        self.changes = changes
    }
}

/// One change of what is stored.
///
/// Putting a record replaces the one with the same key. Removing what is not there is no error: the batch may undo what an
/// earlier one never held.
package enum StoreChange: Sendable {
    /// Stores a record, in place of the one with its key if there is one.
    case put(StoredRecord)
    /// The last reference to a message has gone, or goes with this batch.
    case removeMessage(UInt64)
    /// Removes a session with its subscriptions, deliveries and inbound packet identifiers; not its will.
    case removeSession(SessionKey)
    /// Removes the subscription with exactly this filter, share name included.
    case removeSubscription(SessionKey, filter: [UInt8])
    /// Removes the deliveries with these sequence numbers; there may be gaps.
    case removeDeliveries(SessionKey, ClosedRange<UInt64>)
    /// Removes an inbound packet identifier.
    case removeInbound(SessionKey, packetID: UInt16)
    /// Removes a will: it was published or forgotten.
    case removeWill(UInt64)
    /// Removes what is retained for a topic.
    case removeRetained(topic: [UInt8])
}
