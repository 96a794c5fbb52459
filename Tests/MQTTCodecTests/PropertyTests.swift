import MQTTCodec
import Testing

@Suite struct PropertyTests {
    // [MQTT-3.14.2-2]
    @Test(arguments: PropertyIdentifier.allCases, PropertyContext.allCases)
    func `stands only where the standard lets it`(_ identifier: PropertyIdentifier, _ context: PropertyContext) {
        let isAllowed = allowedProperties(context).contains(identifier)
        var found: CodecError?
        do throws(CodecError) {
            _ = try frame(Self.sample(identifier), context).decoded()
        } catch {
            found = error
        }
        #expect(found == (isAllowed ? nil : .propertyNotAllowed(identifier, in: context)))
    }

    @Test(arguments: PropertyIdentifier.allCases)
    func `stands once unless it may repeat`(_ identifier: PropertyIdentifier) throws {
        for context in PropertyContext.allCases where allowedProperties(context).contains(identifier) {
            var found: CodecError?
            do throws(CodecError) {
                _ = try frame(Self.sample(identifier) + Self.sample(identifier), context).decoded()
            } catch {
                found = error
            }
            let mayRepeat =
                identifier == .userProperty
                || (identifier == .subscriptionIdentifier && context == .publishFromServer)
            #expect(found == (mayRepeat ? nil : .repeatedProperty(identifier)), "\(context)")
        }
    }

    @Test(arguments: PropertyIdentifier.allCases)
    func `is malformed where it is cut short`(_ identifier: PropertyIdentifier) throws {
        let context = try #require(PropertyContext.allCases.first { allowedProperties($0).contains(identifier) })
        var sample = Self.sample(identifier)
        // Authentication data needs its method before it, which is whole.
        let kept = identifier == .authenticationData ? 5 : 1
        while sample.count > kept {
            sample.removeLast()
            #expect(throws: CodecError.self) { try frame(sample, context).decoded() }
        }
    }

