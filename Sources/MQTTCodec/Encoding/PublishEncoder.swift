/// What differs between the receivers of one message.
@usableFromInline package struct PublishDelivery: Sendable, Hashable, BitwiseCopyable {
    @usableFromInline package var qos: QoS
    @usableFromInline package var retain: Bool
    /// DUP; only above QoS 0. [MQTT-3.3.1-1] [MQTT-3.3.1-2]
    @usableFromInline package var isDuplicate: Bool
    /// Not 0 above QoS 0; not sent at QoS 0.
    @usableFromInline package var packetIdentifier: UInt16
    /// 0: none. Before 5.0 not sent.
    @usableFromInline package var topicAlias: UInt16
    /// Whether the alias stands for the topic, because the receiver was told it before.
    @usableFromInline package var omitsTopic: Bool
    /// Seconds that are left. [MQTT-3.3.2-6] Before 5.0 not sent.
    @usableFromInline package var messageExpiryInterval: UInt32?

    @inlinable package init(
        qos: QoS = .atMostOnce,
        retain: Bool = false,
        isDuplicate: Bool = false,
        packetIdentifier: UInt16 = 0,
        topicAlias: UInt16 = 0,
        omitsTopic: Bool = false,
        messageExpiryInterval: UInt32? = nil
    ) {
        self.qos = qos
        self.retain = retain
        self.isDuplicate = isDuplicate
        self.packetIdentifier = packetIdentifier
        self.topicAlias = topicAlias
        self.omitsTopic = omitsTopic
        self.messageExpiryInterval = messageExpiryInterval
    }
}

