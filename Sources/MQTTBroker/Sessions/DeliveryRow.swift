/// What becomes of a session's messages in the store.
enum Storing: Equatable {
    /// The session ends with its connection, or there is no store.
    case no
    /// They are stored; nothing waits for it.
    case alongside
    /// They are stored, and a QoS 2 exchange takes each step only after the store has it.
    case beforeSending
}

/// How one delivery stands with the store.
struct DeliveryRow: BitwiseCopyable {
    /// Its number among those of its session, from 1; 0 in a session that is not stored.
    var sequence: UInt64 = 0
    /// Where it waits to be handed to the writer, and can still be called back; 0 if it does not.
    var place: UInt64 = 0
    /// Whether a version of it is with the writer, the answer still to come. Never two at a time: they could change places.
    var isUnderway = false
    /// Whether it has changed since that version.
    var isStale = false
    /// Whether the store has it, in some version.
    var isStored = false
}

/// What happened to a delivery that the store may know.
enum RowNews {
    /// It has left the queue. The message stays alive until the store has forgotten the row.
    case gone(DeliveryRow, Message?)
    /// Its identifier or stage has changed. The message is one that the row no longer refers to.
    case changed(sequence: UInt64, Message?)
}

/// Rows: numbers, news, and the store's answers.
extension OutboundQueue {
    /// Takes what the store has not been told yet.
    mutating func takeNews() -> ContiguousArray<RowNews> {
        var taken: ContiguousArray<RowNews> = []
        swap(&taken, &news)
        return taken
    }

    /// The delivery with the next number.
    @inline(__always)
    mutating func numbered(_ delivery: Delivery) -> Delivery {
        guard storing != .no else { return delivery }
        var delivery = delivery
        lastSequence += 1
        delivery.row.sequence = lastSequence
        return delivery
    }

    mutating func gone(_ row: DeliveryRow, _ message: Message?) {
        // What becomes of one that is underway is settled by the answer.
        if row.place != 0 || row.isStored && !row.isUnderway { news.append(.gone(row, message)) }
    }

    mutating func changed(_ row: DeliveryRow, _ dropped: Message? = nil) {
        if row.sequence != 0 { news.append(.changed(sequence: row.sequence, dropped)) }
    }

    /// Forgets that anything was stored: the session ends with its connection from now on.
    mutating func stopStoring() {
        storing = .no
        for index in 0..<inFlight.count {
            gone(inFlight[index].row, inFlight[index].delivery?.message)
            inFlight[index].row = DeliveryRow()
            inFlight[index].delivery?.row = DeliveryRow()
            inFlight[index].isHeld = false
        }
        for index in 0..<waiting.count {
            gone(waiting[index].row, waiting[index].message)
            waiting[index].row = DeliveryRow()
        }
    }

    // MARK: One row

    /// A row as it is to be written.
    struct Version {
        /// Nil once the receiver has it.
        var delivery: Delivery?
        /// 0 while it waits.
        var packetID: UInt16
        var stage: StoredDelivery.Stage
    }

    /// What to write for a row; nil where the delivery has gone.
    func version(of sequence: UInt64) -> Version? {
        switch place(of: sequence) {
        case .inFlight(let index):
            let entry = inFlight[index]
            return Version(delivery: entry.delivery, packetID: entry.packetID, stage: entry.stage.stored)
        case .waiting(let index): return Version(delivery: waiting[index], packetID: 0, stage: .waiting)
        case nil: return nil
        }
    }

    /// Calls `body` with a row to be changed; false where the delivery has gone.
    mutating func changeRow(_ sequence: UInt64, _ body: (inout DeliveryRow) -> Void) -> Bool {
        switch place(of: sequence) {
        case .inFlight(let index): body(&inFlight[index].row)
        case .waiting(let index): body(&waiting[index].row)
        case nil: return false
        }
        return true
    }

    // MARK: The store's answers

    /// What an answer of the store allows.
    enum Release: Equatable {
        /// The delivery has gone meanwhile: what was stored of it must go too.
        case gone
        /// It has changed meanwhile and is to be stored again.
        case again
        case nothing
        /// What `next` gives may be more now.
        case next
        /// PUBREL is to be sent.
        case pubrel(packetID: UInt16)
    }

    /// A version of a row has been stored.
    mutating func stored(_ sequence: UInt64) -> Release {
        switch place(of: sequence) {
        case nil: return .gone
        case .waiting(let index): return Self.stored(&waiting[index].row) ? .nothing : .again
        case .inFlight(let index):
            guard Self.stored(&inFlight[index].row) else { return .again }
            guard inFlight[index].isHeld else { return .nothing }
            inFlight[index].isHeld = false
            guard inFlight[index].stage == .awaitsPubcomp, index < sentCount else { return .next }
            return .pubrel(packetID: inFlight[index].packetID)
        }
    }

