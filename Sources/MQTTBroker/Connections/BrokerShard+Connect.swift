import MQTTCodec
import Reactors

/// From an admitted CONNECT to its CONNACK.
extension BrokerShard {
    /// Takes an admitted client whose stream has come to this reactor.
    func accept(_ stream: Stream, _ connect: ConnectPacket, _ client: ClientProfile) {
        counters.add(.connections)
        counters.received(.connect)
        // Nothing else runs on this loop until the session can be found by its credential, so here is as good as there.
        if let reason = objection(to: connect) ?? client.recheck?() {
            return refuse(stream, connect.version, reason)
        }
        let keepAlive = grantedKeepAlive(connect)
        let maximumPacketSize = connect.properties.maximumPacketSize ?? .max
        let connection = ClientConnection(
            shard: self,
            stream: stream,
            state: ConnectionState(
                decoder: PacketDecoder(
                    origin: .client,
                    version: connect.version,
                    maximumPacketSize: configuration.maximumPacketSize,
                    topicAliasMaximum: configuration.topicAliasMaximum
                ),
                version: connect.version,
                // [MQTT-3.1.2-22]
                patience: UInt64(keepAlive) * Self.nanosecondsPerSecond * 3 / 2,
                maximumPacketSize: Int(maximumPacketSize)
            )
        )
        stream.handler = connection
        stream.maximumBufferedInput = configuration.maximumPacketSize
        stream.setWaterMarks(low: configuration.writeHighWaterMark / 2, high: configuration.writeHighWaterMark)
        connection.beginPatience()
        guard let request = request(connect) else {
            return refuse(stream, connect.version, .implementationSpecificError)
        }
        guard let (session, present) = takeUp(client.clientID, request, by: connection) else {
            return refuse(stream, connect.version, .quotaExceeded)
        }
        connection.state.pointee.session = session
        let isFiledAnew = file(session, under: client)
        begin(session, request, connection, isNew: !present, isFiledAnew: isFiledAnew) { [self] isStored in
            guard isStored else { return refuse(stream, connect.version, .quotaExceeded) }
            // [MQTT-3.2.0-2]: nothing goes before it.
            connection.send(acceptance(connect, client, request, keepAlive, sessionPresent: present))
            connection.began(client, connect.version, sessionPresent: present)
        }
    }

    /// Why a CONNECT cannot be accepted; nil if it can.
    private func objection(to connect: ConnectPacket) -> ReasonCode? {
        if isDraining { return .serverUnavailable }
        // No method is configured. [MQTT-4.12.0-1]
        if connect.properties.authenticationMethod != nil { return .badAuthenticationMethod }
        guard let will = connect.will else { return nil }
        // [MQTT-3.2.2-12]
        if will.qos > configuration.maximumQoS { return .qosNotSupported }
        // [MQTT-3.2.2-13]
        if will.retain, !configuration.retainAvailable { return .retainNotSupported }
        if !configuration.topics.allows(will.topic) { return .topicNameInvalid }
        if will.topic.bytes.withUnsafeBytes({ $0.isReservedTopic }) { return .notAuthorized }
        let isText = will.properties.payloadFormatIndicator == true
        if isText, !will.payload.withUnsafeBytes(TextRules.isWellFormedUTF8) { return .payloadFormatInvalid }
        return nil
    }

    /// Answers with a refusal and closes. [MQTT-3.2.2-7]
    private func refuse(_ stream: Stream, _ version: ProtocolVersion, _ reason: ReasonCode) {
        let packet = ConnackPacket(reasonCode: reason)
        // Before 5.0 some reasons have no code; then the client only sees the end.
        if let bytes = try? packet.encoded(for: version, from: .server) {
            stream.write(bytes)
            counters.sent(.connack, bytes: bytes.count)
        }
        stream.close(afterFlush: true, flushTime: configuration.closeDeadline)
    }

    // MARK: What is granted

    private func request(_ connect: ConnectPacket) -> SessionRequest? {
        let will: WillMessage?
        do throws(CodecError) {
            will = try connect.will.map { will throws(CodecError) in try WillMessage(will) }
        } catch {
            return nil
        }
        let aliases = min(connect.properties.topicAliasMaximum ?? 0, configuration.outboundTopicAliases)
        let window = min(connect.properties.receiveMaximum ?? .max, configuration.inFlightWindow)
        return SessionRequest(
            cleanStart: connect.cleanStart,
            expiryInterval: grantedExpiry(connect),
            will: will,
            window: Int(window),
            maximumPacketSize: connect.properties.maximumPacketSize ?? .max,
            aliases: aliases > 0 ? OutboundAliases(limit: Int(aliases)) : nil,
            version: connect.version
        )
    }

    /// How long the session may outlive the connection.
    private func grantedExpiry(_ connect: ConnectPacket) -> UInt32 {
        // Before 5.0 a session that is not clean lasts. MQTT 5.0 § 3.1.2.11.2
        let asked =
            connect.version.hasProperties
            ? connect.properties.sessionExpiryInterval ?? 0
            : connect.cleanStart ? 0 : SessionLifetime.forever
        return min(asked, configuration.maximumSessionExpiry)
    }

    /// The keep-alive in seconds, 0 for none; before 5.0 the client's own, as it could not be told another.
    private func grantedKeepAlive(_ connect: ConnectPacket) -> UInt16 {
        guard connect.version.hasProperties, let most = configuration.maximumKeepAlive else { return connect.keepAlive }
        return connect.keepAlive == 0 ? most : min(connect.keepAlive, most)
    }

    private func acceptance(
        _ connect: ConnectPacket,
        _ client: ClientProfile,
        _ request: SessionRequest,
        _ keepAlive: UInt16,
        sessionPresent: Bool
    ) -> ConnackPacket {
        var properties = Properties()
        properties.receiveMaximum = configuration.receiveMaximum
        // [MQTT-3.2.2-9]: QoS 2 goes without saying.
        if configuration.maximumQoS < .exactlyOnce { properties.maximumQoS = configuration.maximumQoS }
        properties.retainAvailable = configuration.retainAvailable
        properties.maximumPacketSize = UInt32(clamping: configuration.maximumPacketSize)
        properties.topicAliasMaximum = configuration.topicAliasMaximum
        properties.wildcardSubscriptionAvailable = true
        properties.subscriptionIdentifierAvailable = true
        properties.sharedSubscriptionAvailable = true
        // [MQTT-3.2.2-21]
        if keepAlive != connect.keepAlive { properties.serverKeepAlive = keepAlive }
        let asked = connect.properties.sessionExpiryInterval ?? 0
        if request.expiryInterval != asked { properties.sessionExpiryInterval = request.expiryInterval }
        // [MQTT-3.2.2-16]
        if client.clientIDWasAssigned { properties.assignedClientIdentifier = try? Text(Array(client.clientID.bytes)) }
        return ConnackPacket(sessionPresent: sessionPresent, reasonCode: .success, properties: properties)
    }

    private static let nanosecondsPerSecond: UInt64 = 1_000_000_000
}