/// Writes one message for one receiver after the other, from the parts they all share.
///
/// Size first, then write into memory of that size; neither allocates. The parts must outlive the encoder:
/// - `topic`: the name's bytes, at most 65,535, checked before;
/// - `properties`: bytes that go to every receiver, as `PublishView.copyForwardedProperties` or
///   `Properties.encodedForPublish` give them: no topic alias, expiry or subscription identifier among them;
/// - `payload`.
@usableFromInline package struct PublishEncoder {
    @usableFromInline let version: ProtocolVersion
    @usableFromInline let topic: UnsafeRawBufferPointer
    @usableFromInline let properties: UnsafeRawBufferPointer
    @usableFromInline let payload: UnsafeRawBufferPointer

    /// An encoder for receivers of one version; before 5.0 the properties stay out.
    @inlinable
    package init(
        version: ProtocolVersion,
        topic: UnsafeRawBufferPointer,
        properties: UnsafeRawBufferPointer,
        payload: UnsafeRawBufferPointer
    ) {
        self.version = version
        self.topic = topic
        self.properties = version.hasProperties ? properties : UnsafeRawBufferPointer(start: nil, count: 0)
        self.payload = payload
    }

    /// The lengths in a packet, worked out once for both size and writing.
    @usableFromInline struct Layout {
        @usableFromInline var properties = 0
        @usableFromInline var remaining = 0
        @usableFromInline var total = 0

        @inlinable init() {}
    }

    @inlinable
    func layout(_ delivery: PublishDelivery, _ subscriptionIdentifiers: some Collection<UInt32>) -> Layout {
        var layout = Layout()
        layout.remaining = 2 &+ payload.count
        if !delivery.omitsTopic { layout.remaining &+= topic.count }
        if delivery.qos != .atMostOnce { layout.remaining &+= 2 }
        if version.hasProperties {
            layout.properties = properties.count
            if delivery.topicAlias != 0 { layout.properties &+= 3 }
            if delivery.messageExpiryInterval != nil { layout.properties &+= 5 }
            for identifier in subscriptionIdentifiers {
                layout.properties &+= 1 &+ VariableByteInteger.size(of: identifier)
            }
            layout.remaining &+= VariableByteInteger.size(of: layout.properties) &+ layout.properties
        }
        layout.total = 1 &+ VariableByteInteger.size(of: layout.remaining) &+ layout.remaining
        return layout
    }

    /// Bytes of the packet for one receiver. Above `VariableByteInteger.maximum` it cannot be sent; the receiver's
    /// Maximum Packet Size is compared with this number. [MQTT-3.1.2-24]
    @inlinable
    package func size(
        _ delivery: PublishDelivery,
        subscriptionIdentifiers: some Collection<UInt32> = EmptyCollection()
    ) -> Int {
        layout(delivery, subscriptionIdentifiers).total
    }

    /// Where the packet identifier stands, for a fan-out that encodes one packet and patches it for each receiver;
    /// nil at QoS 0.
    ///
    /// What else is patched is the first byte, which `PublishHeader` gives.
    @inlinable
    package func packetIdentifierOffset(
        _ delivery: PublishDelivery,
        subscriptionIdentifiers: some Collection<UInt32> = EmptyCollection()
    ) -> Int? {
        guard delivery.qos != .atMostOnce else { return nil }
        let layout = layout(delivery, subscriptionIdentifiers)
        return layout.total &- layout.remaining &+ 2 &+ (delivery.omitsTopic ? 0 : topic.count)
    }

    /// Writes the packet for one receiver to the start of `buffer`, which has at least `size` bytes, and gives the
    /// bytes written.
    @inlinable
    @discardableResult
    package func write(
        _ delivery: PublishDelivery,
        subscriptionIdentifiers: some Collection<UInt32> = EmptyCollection(),
        into buffer: UnsafeMutableRawBufferPointer
    ) -> Int {
        let layout = layout(delivery, subscriptionIdentifiers)
        precondition(layout.total <= buffer.count, "PUBLISH of \(layout.total) bytes, buffer of \(buffer.count)")
        var pen = PublishPen(buffer)
        pen.byte(
            PublishHeader.byte(qos: delivery.qos, retain: delivery.retain, isDuplicate: delivery.isDuplicate)
        )
        pen.variableByteInteger(layout.remaining)
        if delivery.omitsTopic {
            pen.uint16(0)
        } else {
            pen.uint16(UInt16(truncatingIfNeeded: topic.count))
            pen.copy(topic)
        }
        if delivery.qos != .atMostOnce { pen.uint16(delivery.packetIdentifier) }
        if version.hasProperties {
            pen.variableByteInteger(layout.properties)
            if delivery.topicAlias != 0 {
                pen.byte(PropertyIdentifier.topicAlias.rawValue)
                pen.uint16(delivery.topicAlias)
            }
            if let interval = delivery.messageExpiryInterval {
                pen.byte(PropertyIdentifier.messageExpiryInterval.rawValue)
                pen.uint16(UInt16(truncatingIfNeeded: interval &>> 16))
                pen.uint16(UInt16(truncatingIfNeeded: interval))
            }
            // [MQTT-3.3.4-3] [MQTT-3.3.4-4]
            for identifier in subscriptionIdentifiers {
                pen.byte(PropertyIdentifier.subscriptionIdentifier.rawValue)
                pen.variableByteInteger(Int(identifier))
            }
            pen.copy(properties)
        }
        pen.copy(payload)
        return pen.offset
    }
}

/// Writes into memory whose size the caller has compared before.
@usableFromInline struct PublishPen {
    @usableFromInline let buffer: UnsafeMutableRawBufferPointer
    @usableFromInline var offset = 0

    @inlinable init(_ buffer: UnsafeMutableRawBufferPointer) { self.buffer = buffer }

    @inlinable mutating func byte(_ byte: UInt8) {
        buffer.storeBytes(of: byte, toByteOffset: offset, as: UInt8.self)
        offset &+= 1
    }

    @inlinable mutating func uint16(_ number: UInt16) {
        buffer.storeBytes(of: number.bigEndian, toByteOffset: offset, as: UInt16.self)
        offset &+= 2
    }

    @inlinable mutating func variableByteInteger(_ number: Int) {
        var rest = number
        while rest >= 0x80 {
            byte(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest &>>= 7
        }
        byte(UInt8(truncatingIfNeeded: rest))
    }

    @inlinable mutating func copy(_ bytes: UnsafeRawBufferPointer) {
        guard let source = bytes.baseAddress, bytes.count > 0 else { return }
        UnsafeMutableRawBufferPointer(rebasing: buffer[offset..<(offset &+ bytes.count)])
            .copyMemory(from: UnsafeRawBufferPointer(start: source, count: bytes.count))
        offset &+= bytes.count
    }
}