    /// Notes the answer; tells whether the version is the present one.
    private static func stored(_ row: inout DeliveryRow) -> Bool {
        row.isUnderway = false
        row.isStored = true
        defer { row.isStale = false }
        return !row.isStale
    }

    /// A version of a row could not be stored. With `mayGo` its publisher is told so, and it
    /// goes, unless its receiver may have it.
    mutating func refused(_ sequence: UInt64, mayGo: Bool) -> Release {
        switch place(of: sequence) {
        case nil: return .gone
        case .waiting(let index):
            waiting[index].row.isUnderway = false
            guard mayGo, !waiting[index].row.isStored else { return .again }
            _ = takeWaiting(at: index)
            return .nothing
        case .inFlight(let index):
            inFlight[index].row.isUnderway = false
            guard mayGo, !inFlight[index].row.isStored else { return .again }
            if !inFlight[index].wasSent { leave(at: index) }
            return .next
        }
    }

    // MARK: Restart

    /// Puts a stored delivery back, behind those put back before: those in flight first. Tells under which number its row
    /// is stored where that is not its number any more, or that it cannot be put back at all.
    ///
    /// An identifier that was given to a message that waited, and not stored before the crash, is forgotten; then those
    /// that came after it may be in flight and it not. It comes behind them, and its row gets a number that says so.
    mutating func restore(_ stored: StoredDelivery, _ delivery: Delivery?) -> UInt64? {
        let isInOrder = stored.sequence > lastSequence
        let row = DeliveryRow(sequence: isInOrder ? stored.sequence : lastSequence + 1, isStored: isInOrder)
        if let stage = stored.stage.inFlight, stored.packetID != 0, follows(stored.packetID) {
            inFlight.append(
                InFlight(packetID: stored.packetID, stage: stage, delivery: delivery, row: row, wasSent: true)
            )
            inFlightBytes += delivery?.message.count ?? 0
            count(inFlight: 1, bytes: delivery?.message.count ?? 0)
            lastPacketID = stored.packetID
        } else if var delivery {
            delivery.row = row
            waiting.append(delivery)
            waitingBytes += delivery.message.count
            count(waiting: 1, bytes: delivery.message.count)
        } else {
            return stored.sequence
        }
        lastSequence = row.sequence
        return isInOrder ? nil : stored.sequence
    }

    /// The numbers of rows that have been put back and are not stored under them.
    var unstored: [UInt64] {
        var found: [UInt64] = []
        for index in 0..<inFlight.count where !inFlight[index].row.isStored {
            found.append(inFlight[index].row.sequence)
        }
        for index in 0..<waiting.count where !waiting[index].row.isStored {
            found.append(waiting[index].row.sequence)
        }
        return found
    }

    /// Whether an identifier comes after all in flight, in the round of identifiers.
    private func follows(_ packetID: UInt16) -> Bool {
        guard !inFlight.isEmpty else { return true }
        let oldest = inFlight[0].packetID
        let last = inFlight[inFlight.count - 1].packetID
        return Self.distance(from: oldest, to: packetID) > Self.distance(from: oldest, to: last)
    }

    // MARK: Finding

    private enum Place {
        case inFlight(Int)
        case waiting(Int)
    }

    /// Numbers grow from front to back, in both parts.
    private func place(of sequence: UInt64) -> Place? {
        if let index = Self.search(inFlight.count, sequence, { inFlight[$0].row.sequence }) { return .inFlight(index) }
        return Self.search(waiting.count, sequence) { waiting[$0].row.sequence }.map { .waiting($0) }
    }

    private static func search(_ count: Int, _ wanted: UInt64, _ sequence: (Int) -> UInt64) -> Int? {
        var low = 0
        var high = count
        while low < high {
            let middle = (low + high) / 2
            let found = sequence(middle)
            if found == wanted { return middle }
            if found < wanted { low = middle + 1 } else { high = middle }
        }
        return nil
    }
}

extension OutboundQueue.Stage {
    /// The stage as it is stored.
    fileprivate var stored: StoredDelivery.Stage {
        switch self {
        case .awaitsPuback: .awaitsPuback
        case .awaitsPubrec: .awaitsPubrec
        case .awaitsPubcomp: .awaitsPubcomp
        }
    }
}

extension StoredDelivery.Stage {
    /// The stage in flight; nil while it waits.
    fileprivate var inFlight: OutboundQueue.Stage? {
        switch self {
        case .waiting: nil
        case .awaitsPuback: .awaitsPuback
        case .awaitsPubrec: .awaitsPubrec
        case .awaitsPubcomp: .awaitsPubcomp
        }
    }
}
