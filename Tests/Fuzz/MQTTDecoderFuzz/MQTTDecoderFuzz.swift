import MQTTCodec

/// Feeds bytes to the MQTT decoder: `-sanitize=fuzzer` calls this again and again.
///
/// The first byte chooses version and side, so that one corpus serves all decoders. What is decoded is encoded and
/// decoded again and must not change; a break of that is a crash, as is any trap or any access the address sanitizer
/// forbids.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    let input = UnsafeRawBufferPointer(start: start, count: count)
    guard let choice = input.first else { return 0 }
    decode(UnsafeRawBufferPointer(rebasing: input.dropFirst()), as: Subject(choice))
    return 0
}

/// A decoder with the side of the connection it reads.
private struct Subject {
    var decoder: PacketDecoder
    let origin: PacketOrigin

    init(_ choice: UInt8) {
        let limit = choice & 0x80 == 0 ? VariableByteInteger.maximum : 64
        let versions = ProtocolVersion.allCases
        let number = Int(choice & 0x7F) % (2 * versions.count + 1)
        guard number > 0 else {
            origin = .client
            decoder = PacketDecoder(maximumPacketSize: limit)
            return
        }
        origin = number % 2 == 0 ? .client : .server
        decoder = PacketDecoder(
            origin: origin,
            version: versions[(number - 1) / 2],
            maximumPacketSize: limit,
            topicAliasMaximum: 10
        )
    }
}

/// Decodes one packet after the other until the bytes end or are refused.
private func decode(_ input: UnsafeRawBufferPointer, as subject: Subject) {
    var subject = subject
    var rest = input
    while true {
        let size: Int
        do throws(CodecError) {
            switch try subject.decoder.next(in: rest) {
            case .needMore(let missing):
                precondition(missing > 0, "needs no more and gave nothing")
                return
            case .publish(let view):
                size = view.packetSize
                checkAgain(PublishPacket(view, in: rest), subject)
                checkForwarding(view, rest)
            case .packet(let packet, let packetSize):
                size = packetSize
                checkAgain(packet, subject)
            }
        } catch {
            precondition(error.reasonCode.isFailure && !error.description.isEmpty)
            return
        }
        precondition(size >= 2 && size <= rest.count, "a packet of \(size) bytes in \(rest.count)")
        rest = UnsafeRawBufferPointer(rebasing: rest[size...])
    }
}

/// What was taken can be written, and reads the same.
private func checkAgain(_ packet: some EncodablePacket, _ subject: Subject) {
    guard let version = subject.decoder.version, version > .v3_1 else { return }
    do {
        let bytes = try packet.encoded(for: version, from: subject.origin)
        let isConnect = packet.packetType == .connect
        var decoder =
            isConnect
            ? PacketDecoder(maximumPacketSize: VariableByteInteger.maximum)
            : PacketDecoder(
                origin: subject.origin,
                version: version,
                maximumPacketSize: VariableByteInteger.maximum,
                topicAliasMaximum: 10
            )
        try bytes.withUnsafeBytes { buffer in
            switch try decoder.next(in: buffer) {
            case .needMore: preconditionFailure("\(packet.packetType) was encoded short")
            case .publish(let view):
                let again = try PublishPacket(view, in: buffer).encoded(for: version, from: subject.origin)
                precondition(again == bytes, "PUBLISH changed")
            case .packet(let other, let size):
                let again = try other.encoded(for: version, from: subject.origin)
                precondition(size == bytes.count && again == bytes, "\(packet.packetType) changed")
            }
        }
    } catch {
        preconditionFailure("\(packet.packetType) was taken and cannot be written: \(error)")
    }
}

/// The properties sent on fill exactly the room they are said to need.
private func checkForwarding(_ view: PublishView, _ packet: UnsafeRawBufferPointer) {
    var bytes = [UInt8](repeating: 0, count: view.forwardedPropertiesSize)
    bytes.withUnsafeMutableBytes { view.copyForwardedProperties(from: packet, into: $0) }
    _ = view.topicBytes(in: packet).count + view.payloadBytes(in: packet).count
    _ = TextRules.isWellFormedUTF8(view.payloadBytes(in: packet))
    // The view's counter stops at 65,535.
    precondition(min(Array(TopicLevels(view.topicBytes(in: packet))).count, 65_535) == Int(view.topicLevelCount))
}
