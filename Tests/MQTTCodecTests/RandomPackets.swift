import MQTTCodec

/// Packets of every kind that keep all rules, drawn at random.
extension SeededGenerator {
    mutating func packet(_ version: ProtocolVersion, from origin: PacketOrigin) -> any EncodablePacket {
        switch origin {
        case .client:
            switch below(8) {
            case 0: subscribe(version)
            case 1:
                UnsubscribePacket(
                    packetIdentifier: identifier(),
                    (0..<(1 + below(3))).map { _ in filter() },
                    properties: properties(.unsubscribe, version)
                )
            case 2: PingPacket.request
            case 3: disconnect(version, origin)
            case 4 where version == .v5:
                AuthPacket(
                    reasonCode: .continueAuthentication,
                    properties: properties(.auth, version)
                )
            case 5: acknowledgement(version)
            default: publish(version, origin)
            }
        case .server:
            switch below(8) {
            case 0: suback(version)
            case 1:
                UnsubackPacket(
                    packetIdentifier: identifier(),
                    version == .v5 ? [.success] : [],
                    properties: properties(.unsuback, version)
                )
            case 2: PingPacket.response
            case 3 where version == .v5: disconnect(version, origin)
            case 4: connack(version)
            case 5: acknowledgement(version)
            default: publish(version, origin)
            }
        }
    }

    mutating func connect(_ version: ProtocolVersion) -> ConnectPacket {
        var packet = ConnectPacket(
            version: version,
            cleanStart: chance(50),
            keepAlive: UInt16(below(65_536)),
            clientIdentifier: text(upTo: 30),
            properties: properties(.connect, version)
        )
        if chance(50) {
            packet.will = Will(
                topic: topic(),
                payload: bytes(upTo: 40),
                qos: qos(),
                retain: chance(50),
                properties: properties(.will, version)
            )
        }
        if chance(50) { packet.userName = text(upTo: 10) }
        if packet.userName != nil || version == .v5, chance(50) { packet.password = Password(bytes(upTo: 20)) }
        return packet
    }

    mutating func publish(_ version: ProtocolVersion, _ origin: PacketOrigin) -> PublishPacket {
        let qos = qos()
        var packet = PublishPacket(
            topic: topic(),
            payload: bytes(upTo: chance(10) ? 20_000 : 50),
            qos: qos,
            retain: chance(50),
            isDuplicate: qos > .atMostOnce && chance(50),
            packetIdentifier: qos > .atMostOnce ? identifier() : 0,
            properties: properties(origin == .client ? .publishFromClient : .publishFromServer, version)
        )
        if packet.properties.topicAlias != nil, chance(50) { packet.topic = nil }
        return packet
    }

    private mutating func subscribe(_ version: ProtocolVersion) -> SubscribePacket {
        let subscriptions = (0..<(1 + below(4))).map { _ in
            let filter = filter()
            var options = SubscriptionOptions(maximumQoS: qos())
            if version == .v5 {
                options.noLocal = !filter.isShared && chance(50)
                options.retainAsPublished = chance(50)
                options.retainHandling = RetainHandling.allCases[below(3)]
            }
            return Subscription(filter, options: options)
        }
        return SubscribePacket(
            packetIdentifier: identifier(),
            subscriptions,
            properties: properties(.subscribe, version)
        )
    }

    private mutating func suback(_ version: ProtocolVersion) -> SubackPacket {
        let codes =
            version == .v5
            ? ReasonCode.allCases.filter { $0.isAllowed(in: .suback, from: .server) }
            : [.success, .grantedQoS1, .grantedQoS2, .unspecifiedError]
        return SubackPacket(
            packetIdentifier: identifier(),
            (0..<(1 + below(4))).map { _ in codes[below(codes.count)] },
            properties: properties(.suback, version)
        )
    }

    private mutating func connack(_ version: ProtocolVersion) -> ConnackPacket {
        let codes = ReasonCode.allCases.filter {
            version == .v5
                ? $0.isAllowed(in: .connack, from: .server)
                : ConnectReturnCode.allCases.map(ReasonCode.init).contains($0)
        }
        let code = codes[below(codes.count)]
        return ConnackPacket(
            sessionPresent: code == .success && version > .v3_1 && chance(50),
            reasonCode: code,
            properties: properties(.connack, version)
        )
    }

    private mutating func disconnect(_ version: ProtocolVersion, _ origin: PacketOrigin) -> DisconnectPacket {
        guard version == .v5 else { return DisconnectPacket() }
        let codes = ReasonCode.allCases.filter { $0.isAllowed(in: .disconnect, from: origin) }
        return DisconnectPacket(
            reasonCode: codes[below(codes.count)],
            properties: properties(origin == .client ? .disconnectFromClient : .disconnectFromServer, version)
        )
    }

    private mutating func acknowledgement(_ version: ProtocolVersion) -> AcknowledgementPacket {
        let kind = AcknowledgementPacket.Kind.allCases[below(4)]
        guard version == .v5 else { return AcknowledgementPacket(kind, packetIdentifier: identifier()) }
        let codes = ReasonCode.allCases.filter { $0.isAllowed(in: kind.packetType, from: .client) }
        return AcknowledgementPacket(
            kind,
            packetIdentifier: identifier(),
            reasonCode: codes[below(codes.count)],
            properties: properties(.acknowledgement, version)
        )
    }

