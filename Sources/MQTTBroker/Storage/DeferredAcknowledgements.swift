import MQTTCodec

/// The acknowledgements of one connection that wait for the store, and those that wait behind them. [MQTT-4.6.0-2]
/// [MQTT-4.6.0-3]
final class DeferredAcknowledgements {
    /// One of them.
    struct Entry {
        let kind: AcknowledgementPacket.Kind
        let packetID: UInt16
        let reason: ReasonCode
        /// Nil where it only waits for its turn.
        let ticket: CommitTicket?
    }

    private var entries = RingBuffer<Entry>()

    var isEmpty: Bool { entries.isEmpty }

    func append(_ entry: Entry) { entries.append(entry) }

    /// Takes the first one, if it need not wait any more.
    func popReady() -> Entry? {
        guard !entries.isEmpty, entries[0].ticket?.isSettled != false else { return nil }
        return entries.popFirst()
    }
}
