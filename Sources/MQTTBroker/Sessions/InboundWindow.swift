import MQTTCodec

/// The QoS 2 messages a client has sent and not yet released: each is passed on once, however often it comes.
///
/// QoS 1 messages never are in it [MQTT-4.3.2-5]: they are acknowledged in the turn they arrive. MQTT 5.0 § 4.3.3
struct InboundWindow {
    /// Identifiers between PUBREC and PUBCOMP, sorted.
    private var open: ContiguousArray<UInt16> = []
    /// How many were open when the present connection began.
    private var carried = 0
    /// Where what is open is counted; outlives the session.
    private unowned(unsafe) let counters: Counters?
    /// Those of `open` whose messages the store does not have yet.
    private var pending: [UInt16: CommitTicket] = [:]

    init(counters: Counters? = nil) {
        self.counters = counters
    }

    /// What a PUBLISH with a packet identifier is.
    enum Verdict: Equatable {
        /// New: pass it on.
        case new
        /// Already passed on, not yet released: answer and do no more. [MQTT-4.3.3-10]
        case repeated
        /// More than the client was told it may have open. [MQTT-3.3.4-7]
        case exceedsReceiveMaximum
    }

    /// Messages between PUBREC and PUBCOMP.
    var count: Int { open.count }

    /// A connection took the session up. What was open before does not count against it: the client's quota begins anew.
    /// MQTT 5.0 § 4.9
    mutating func connected() { carried = open.count }

    /// Judges a PUBLISH of QoS 1 or 2; `limit` is the Receive Maximum we told.
    func verdict(qos: QoS, packetID: UInt16, limit: Int) -> Verdict {
        if qos == .exactlyOnce, case (let found, _) = position(of: packetID), found { return .repeated }
        return open.count < limit + carried ? .new : .exceedsReceiveMaximum
    }

    /// Remembers a QoS 2 message that was passed on and is answered with PUBREC.
    mutating func accept(_ packetID: UInt16) {
        let (found, index) = position(of: packetID)
        guard !found else { return }
        open.insert(packetID, at: index)
        counters?.add(.openInboundMessages)
    }

    /// As `accept`, where PUBREC may have to wait for the store.
    mutating func accept(_ packetID: UInt16, after ticket: CommitTicket?) {
        accept(packetID)
        guard let ticket, !ticket.isSettled else { return }
        pending[packetID] = ticket
    }

    /// What PUBREC for a message that is sent again must wait for; nil where it need not.
    func ticket(of packetID: UInt16) -> CommitTicket? {
        pending.isEmpty ? nil : pending[packetID]
    }

    /// The store has the message of a ticket, or has refused it: then nothing was accepted.
    mutating func settled(_ packetID: UInt16, _ ticket: CommitTicket) {
        guard !pending.isEmpty, pending[packetID] === ticket else { return }
        pending[packetID] = nil
        if ticket.isRefused { _ = release(packetID) }
    }

    /// Puts back what the store has.
    mutating func restore(_ packetID: UInt16) { accept(packetID) }

    /// PUBREL: the identifier is free again. Tells whether it was in use. [MQTT-4.3.3-12]
    mutating func release(_ packetID: UInt16) -> Bool {
        let (found, index) = position(of: packetID)
        guard found else { return false }
        open.remove(at: index)
        if open.isEmpty { open = [] }
        counters?.add(.openInboundMessages, -1)
        return true
    }

    /// Whether an exchange is open under an identifier.
    func isOpen(_ packetID: UInt16) -> Bool { position(of: packetID).found }

    private func position(of packetID: UInt16) -> (found: Bool, index: Int) {
        var low = 0
        var high = open.count
        while low < high {
            let middle = (low + high) / 2
            if open[middle] < packetID { low = middle + 1 } else { high = middle }
        }
        return (low < open.count && open[low] == packetID, low)
    }
}
