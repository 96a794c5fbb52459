import MQTTCodec
import Reactors

/// From an admitted CONNECT to its CONNACK.
extension BrokerShard {
    /// Takes an admitted client whose stream has come to this reactor.
    func accept(_ stream: Stream, _ connect: ConnectPacket, _ client: ClientProfile) {
        counters.add(.connections)
        counters.received(.connect)
        guard mayConnectNow(client, from: stream) else { return refuse(stream, connect, .connectionRateExceeded) }
        // Nothing else runs on this loop until the session can be found by its credential, so here is as good as there.
        if let reason = objection(to: connect, of: client) ?? client.recheck?() {
            return refuse(stream, connect, reason)
        }
        let keepAlive = grantedKeepAlive(connect)
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
                maximumPacketSize: connect.maximumPacketSize,
                wantsReasons: connect.properties.requestProblemInformation ?? true
            )
        )
        stream.handler = connection
        stream.maximumBufferedInput = configuration.maximumPacketSize
        stream.setWaterMarks(low: configuration.writeHighWaterMark / 2, high: configuration.writeHighWaterMark)
        connection.beginPatience()
        guard let request = request(connect) else {
            return refuse(stream, connect, .implementationSpecificError)
        }
        // Before anything begins that CONNACK could not tell.
        guard var acceptance = acceptance(connect, client, request, keepAlive) else {
            return refuse(stream, connect, .packetTooLarge)
        }
        // [MQTT-3.1.3-2] [MQTT-3.1.4-4]
        guard let (session, present) = takeUp(client.clientID, request, by: connection) else {
            return refuse(stream, connect, .quotaExceeded)
        }
        publishWaitingWill(of: client.clientID)
        connection.state.pointee.session = session
        let isFiledAnew = file(session, under: client)
        identify(session, as: client)
        // [MQTT-3.2.2-2] [MQTT-3.2.2-3]
        acceptance.sessionPresent = present
        begin(session, request, connection, isNew: !present, isFiledAnew: isFiledAnew) { [self, acceptance] isStored in
            guard isStored else { return refuse(stream, connect, .quotaExceeded) }
            // The store may have taken its time, and only from here on can the client be found as one that is connected.
            if let reason = client.recheck?() {
                refuse(stream, connect, reason)
                return connection.close(.byClient, because: .byBroker(reason))
            }
            // Nothing goes before it, and no second one comes. [MQTT-3.1.4-5] [MQTT-3.2.0-1] [MQTT-3.2.0-2]
            connection.send(acceptance)
            connection.began(client, connect, keepAlive: keepAlive, sessionPresent: present)
        }
    }

    /// Whether a client id does not connect too often; who does is told of, and its present connection stays.
    private func mayConnectNow(_ client: ClientProfile, from stream: Stream) -> Bool {
        guard case .tooOften(let isNews) = connectRates.verdict(on: client.clientID, at: reactor.now) else {
            return true
        }
        counters.add(.refusedConnects)
        if isNews { observer?.clientConnectsTooOften(client, from: stream.peer) }
        return false
    }

    /// Why a CONNECT cannot be accepted; nil if it can.
    private func objection(to connect: ConnectPacket, of client: ClientProfile) -> ReasonCode? {
        if isDraining { return .serverUnavailable }
        // Any other identifier is taken [MQTT-3.1.3-5]; an empty one was given a value before.
        // MQTT 3.1 § 3.1, "Client Identifier"
        if connect.version == .v3_1, connect.clientIdentifier.characterCount > Self.longestIdentifierOf3_1 {
            return .clientIdentifierNotValid
        }
        // No method is configured. [MQTT-4.12.0-1]
        if connect.properties.authenticationMethod != nil { return .badAuthenticationMethod }
        guard let will = connect.will else { return nil }
        // [MQTT-3.2.2-12]
        if will.qos > configuration.maximumQoS { return .qosNotSupported }
        // [MQTT-3.2.2-13]
        if will.retain, !configuration.retainAvailable { return .retainNotSupported }
        if !configuration.topics.allows(will.topic) { return .topicNameInvalid }
        if !mayPublishWill(will.topic, client) {
            counters.add(.deniedWills)
            return .notAuthorized
        }
        let isText = will.properties.payloadFormatIndicator == true
        if isText, !will.payload.withUnsafeBytes(TextRules.isWellFormedUTF8) { return .payloadFormatInvalid }
        return nil
    }

    /// The longest client identifier of MQTT 3.1, in characters. MQTT 3.1 § 3.1, "Client Identifier"
    private static let longestIdentifierOf3_1 = 23

    /// Answers with a refusal and closes; what the client has sent behind its CONNECT is not looked at.
    /// [MQTT-3.1.4-6] [MQTT-3.2.2-7]
    private func refuse(_ stream: Stream, _ connect: ConnectPacket, _ reason: ReasonCode) {
        let packet = ConnackPacket(reasonCode: reason)
        // Before 5.0 some reasons have no code; then the client only sees the end. MQTT 3.1.1 [MQTT-3.2.2-6]
        if let bytes = try? packet.encoded(for: connect.version, from: .server),
            bytes.count <= connect.maximumPacketSize
        {
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
        // [MQTT-3.1.2-26] [MQTT-3.1.2-27]
        let aliases = min(connect.properties.topicAliasMaximum ?? 0, configuration.outboundTopicAliases)
        // [MQTT-4.9.0-1]
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

    /// How long the session may outlive the connection. MQTT 3.1.1 [MQTT-3.1.2-6]
    private func grantedExpiry(_ connect: ConnectPacket) -> UInt32 {
        // Before 5.0 a session that is not clean lasts. MQTT 5.0 § 3.1.2.11.2
        let asked =
            connect.version.hasProperties
            ? connect.properties.sessionExpiryInterval ?? 0
            : connect.cleanStart ? 0 : SessionLifetime.forever
        return min(asked, configuration.maximumSessionExpiry)
    }

    /// The keep-alive in seconds, 0 for none; before 5.0 the client's own, as it could not be told another.
    /// [MQTT-3.2.2-22]
    private func grantedKeepAlive(_ connect: ConnectPacket) -> UInt16 {
        guard connect.version.hasProperties, let most = configuration.maximumKeepAlive else { return connect.keepAlive }
        return connect.keepAlive == 0 ? most : min(connect.keepAlive, most)
    }

    /// The CONNACK that lets a client in, without what is as the client assumes it if only that makes it small enough;
    /// nil where even so the client does not take it. [MQTT-3.1.2-24]
    private func acceptance(
        _ connect: ConnectPacket,
        _ client: ClientProfile,
        _ request: SessionRequest,
        _ keepAlive: UInt16
    ) -> ConnackPacket? {
        var packet = ConnackPacket(reasonCode: .success)
        // Response information and an authentication method are never sent. [MQTT-3.1.2-28] [MQTT-4.12.0-6]
        packet.properties = whatDiffers(connect, client, request, keepAlive)
        let short = packet
        packet.properties.retainAvailable = configuration.retainAvailable
        packet.properties.wildcardSubscriptionAvailable = true
        packet.properties.subscriptionIdentifierAvailable = true
        packet.properties.sharedSubscriptionAvailable = true
        return [packet, short].first { packet in
            guard let size = try? packet.encodedSize(for: connect.version, from: .server) else { return false }
            return size <= connect.maximumPacketSize
        }
    }

    /// What a client must be told because it would assume something else.
    private func whatDiffers(
        _ connect: ConnectPacket,
        _ client: ClientProfile,
        _ request: SessionRequest,
        _ keepAlive: UInt16
    ) -> Properties {
        var properties = Properties()
        properties.receiveMaximum = configuration.receiveMaximum
        // [MQTT-3.2.2-9]: QoS 2 goes without saying.
        if configuration.maximumQoS < .exactlyOnce { properties.maximumQoS = configuration.maximumQoS }
        if !configuration.retainAvailable { properties.retainAvailable = false }
        properties.maximumPacketSize = UInt32(clamping: configuration.maximumPacketSize)
        properties.topicAliasMaximum = configuration.topicAliasMaximum
        // [MQTT-3.2.2-21]
        if keepAlive != connect.keepAlive { properties.serverKeepAlive = keepAlive }
        let asked = connect.properties.sessionExpiryInterval ?? 0
        if request.expiryInterval != asked { properties.sessionExpiryInterval = request.expiryInterval }
        // [MQTT-3.1.3-7] [MQTT-3.2.2-16]
        if client.clientIDWasAssigned { properties.assignedClientIdentifier = try? Text(Array(client.clientID.bytes)) }
        return properties
    }

    private static let nanosecondsPerSecond: UInt64 = 1_000_000_000
}

extension ConnectPacket {
    /// Bytes of the largest packet that the client takes.
    fileprivate var maximumPacketSize: Int { Int(properties.maximumPacketSize ?? .max) }
}
