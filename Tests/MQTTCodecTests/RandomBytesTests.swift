import MQTTCodec
import Testing

@Suite struct RandomBytesTests {
    static let sides: [Side] = [
        .newClient, .client(.v3_1), .client(.v3_1_1), .client(.v5), .server(.v3_1), .server(.v3_1_1), .server(.v5),
    ]

    @Test(arguments: sides) func `never stop the decoder`(_ side: Side) {
        var random = SeededGenerator(seed: 21)
        for _ in 0..<30_000 {
            var decoder = side.decoder(maximumPacketSize: 300)
            _ = try? decodeFirst(random.bytes(upTo: 40), &decoder)
        }
    }

    @Test(arguments: sides) func `in a real packet never stop the decoder`(_ side: Side) throws {
        var random = SeededGenerator(seed: 22)
        for _ in 0..<5_000 {
            let packet: any EncodablePacket
            if let version = side.version {
                packet = random.packet(version, from: side.origin)
            } else {
                packet = random.connect(ProtocolVersion.allCases[random.below(3)])
            }
            let version = side.version ?? (packet as? ConnectPacket)?.version ?? .v5
            var bytes = try packet.encoded(for: version, from: side.origin)
            for _ in 0..<(1 + random.below(3)) { bytes[random.below(bytes.count)] = UInt8(random.below(256)) }
            var decoder = side.decoder()
            do throws(CodecError) {
                guard let (found, size) = try decodeFirst(bytes, &decoder) else { continue }
                #expect(size <= bytes.count)
                // What was taken can be written, and is taken again.
                try expectRoundTrip(found, decoder.version ?? version, side)
            } catch {
                #expect(error.reasonCode.isFailure)
                #expect(error.description.hasSuffix("."))
            }
        }
    }

    private func expectRoundTrip(_ found: Found, _ version: ProtocolVersion, _ side: Side) throws(CodecError) {
        // 3.1 lets DUP stand on QoS 0, which the encoder does not.
        if case .publish(let publish) = found, publish.isDuplicate, publish.qos == .atMostOnce { return }
        // So does it let a password stand without a user name.
        if case .packet(.connect(let connect)) = found, connect.version == .v3_1 { return }
        let bytes = try found.encodable.encoded(for: version, from: side.origin)
        var decoder = side.decoder()
        let again = try decodeFirst(bytes, &decoder)
        #expect(again?.0 == found)
        #expect(again?.1 == bytes.count)
    }
}