    @Test(arguments: [0x00, 0x04, 0x0A, 0x14, 0x1B, 0x20, 0x2B, 0x7F] as [UInt8])
    func `is malformed where no property has its identifier`(_ identifier: UInt8) {
        #expect(throws: CodecError.unknownProperty(identifier: UInt32(identifier))) {
            try frame([identifier, 0], .connect).decoded()
        }
    }

    @Test func `is malformed with an identifier above a byte`() {
        #expect(throws: CodecError.unknownProperty(identifier: 256)) { try frame(wire("8002 00"), .connect).decoded() }
    }

    // [MQTT-1.5.5-1]
    @Test func `is malformed with an identifier longer than it must be`() {
        #expect(throws: CodecError.variableByteIntegerNotMinimal(.propertyIdentifier)) {
            try frame(wire("9100 00000001"), .connect).decoded()
        }
    }

    @Test(
        arguments: [
            ("27 00000000", .connect, .maximumPacketSize, 0), ("21 0000", .connect, .receiveMaximum, 0),
            ("17 02", .connect, .requestProblemInformation, 2), ("19 ff", .connect, .requestResponseInformation, 255),
            ("25 02", .connack, .retainAvailable, 2), ("28 02", .connack, .wildcardSubscriptionAvailable, 2),
            ("29 03", .connack, .subscriptionIdentifierAvailable, 3),
            ("2a 04", .connack, .sharedSubscriptionAvailable, 4),
            ("24 02", .connack, .maximumQoS, 2), ("0b 00", .subscribe, .subscriptionIdentifier, 0),
        ] as [(String, PropertyContext, PropertyIdentifier, UInt32)]
    )
    func `is refused out of its range`(
        _ text: String,
        _ context: PropertyContext,
        _ identifier: PropertyIdentifier,
        _ found: UInt32
    ) {
        #expect(throws: CodecError.propertyOutOfRange(identifier, found: found)) {
            try frame(wire(text), context).decoded()
        }
    }

    // [MQTT-1.5.7-1]
    @Test func `text that is not text is refused in each of its two halves`() {
        #expect(throws: CodecError.nullCharacter(.property(.userProperty), offset: 0)) {
            try frame(wire("26 0001 00 0000"), .connect).decoded()
        }
        #expect(throws: CodecError.illFormedUTF8(.property(.userProperty), offset: 1)) {
            try frame(wire("26 0000 0002 'a' 80"), .connect).decoded()
        }
    }

    @Test func `is read and set by its name`() {
        var properties = Properties()
        #expect(properties.isEmpty && properties.receiveMaximum == nil)
        properties.receiveMaximum = 5
        properties.reasonString = "why"
        properties.receiveMaximum = 6
        #expect(properties.list == [.receiveMaximum(6), .reasonString("why")])
        properties.receiveMaximum = nil
        #expect(properties.list == [.reasonString("why")])
    }

    @Test func `keeps user properties in their order`() {
        let properties: Properties = [
            .userProperty(UserProperty("b", "1")), .contentType("t"), .userProperty(UserProperty("a", "2")),
            .userProperty(UserProperty("b", "1")),
        ]
        #expect(
            properties.userProperties == [UserProperty("b", "1"), UserProperty("a", "2"), UserProperty("b", "1")]
        )
    }

    @Test func `is not encoded where it may not stand`() {
        #expect(throws: CodecError.propertyNotAllowed(.topicAlias, in: .connack)) {
            try ConnackPacket(reasonCode: .success, properties: [.topicAlias(1)]).encoded(for: .v5, from: .server)
        }
        #expect(throws: CodecError.repeatedProperty(.reasonString)) {
            let properties: Properties = [.reasonString("a"), .reasonString("b")]
            _ = try ConnackPacket(reasonCode: .success, properties: properties).encoded(for: .v5, from: .server)
        }
        #expect(throws: CodecError.propertyOutOfRange(.maximumQoS, found: 2)) {
            let properties: Properties = [.maximumQoS(.exactlyOnce)]
            _ = try ConnackPacket(reasonCode: .success, properties: properties).encoded(for: .v5, from: .server)
        }
        #expect(throws: CodecError.authenticationDataWithoutMethod) {
            let properties: Properties = [.authenticationData([1])]
            _ = try ConnackPacket(reasonCode: .success, properties: properties).encoded(for: .v5, from: .server)
        }
    }

    @Test func `is not encoded when it is longer than its length can say`() {
        #expect(throws: CodecError.fieldTooLong(.property(.correlationData), found: 65_536, limit: 65_535)) {
            let properties: Properties = [.correlationData([UInt8](repeating: 0, count: 65_536))]
            _ = try PublishPacket(topic: "a", payload: [], properties: properties).encoded(for: .v5, from: .client)
        }
    }

    /// A valid value of each property, with its identifier; authentication data with a method before it.
    private static func sample(_ identifier: PropertyIdentifier) -> [UInt8] {
        switch identifier {
        case .payloadFormatIndicator: wire("01 01")
        case .messageExpiryInterval: wire("02 00000001")
        case .contentType: wire("03 0001 'c'")
        case .responseTopic: wire("08 0001 'r'")
        case .correlationData: wire("09 0001 ff")
        case .subscriptionIdentifier: wire("0b 8001")
        case .sessionExpiryInterval: wire("11 00000001")
        case .assignedClientIdentifier: wire("12 0001 'i'")
        case .serverKeepAlive: wire("13 0001")
        case .authenticationMethod: wire("15 0001 'm'")
        case .authenticationData: wire("16 0001 ff")
        case .requestProblemInformation: wire("17 01")
        case .willDelayInterval: wire("18 00000001")
        case .requestResponseInformation: wire("19 01")
        case .responseInformation: wire("1a 0001 'r'")
        case .serverReference: wire("1c 0001 's'")
        case .reasonString: wire("1f 0001 'r'")
        case .receiveMaximum: wire("21 0001")
        case .topicAliasMaximum: wire("22 0001")
        case .topicAlias: wire("23 0001")
        case .maximumQoS: wire("24 01")
        case .retainAvailable: wire("25 01")
        case .userProperty: wire("26 0001 'k' 0001 'v'")
        case .maximumPacketSize: wire("27 00000001")
        case .wildcardSubscriptionAvailable: wire("28 01")
        case .subscriptionIdentifierAvailable: wire("29 01")
        case .sharedSubscriptionAvailable: wire("2a 01")
        }
    }

    /// A packet around properties, in the place they are tried in.
    private func frame(_ properties: [UInt8], _ context: PropertyContext) -> Frame {
        // Authentication data alone would break a rule of its own.
        let needsMethod =
            properties.contains(0x16) && properties.first == 0x16
            && allowedProperties(context).contains(.authenticationData)
        let content = (needsMethod ? wire("15 0001 'm'") : []) + properties
        precondition(content.count < 128)
        let counted = [UInt8(content.count)] + content
        return switch context {
        case .connect: Frame(.newClient, 0x10, wire("0004 'MQTT' 05 02 0000") + counted + wire("0000"))
        case .will: Frame(.newClient, 0x10, wire("0004 'MQTT' 05 06 0000 00 0000") + counted + wire("0001 'w' 0000"))
        case .connack: Frame(.server(.v5), 0x20, wire("00 00") + counted)
        case .publishFromClient: Frame(.client(.v5), 0x30, wire("0001 'a'") + counted)
        case .publishFromServer: Frame(.server(.v5), 0x30, wire("0001 'a'") + counted)
        case .acknowledgement: Frame(.client(.v5), 0x40, wire("0001 00") + counted)
        case .subscribe: Frame(.client(.v5), 0x82, wire("0001") + counted + wire("0001 'a' 00"))
        case .suback: Frame(.server(.v5), 0x90, wire("0001") + counted + wire("00"))
        case .unsubscribe: Frame(.client(.v5), 0xA2, wire("0001") + counted + wire("0001 'a'"))
        case .unsuback: Frame(.server(.v5), 0xB0, wire("0001") + counted + wire("00"))
        case .disconnectFromClient: Frame(.client(.v5), 0xE0, wire("00") + counted)
        case .disconnectFromServer: Frame(.server(.v5), 0xE0, wire("00") + counted)
        case .auth: Frame(.client(.v5), 0xF0, wire("18") + counted)
        }
    }

    private struct Frame {
        let side: Side
        let bytes: [UInt8]

        init(_ side: Side, _ first: UInt8, _ body: [UInt8]) {
            precondition(body.count < 128)
            self.side = side
            bytes = [first, UInt8(body.count)] + body
        }

        func decoded() throws(CodecError) -> [Found] {
            var decoder = side.decoder()
            return try decodeAll(bytes, &decoder)
        }
    }
}
