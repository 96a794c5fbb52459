/// How one PUBLISH is written for one receiver: the version's form, and what only this receiver gets.
///
/// The codec's encoder writes packets from values; this one writes them from the bytes of a publisher, which it does
/// not take apart.
struct PublishFrame {
    let source: PublishSource
    let version5: Bool
    let qos: UInt8
    let retain: Bool
    let duplicate: Bool
    let packetID: UInt16
    var alias: TopicAliasUse = .none
    var identifiers = SubscriptionIdentifiers.none

    /// How a topic alias stands in a packet to a receiver. MQTT 5.0 § 3.3.2.3.4
    enum TopicAliasUse: Equatable {
        case none
        /// Topic and alias: the receiver learns it.
        case introduces(UInt16)
        /// The alias alone.
        case replaces(UInt16)
    }

    /// Bytes of the whole packet.
    var size: Int {
        let remaining = remainingLength
        return 1 + Self.variableSize(remaining) + remaining
    }

    /// Where the packet identifier stands in the written packet; meaningless for QoS 0.
    var packetIDOffset: Int { 1 + Self.variableSize(remainingLength) + 2 + topicCount }

    /// Writes the packet into a buffer of at least `size` bytes and tells how many it took.
    @discardableResult
    func write(into buffer: UnsafeMutableRawBufferPointer) -> Int {
        var writer = ByteWriter(buffer)
        writer.append(Self.firstByte(qos: qos, retain: retain, duplicate: duplicate))
        writer.appendVariable(remainingLength)
        writer.append(UInt16(truncatingIfNeeded: topicCount))
        if topicCount > 0 { writer.append(source.topic) }
        if qos > 0 { writer.append(packetID) }
        if version5 {
            writer.appendVariable(propertiesCount)
            writeProperties(&writer)
        }
        writer.append(source.payload)
        return writer.count
    }

    /// The first byte of a PUBLISH. MQTT 5.0 § 3.3.1
    @inline(__always)
    static func firstByte(qos: UInt8, retain: Bool, duplicate: Bool) -> UInt8 {
        0x30 | (duplicate ? 0x08 : 0) | qos << 1 | (retain ? 0x01 : 0)
    }

    private func writeProperties(_ writer: inout ByteWriter) {
        switch alias {
        case .none: break
        case .introduces(let number), .replaces(let number):
            writer.append(Self.topicAlias)
            writer.append(number)
        }
        // [MQTT-3.3.4-3] [MQTT-3.3.4-4] [MQTT-3.3.4-5]
        identifiers.forEach { identifier in
            writer.append(Self.subscriptionIdentifier)
            writer.appendVariable(Int(identifier))
        }
        let start = writer.count
        writer.append(source.properties)
        if source.expiryOffset >= 0 {
            writer.overwrite(at: start + source.expiryOffset, with: source.remainingExpiry)
        }
    }

    private var topicCount: Int {
        switch alias {
        case .none, .introduces: source.topic.count
        case .replaces: 0
        }
    }

    private var propertiesCount: Int {
        var count = source.properties.count
        if alias != .none { count += 3 }
        identifiers.forEach { count += 1 + Self.variableSize(Int($0)) }
        return count
    }

    private var remainingLength: Int {
        var count = 2 + topicCount + source.payload.count
        if qos > 0 { count += 2 }
        if version5 {
            let properties = propertiesCount
            count += Self.variableSize(properties) + properties
        }
        return count
    }

    private static func variableSize(_ value: Int) -> Int {
        switch value {
        case ..<0x80: 1
        case ..<0x4000: 2
        case ..<0x20_0000: 3
        default: 4
        }
    }

    private static let topicAlias: UInt8 = 0x23
    private static let subscriptionIdentifier: UInt8 = 0x0B
}

/// The subscription identifiers of one delivery: mostly none, seldom one, hardly ever more.
struct SubscriptionIdentifiers: Sendable {
    private var single: UInt32
    private var several: ContiguousArray<UInt32>?

    /// No identifier.
    static let none = SubscriptionIdentifiers(single: 0)

    init(single: UInt32) {
        self.single = single
        several = nil
    }

    init(_ list: ContiguousArray<UInt32>) {
        single = 0
        several = list
    }

    var isEmpty: Bool { single == 0 && several == nil }

    @inline(__always)
    func forEach(_ body: (UInt32) -> Void) {
        if let several {
            for identifier in several { body(identifier) }
        } else if single != 0 {
            body(single)
        }
    }
}

/// Writes into memory whose size was computed before.
private struct ByteWriter {
    private let start: UnsafeMutableRawPointer?
    private let capacity: Int
    private(set) var count = 0

    init(_ buffer: UnsafeMutableRawBufferPointer) {
        start = buffer.baseAddress
        capacity = buffer.count
    }

    mutating func append(_ byte: UInt8) {
        precondition(count < capacity)
        start?.storeBytes(of: byte, toByteOffset: count, as: UInt8.self)
        count += 1
    }

    mutating func append(_ number: UInt16) {
        precondition(count + 2 <= capacity)
        start?.storeBytes(of: number.bigEndian, toByteOffset: count, as: UInt16.self)
        count += 2
    }

    mutating func append(_ bytes: UnsafeRawBufferPointer) {
        guard let from = bytes.baseAddress, !bytes.isEmpty else { return }
        precondition(count + bytes.count <= capacity)
        start?.advanced(by: count).copyMemory(from: from, byteCount: bytes.count)
        count += bytes.count
    }

    mutating func appendVariable(_ value: Int) {
        var rest = value
        while rest >= 0x80 {
            append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        append(UInt8(truncatingIfNeeded: rest))
    }

    func overwrite(at offset: Int, with number: UInt32) {
        precondition(offset + 4 <= count)
        start?.storeBytes(of: number.bigEndian, toByteOffset: offset, as: UInt32.self)
    }
}
