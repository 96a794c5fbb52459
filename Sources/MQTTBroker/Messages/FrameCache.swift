/// The encodings of the message in hand: each form is written once, whoever and however many receive it.
///
/// There are four: MQTT 3 or 5, without or with a packet identifier. The first byte and the identifier are patched for
/// each receiver. The room is used again for the next message.
struct FrameCache: ~Copyable {
    private var source: PublishSource?
    private var forms: UnsafeMutablePointer<Form>

    /// One encoding; `start` may be replaced by the publisher's own packet, which nobody patches.
    struct Form {
        fileprivate var room = UnsafeMutableRawBufferPointer(start: nil, count: 0)
        fileprivate(set) var bytes = UnsafeRawBufferPointer(start: nil, count: 0)
        fileprivate(set) var packetIDOffset = 0
    }

    private static var formCount: Int { 4 }
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

    /// The packet for a QoS 0 delivery.
    @inline(__always)
    func unacknowledged(version5: Bool, retain: Bool) -> UnsafeRawBufferPointer {
        let form = forms + (version5 ? 1 : 0)
        if form.pointee.bytes.isEmpty { encode(form, version5: version5, qos: 0) }
        // Only an encoding of our own can need another first byte: the publisher's packet is used if it is 0x30.
        if source?.retain == true, !form.pointee.room.isEmpty {
            form.pointee.room[0] = PublishFrame.firstByte(qos: 0, retain: retain, duplicate: false)
        }
        return form.pointee.bytes
    }

    /// The packet for a QoS 1 or 2 delivery under an identifier.
    @inline(__always)
    func acknowledged(version5: Bool, qos: UInt8, retain: Bool, packetID: UInt16) -> UnsafeRawBufferPointer {
        let form = forms + (version5 ? 3 : 2)
        if form.pointee.bytes.isEmpty { encode(form, version5: version5, qos: qos) }
        form.pointee.room[0] = PublishFrame.firstByte(qos: qos, retain: retain, duplicate: false)
        form.pointee.room[form.pointee.packetIDOffset] = UInt8(truncatingIfNeeded: packetID >> 8)
        form.pointee.room[form.pointee.packetIDOffset + 1] = UInt8(truncatingIfNeeded: packetID)
        return form.pointee.bytes
    }

    private func encode(_ form: UnsafeMutablePointer<Form>, version5: Bool, qos: UInt8) {
        guard let source else { return }
        if qos == 0, let packet = source.packet, source.packetIsVersion5 == version5 {
            form.pointee.bytes = packet
            return
        }
        let frame = PublishFrame(
            source: source,
            version5: version5,
            qos: qos,
            retain: false,
            duplicate: false,
            packetID: 0
        )
        let size = frame.size
        if form.pointee.room.count < size {
            form.pointee.room.deallocate()
            form.pointee.room = .allocate(byteCount: max(size, 512), alignment: 1)
        }
        frame.write(into: form.pointee.room)
        form.pointee.bytes = UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(form.pointee.room)[..<size])
        form.pointee.packetIDOffset = frame.packetIDOffset
    }
}
