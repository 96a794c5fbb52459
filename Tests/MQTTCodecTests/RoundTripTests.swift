import MQTTCodec
import Testing

@Suite struct RoundTripTests {
    @Test(arguments: ProtocolVersion.allCases, PacketOrigin.allCases)
    func `a packet drawn at random is decoded as it was encoded`(
        _ version: ProtocolVersion,
        _ origin: PacketOrigin
    ) throws {
        var random = SeededGenerator(seed: 11)
        for _ in 0..<2_000 {
            let packet = random.packet(version, from: origin)
            let row = ValidRow("drawn", Side(version: version, origin: origin), "", packet)
            var decoder = row.side.decoder()
            let bytes = try packet.encoded(for: version, from: origin)
            #expect(try decodeAll(bytes, &decoder) == [row.expected])
        }
    }

    @Test(arguments: ProtocolVersion.allCases)
    func `a CONNECT drawn at random is decoded as it was encoded`(_ version: ProtocolVersion) throws {
        var random = SeededGenerator(seed: 12)
        for _ in 0..<2_000 {
            let packet = random.connect(version)
            var decoder = Side.newClient.decoder()
            let bytes = try packet.encoded(for: version, from: .client)
            #expect(try decodeAll(bytes, &decoder) == [.packet(.connect(packet))])
            #expect(decoder.version == version)
        }
    }

    @Test(arguments: ProtocolVersion.allCases, PacketOrigin.allCases)
    func `bytes one by one give what all at once give`(_ version: ProtocolVersion, _ origin: PacketOrigin) throws {
        var random = SeededGenerator(seed: 13)
        var stream: [UInt8] = []
        for _ in 0..<60 { stream += try random.packet(version, from: origin).encoded(for: version, from: origin) }
        let side = Side(version: version, origin: origin)
        var whole = side.decoder()
        let atOnce = try decodeAll(stream, &whole)

        var decoder = side.decoder()
        var waiting: [UInt8] = []
        var found: [Found] = []
        for byte in stream {
            waiting.append(byte)
            if let (next, size) = try decodeFirst(waiting, &decoder) {
                #expect(size == waiting.count)
                found.append(next)
                waiting = []
            }
        }
        #expect(found == atOnce)
        #expect(waiting.isEmpty)
    }

    @Test func `what is missing is never more than what is missing`() throws {
        var random = SeededGenerator(seed: 14)
        for _ in 0..<300 {
            let bytes = try random.publish(.v5, .client).encoded(for: .v5, from: .client)
            var decoder = Side.client(.v5).decoder()
            for count in 0..<min(bytes.count, 40) {
                let step = try bytes[..<count].withUnsafeBytes { try decoder.next(in: $0) }
                guard case .needMore(let needed) = step else {
                    Issue.record("decoded from \(count) of \(bytes.count) bytes")
                    return
                }
                #expect(needed >= 1 && count + needed <= bytes.count)
                // From the fifth byte on the size is known exactly.
                if count >= 5 { #expect(count + needed == bytes.count) }
            }
        }
    }

    @Test func `an error does not depend on how the bytes came`() {
        let rows =
            ConnectTests.malformed + PublishTests.malformed + AcknowledgementTests.malformed
            + SubscribeTests.malformed + SessionPacketTests.malformed + FixedHeaderTests.malformed
        for row in rows {
            var decoder = row.side.decoder()
            var thrown: CodecError?
            for count in 0...row.bytes.count where thrown == nil {
                do throws(CodecError) {
                    let found = try decodeFirst(Array(row.bytes[..<count]), &decoder)
                    #expect(found == nil, "\(row.reason)")
                } catch { thrown = error }
            }
            #expect(thrown == row.error, "\(row.reason)")
        }
    }
}