    private mutating func qos() -> QoS { QoS.allCases[below(3)] }

    private mutating func identifier() -> UInt16 { UInt16(1 + below(65_535)) }

    /// Properties that may stand in this place, each at most once unless it may repeat.
    private mutating func properties(_ context: PropertyContext, _ version: ProtocolVersion) -> Properties {
        guard version == .v5, chance(60) else { return [] }
        var all = Properties()
        let allowed = allowedProperties(context)
        for identifier in allowed.shuffled(using: &self) where chance(40) {
            all.append(property(identifier))
            if identifier == .userProperty, chance(50) { all.append(property(identifier)) }
        }
        if all.authenticationMethod == nil { all.removeAll(.authenticationData) }
        return all
    }

    private mutating func property(_ identifier: PropertyIdentifier) -> Property {
        let isSet = chance(50)
        let short = UInt16(1 + below(10))
        let long = UInt32(1 + below(100_000))
        return switch identifier {
        case .payloadFormatIndicator: .payloadFormatIndicator(isSet)
        case .messageExpiryInterval: .messageExpiryInterval(long)
        case .contentType: .contentType(text(upTo: 9))
        case .responseTopic: .responseTopic(topic())
        case .correlationData: .correlationData(bytes(upTo: 9))
        case .subscriptionIdentifier: .subscriptionIdentifier(long)
        case .sessionExpiryInterval: .sessionExpiryInterval(long)
        case .assignedClientIdentifier: .assignedClientIdentifier(text(upTo: 9))
        case .serverKeepAlive: .serverKeepAlive(short)
        case .authenticationMethod: .authenticationMethod(text(upTo: 9))
        case .authenticationData: .authenticationData(bytes(upTo: 9))
        case .requestProblemInformation: .requestProblemInformation(isSet)
        case .willDelayInterval: .willDelayInterval(long)
        case .requestResponseInformation: .requestResponseInformation(isSet)
        case .responseInformation: .responseInformation(text(upTo: 9))
        case .serverReference: .serverReference(text(upTo: 9))
        case .reasonString: .reasonString(text(upTo: 9))
        case .receiveMaximum: .receiveMaximum(short)
        case .topicAliasMaximum: .topicAliasMaximum(short)
        case .topicAlias: .topicAlias(short)
        case .maximumQoS: .maximumQoS(isSet ? .atLeastOnce : .atMostOnce)
        case .retainAvailable: .retainAvailable(isSet)
        case .userProperty: .userProperty(UserProperty(text(upTo: 9), text(upTo: 9)))
        case .maximumPacketSize: .maximumPacketSize(long)
        case .wildcardSubscriptionAvailable: .wildcardSubscriptionAvailable(isSet)
        case .subscriptionIdentifierAvailable: .subscriptionIdentifierAvailable(isSet)
        case .sharedSubscriptionAvailable: .sharedSubscriptionAvailable(isSet)
        }
    }
}

/// The standard's table 2-4, written a second time and the other way round.
func allowedProperties(_ context: PropertyContext) -> [PropertyIdentifier] {
    switch context {
    case .connect:
        [
            .sessionExpiryInterval, .receiveMaximum, .maximumPacketSize, .topicAliasMaximum,
            .requestResponseInformation, .requestProblemInformation, .userProperty, .authenticationMethod,
            .authenticationData,
        ]
    case .will:
        [
            .willDelayInterval, .payloadFormatIndicator, .messageExpiryInterval, .contentType, .responseTopic,
            .correlationData, .userProperty,
        ]
    case .connack:
        [
            .sessionExpiryInterval, .receiveMaximum, .maximumQoS, .retainAvailable, .maximumPacketSize,
            .assignedClientIdentifier, .topicAliasMaximum, .reasonString, .userProperty,
            .wildcardSubscriptionAvailable, .subscriptionIdentifierAvailable, .sharedSubscriptionAvailable,
            .serverKeepAlive, .responseInformation, .serverReference, .authenticationMethod, .authenticationData,
        ]
    case .publishFromClient:
        [
            .payloadFormatIndicator, .messageExpiryInterval, .topicAlias, .responseTopic, .correlationData,
            .userProperty, .contentType,
        ]
    case .publishFromServer:
        [
            .payloadFormatIndicator, .messageExpiryInterval, .topicAlias, .responseTopic, .correlationData,
            .userProperty, .subscriptionIdentifier, .contentType,
        ]
    case .acknowledgement, .suback, .unsuback: [.reasonString, .userProperty]
    case .subscribe: [.subscriptionIdentifier, .userProperty]
    case .unsubscribe: [.userProperty]
    case .disconnectFromClient: [.sessionExpiryInterval, .reasonString, .userProperty]
    case .disconnectFromServer: [.reasonString, .userProperty, .serverReference]
    case .auth: [.authenticationMethod, .authenticationData, .reasonString, .userProperty]
    }
}
