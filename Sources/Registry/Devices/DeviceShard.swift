/// One shard of the device table: open addressing with linear probing, removal by shifting back.
struct DeviceShard {
    /// The CAs by their number.
    var authorities: [Fingerprint] = []
    private var slots: [DeviceSlot] = []
    private var count = 0
    /// Client ids, each with its length in two bytes in front.
    private var text: [UInt8] = []
    /// Bytes of `text` that no slot refers to any more.
    private var deadText = 0

    private static let smallestCapacity = 8

    /// The entry of a registered certificate; `nil` for an unknown one and for a tombstone.
    func entry(_ words: FingerprintWords) -> DeviceEntry? {
        guard let index = index(of: words) else { return nil }
        let slot = slots[index]
        guard let state = slot.tag.kind.state else { return nil }
        return DeviceEntry(
            state: state,
            authority: authorities[Int(slot.tag.authority)],
            clientID: clientID(at: slot.text),
            isFromList: slot.tag.isFromList
        )
    }

    /// The tag of a certificate or tombstone.
    func tag(_ words: FingerprintWords) -> DeviceTag? {
        index(of: words).map { slots[$0].tag }
    }

    /// Adds or overwrites.
    mutating func set(_ words: FingerprintWords, tag: DeviceTag, clientID: ClientIdentifier?) {
        guard var text = clientID?.text else { return set(words, tag: tag, clientIDBytes: nil) }
        text.withUTF8 { set(words, tag: tag, clientIDBytes: UnsafeRawBufferPointer($0)) }
    }

    /// Adds or overwrites, with the client id in UTF-8, at most `ClientIdentifier.maximumLength` bytes.
    mutating func set(_ words: FingerprintWords, tag: DeviceTag, clientIDBytes: UnsafeRawBufferPointer?) {
        let place = place(for: words)
        release(slots[place].text)
        if slots[place].tag.kind == .empty { count += 1 }
        slots[place] = DeviceSlot(words: words, text: store(clientIDBytes), tag: tag)
        compactText()
    }

    /// Removes, if it is there.
    mutating func remove(_ words: FingerprintWords) {
        guard var hole = index(of: words) else { return }
        release(slots[hole].text)
        count -= 1
        // Whoever was pushed past the hole by it moves back, so that probing may go on stopping at the first empty slot.
        var next = hole
        while true {
            next = (next + 1) & mask
            guard slots[next].tag.kind != .empty else { break }
            let home = home(of: slots[next].words)
            if (next &- home) & mask >= (next &- hole) & mask {
                slots[hole] = slots[next]
                hole = next
            }
        }
        slots[hole] = .empty
        compactText()
    }

    private var mask: Int { slots.count - 1 }

    /// The fingerprint is a hash already; its lowest byte chose the shard.
    private func home(of words: FingerprintWords) -> Int { Int(truncatingIfNeeded: words.first >> 8) & mask }

    private func index(of words: FingerprintWords) -> Int? {
        guard !slots.isEmpty else { return nil }
        return slots.withUnsafeBufferPointer { slots in
            var index = home(of: words)
            while slots[index].tag.kind != .empty {
                if slots[index].words == words { return index }
                index = (index + 1) & mask
            }
            return nil
        }
    }

    /// Where the words stand, or an empty slot for them; there is always one.
    private mutating func place(for words: FingerprintWords) -> Int {
        if let index = index(of: words) { return index }
        if (count + 1) * 4 > slots.count * 3 { grow() }
        return freeSlot(for: words)
    }

    private func freeSlot(for words: FingerprintWords) -> Int {
        var index = home(of: words)
        while slots[index].tag.kind != .empty { index = (index + 1) & mask }
        return index
    }

    private mutating func grow() {
        let old = slots
        slots = [DeviceSlot](repeating: .empty, count: max(Self.smallestCapacity, old.count * 2))
        for slot in old where slot.tag.kind != .empty { slots[freeSlot(for: slot.words)] = slot }
    }

    // MARK: client ids

    private func clientID(at offset: UInt32) -> ClientIdentifier? {
        guard offset != DeviceSlot.noText else { return nil }
        let start = Int(offset) + 2
        return ClientIdentifier(checked: String(decoding: text[start..<start + length(at: offset)], as: UTF8.self))
    }

    private func length(at offset: UInt32) -> Int { Int(text[Int(offset)]) | Int(text[Int(offset) + 1]) << 8 }

