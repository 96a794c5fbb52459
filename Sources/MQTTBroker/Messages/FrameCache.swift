import MQTTCodec

/// The encodings of the message in hand: each form is written once, whoever and however many receive it.
///
/// There are four: MQTT 3 or 5, without or with a packet identifier. The first byte and the identifier are patched in
/// place before each copy. The room is used again for the next message.
struct FrameCache: ~Copyable {
    private var source: PublishSource?
    private let forms: UnsafeMutablePointer<Form>

    private struct Form {
        var room = UnsafeMutableRawBufferPointer(start: nil, count: 0)
        /// What is sent: the room's first bytes, or the publisher's own packet, which nobody patches.
        var bytes = UnsafeRawBufferPointer(start: nil, count: 0)
        var packetIDOffset = 0
    }

    private static var formCount: Int { 4 }
    private static var smallestRoom: Int { 512 }
    /// Room above this is given back after the message.
    private static var keptRoom: Int { 1 << 20 }

    init() {
        forms = .allocate(capacity: Self.formCount)
        forms.initialize(repeating: Form(), count: Self.formCount)
    }

    deinit {
        for index in 0..<Self.formCount { forms[index].room.deallocate() }
        forms.deallocate()
    }

    /// Takes the next message; its bytes stay valid until `end`.
    mutating func begin(_ source: PublishSource) {
        self.source = source
        for index in 0..<Self.formCount { forms[index].bytes = UnsafeRawBufferPointer(start: nil, count: 0) }
    }

    /// Forgets the message.
    mutating func end() {
        source = nil
        for index in 0..<Self.formCount where forms[index].room.count > Self.keptRoom {
            forms[index].room.deallocate()
            forms[index].room = UnsafeMutableRawBufferPointer(start: nil, count: 0)
        }
    }

    /// The packet for a QoS 0 delivery; valid until the next call.
    @inline(__always)
    func unacknowledged(version5: Bool, retain: Bool) -> UnsafeRawBufferPointer {
        let form = forms + (version5 ? 1 : 0)
        if form.pointee.bytes.isEmpty { encode(form, version5: version5, qos: .atMostOnce) }
        // The publisher's own packet stands in only for messages without RETAIN, which never need the patch.
        if source?.retain == true {
            form.pointee.room[0] = PublishHeader.byte(qos: .atMostOnce, retain: retain, isDuplicate: false)
        }
        return form.pointee.bytes
    }

    /// The packet for a QoS 1 or 2 delivery under an identifier; valid until the next call.
    @inline(__always)
    func acknowledged(version5: Bool, qos: QoS, retain: Bool, packetID: UInt16) -> UnsafeRawBufferPointer {
        let form = forms + (version5 ? 3 : 2)
        if form.pointee.bytes.isEmpty { encode(form, version5: version5, qos: qos) }
        let offset = form.pointee.packetIDOffset
        form.pointee.room[0] = PublishHeader.byte(qos: qos, retain: retain, isDuplicate: false)
        form.pointee.room[offset] = UInt8(truncatingIfNeeded: packetID &>> 8)
        form.pointee.room[offset &+ 1] = UInt8(truncatingIfNeeded: packetID)
        return form.pointee.bytes
    }

    private func encode(_ form: UnsafeMutablePointer<Form>, version5: Bool, qos: QoS) {
        guard let source else { return }
        if qos == .atMostOnce, let packet = source.packet, source.packetIsVersion5 == version5 {
            form.pointee.bytes = packet
            return
        }
        let encoder = source.encoder(version5: version5)
        let delivery = PublishDelivery(qos: qos, packetIdentifier: 1, messageExpiryInterval: source.expiryInterval)
        let size = encoder.size(delivery)
        if form.pointee.room.count < size {
            form.pointee.room.deallocate()
            form.pointee.room = .allocate(byteCount: max(size, Self.smallestRoom), alignment: 1)
        }
        encoder.write(delivery, into: form.pointee.room)
        form.pointee.bytes = UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(form.pointee.room)[..<size])
        form.pointee.packetIDOffset = encoder.packetIdentifierOffset(delivery) ?? 0
    }
}
