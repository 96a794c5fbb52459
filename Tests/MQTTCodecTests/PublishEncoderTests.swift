import MQTTCodec
import Testing

@Suite struct PublishEncoderTests {
    @Test(arguments: ProtocolVersion.allCases)
    func `writes for each receiver what the full encoder writes`(_ version: ProtocolVersion) throws {
        var random = SeededGenerator(seed: 31)
        for _ in 0..<1_000 {
            var packet = random.publish(version, .server)
            let expiry = packet.properties.messageExpiryInterval
            let alias = packet.properties.topicAlias ?? 0
            let identifiers = packet.properties.subscriptionIdentifiers
            var shared = packet.properties
            for own in [PropertyIdentifier.messageExpiryInterval, .topicAlias, .subscriptionIdentifier] {
                shared.removeAll(own)
            }
            // The quick encoder writes a receiver's own properties first.
            var ordered = Properties()
            if alias != 0 { ordered.append(.topicAlias(alias)) }
            if let expiry { ordered.append(.messageExpiryInterval(expiry)) }
            for identifier in identifiers { ordered.append(.subscriptionIdentifier(identifier)) }
            for property in shared.list { ordered.append(property) }
            packet.properties = ordered

            let delivery = PublishDelivery(
                qos: packet.qos,
                retain: packet.retain,
                isDuplicate: packet.isDuplicate,
                packetIdentifier: packet.packetIdentifier,
                topicAlias: alias,
                omitsTopic: packet.topic == nil,
                messageExpiryInterval: expiry
            )
            let bytes = try written(packet, shared, version, delivery, identifiers)
            #expect(try bytes == packet.encoded(for: version, from: .server))
        }
    }

    @Test(arguments: ProtocolVersion.allCases, [QoS.atLeastOnce, .exactlyOnce])
    func `tells where identifier and flags are patched for the next receiver`(
        _ version: ProtocolVersion,
        _ qos: QoS
    ) throws {
        let properties: Properties = [.contentType("text"), .userProperty(UserProperty("k", "v"))]
        let shared = try properties.encodedForPublish()
        let payload = [UInt8](repeating: 7, count: 300)
        var all: Properties = [.messageExpiryInterval(9)]
        for property in properties.list { all.append(property) }
        let first = PublishPacket(topic: "a/b", payload: payload, qos: qos, packetIdentifier: 1, properties: all)
        var bytes = try first.encoded(for: version, from: .server)
        let delivery = PublishDelivery(qos: qos, packetIdentifier: 1, messageExpiryInterval: 9)
        let offset = try #require(
            Array("a/b".utf8).withUnsafeBytes { topic in
                shared.withUnsafeBytes { shared in
                    payload.withUnsafeBytes { payload in
                        PublishEncoder(version: version, topic: topic, properties: shared, payload: payload)
                            .packetIdentifierOffset(delivery)
                    }
                }
            }
        )
        bytes[0] = PublishHeader.byte(qos: qos, retain: true, isDuplicate: true)
        bytes[offset] = 0xAB
        bytes[offset + 1] = 0xCD
        let second = PublishPacket(
            topic: "a/b",
            payload: payload,
            qos: qos,
            retain: true,
            isDuplicate: true,
            packetIdentifier: 0xABCD,
            properties: all
        )
        #expect(try bytes == second.encoded(for: version, from: .server))
    }

    @Test func `sends on all properties but alias and expiry`() throws {
        var random = SeededGenerator(seed: 32)
        for _ in 0..<1_000 {
            let packet = random.publish(.v5, .client)
            let bytes = try packet.encoded(for: .v5, from: .client)
            var decoder = Side.client(.v5).decoder()
            try bytes.withUnsafeBytes { buffer in
                guard case .publish(let view) = try decoder.next(in: buffer) else {
                    Issue.record("not a PUBLISH")
                    return
                }
                var forwarded = [UInt8](repeating: 0xEE, count: view.forwardedPropertiesSize)
                forwarded.withUnsafeMutableBytes { view.copyForwardedProperties(from: buffer, into: $0) }
                var expected = packet.properties
                expected.removeAll(.topicAlias)
                expected.removeAll(.messageExpiryInterval)
                #expect(try forwarded == expected.encodedForPublish())
            }
        }
    }

    @Test(arguments: [127, 128, 16_383, 16_384, 2_097_151, 2_097_152])
    func `knows its size where the remaining length grows`(_ remaining: Int) throws {
        let packet = PublishPacket(topic: "a", payload: [UInt8](repeating: 1, count: remaining - 3))
        let bytes = try written(packet, [], .v3_1_1, PublishDelivery(), [])
        #expect(bytes.count == 1 + VariableByteInteger.size(of: remaining) + remaining)
        #expect(try bytes == packet.encoded(for: .v3_1_1, from: .server))
    }

    private func written(
        _ packet: PublishPacket,
        _ shared: Properties,
        _ version: ProtocolVersion,
        _ delivery: PublishDelivery,
        _ subscriptionIdentifiers: [UInt32]
    ) throws -> [UInt8] {
        let topic = packet.topic?.bytes ?? []
        let properties = try shared.encodedForPublish()
        return topic.withUnsafeBytes { topic in
            properties.withUnsafeBytes { properties in
                packet.payload.withUnsafeBytes { payload in
                    let encoder = PublishEncoder(
                        version: version,
                        topic: topic,
                        properties: properties,
                        payload: payload
                    )
                    let size = encoder.size(delivery, subscriptionIdentifiers: subscriptionIdentifiers)
                    return [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
                        count = encoder.write(
                            delivery,
                            subscriptionIdentifiers: subscriptionIdentifiers,
                            into: UnsafeMutableRawBufferPointer(buffer)
                        )
                    }
                }
            }
        }
    }
}