    private mutating func store(_ bytes: UnsafeRawBufferPointer?) -> UInt32 {
        guard let bytes, !bytes.isEmpty else { return DeviceSlot.noText }
        let needed = text.count + bytes.count + 2
        // An array doubles by itself; a quarter more wastes less, and a million certificates are seldom doubled.
        if needed > text.capacity { text.reserveCapacity(needed + needed / 4) }
        let offset = UInt32(text.count)
        text.append(UInt8(truncatingIfNeeded: bytes.count))
        text.append(UInt8(truncatingIfNeeded: bytes.count >> 8))
        text.append(contentsOf: bytes)
        return offset
    }

    private mutating func release(_ offset: UInt32) {
        guard offset != DeviceSlot.noText else { return }
        deadText += length(at: offset) + 2
    }

    /// Writes the client ids anew once half of them are dead.
    private mutating func compactText() {
        guard deadText > 4096, deadText * 2 > text.count else { return }
        var fresh: [UInt8] = []
        fresh.reserveCapacity(text.count - deadText)
        for index in slots.indices where slots[index].text != DeviceSlot.noText {
            let start = Int(slots[index].text)
            slots[index].text = UInt32(fresh.count)
            fresh.append(contentsOf: text[start..<start + 2 + length(at: UInt32(start))])
        }
        text = fresh
        deadText = 0
    }
}

/// One certificate in 40 bytes.
struct DeviceSlot {
    var words: FingerprintWords
    /// Where its client id stands in the shard's text.
    var text: UInt32
    var tag: DeviceTag

    /// The offset that means no client id.
    static let noText = UInt32.max

    static let empty = DeviceSlot(
        words: FingerprintWords(first: 0, second: 0, third: 0, fourth: 0),
        text: noText,
        tag: DeviceTag(kind: .empty, authority: 0)
    )
}

/// What a slot holds, whether it came from a list, and the number of its CA: three bits, one, and 28.
struct DeviceTag: Hashable {
    /// What a slot holds.
    enum Kind: UInt32 {
        case empty = 0
        case active, inactive, pendingActivation, revoked
        case tombstone
        /// Of a certificate that was revoked before it was deleted.
        case revokedTombstone

        init(_ state: ClientCertificateState) {
            switch state {
            case .active: self = .active
            case .inactive: self = .inactive
            case .pendingActivation: self = .pendingActivation
            case .revoked: self = .revoked
            }
        }

        /// What the deletion of a certificate in this state leaves.
        init(tombstoneOf state: ClientCertificateState) {
            self = state == .revoked ? .revokedTombstone : .tombstone
        }

        var isTombstone: Bool { self == .tombstone || self == .revokedTombstone }

        var state: ClientCertificateState? {
            switch self {
            case .empty, .tombstone, .revokedTombstone: nil
            case .active: .active
            case .inactive: .inactive
            case .pendingActivation: .pendingActivation
            case .revoked: .revoked
            }
        }
    }

    private let bits: UInt32

    init(kind: Kind, authority: UInt32, isFromList: Bool = false) {
        bits = kind.rawValue | (isFromList ? 0b1000 : 0) | authority << 4
    }

    /// Bits that no kind has are never made.
    var kind: Kind { Kind(rawValue: bits & 0b111) ?? .empty }
    var isFromList: Bool { bits & 0b1000 != 0 }
    var authority: UInt32 { bits >> 4 }
}

/// A fingerprint in four registers instead of an array on the heap.
struct FingerprintWords: Hashable {
    let first, second, third, fourth: UInt64

    init(first: UInt64, second: UInt64, third: UInt64, fourth: UInt64) {
        (self.first, self.second, self.third, self.fourth) = (first, second, third, fourth)
    }

    init(_ fingerprint: Fingerprint) {
        self = fingerprint.bytes.withUnsafeBytes { FingerprintWords(whole: $0) }
    }

    /// `nil` for anything but 32 bytes.
    init?(_ bytes: UnsafeRawBufferPointer) {
        guard bytes.count == Fingerprint.length else { return nil }
        self.init(whole: bytes)
    }

    private init(whole bytes: UnsafeRawBufferPointer) {
        first = bytes.loadUnaligned(fromByteOffset: 0, as: UInt64.self)
        second = bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self)
        third = bytes.loadUnaligned(fromByteOffset: 16, as: UInt64.self)
        fourth = bytes.loadUnaligned(fromByteOffset: 24, as: UInt64.self)
    }
}
