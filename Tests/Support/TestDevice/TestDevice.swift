package import MQTTCodec

/// An MQTT client for tests, in 3.1, 3.1.1 or 5.0, over any byte pipe.
///
/// Every call blocks until it has what it waits for, or throws after `patience`. Packets that come while another is
/// awaited are kept and given later, in their order. It answers nothing by itself: acknowledgements are the test's.
/// Not for use from two threads.
package final class TestDevice {
    /// What a broker can send.
    package enum Received: Hashable, Sendable {
        case publish(PublishPacket)
        case packet(Packet)
    }

    package let version: ProtocolVersion
    /// How long each call waits at most.
    package var patience: Duration
    private let pipe: any BytePipe
    private var decoder: PacketDecoder
    private var input: [UInt8] = []
    private var kept: [Received] = []
    private var lastIdentifier: UInt16 = 0

    package init(_ pipe: any BytePipe, version: ProtocolVersion = .v5, patience: Duration = .seconds(10)) {
        self.pipe = pipe
        self.version = version
        self.patience = patience
        decoder = PacketDecoder(
            origin: .server,
            version: version,
            maximumPacketSize: VariableByteInteger.maximum,
            topicAliasMaximum: .max
        )
    }

    /// A device of `version` with a TCP connection to 127.0.0.1, and nothing sent yet.
    package static func reaching(
        port: UInt16,
        version: ProtocolVersion = .v5,
        patience: Duration = .seconds(10)
    ) throws(PipeError) -> TestDevice {
        TestDevice(try SocketPipe(port: port), version: version, patience: patience)
    }

    private var deadline: ContinuousClock.Instant { ContinuousClock.now + patience }

    /// A packet identifier not used before by this device.
    package func nextIdentifier() -> UInt16 {
        lastIdentifier = lastIdentifier == .max ? 1 : lastIdentifier + 1
        return lastIdentifier
    }
}

extension TestDevice {
    /// Sends one packet.
    package func send(_ packet: some EncodablePacket) throws(DeviceError) {
        let bytes: [UInt8]
        do throws(CodecError) {
            bytes = try packet.encoded(for: version, from: .client)
        } catch {
            throw .cannotEncode(error)
        }
        try send(raw: bytes)
    }

    /// Sends bytes as they are, for tests of bad input.
    package func send(raw bytes: [UInt8]) throws(DeviceError) {
        do throws(PipeError) { try pipe.send(bytes, by: deadline) } catch { throw .pipe(error) }
    }

    /// The next packet, kept or new.
    package func receive() throws(DeviceError) -> Received {
        guard kept.isEmpty else { return kept.removeFirst() }
        let deadline = deadline
        while true {
            if let received = try decodeNext() { return received }
            let more: [UInt8]
            do throws(PipeError) {
                more = try pipe.receive(upTo: 65_536, by: deadline)
            } catch {
                throw .pipe(error)
            }
            guard !more.isEmpty else { throw .closed(unread: input.count) }
            input += more
        }
    }

    /// The next packet that `choose` takes; others that come before it are kept for later.
    package func receive<Value>(_ choose: (Received) -> Value?) throws(DeviceError) -> Value {
        for (index, received) in kept.enumerated() {
            if let value = choose(received) {
                kept.remove(at: index)
                return value
            }
        }
        var passed = kept
        kept = []
        defer { kept = passed + kept }
        while true {
            let received = try receive()
            if let value = choose(received) { return value }
            passed.append(received)
        }
    }

    /// Puts packets back in front of those kept.
    func keep(_ received: [Received]) { kept = received + kept }

    /// Waits for the broker to close, and gives what came before that.
    package func receiveUntilClosed() throws(DeviceError) -> [Received] {
        var all: [Received] = []
        while true {
            do throws(DeviceError) {
                all.append(try receive())
            } catch {
                // A broker may reset a connection on which unread bytes were waiting.
                if error.isClosed { return all }
                throw error
            }
        }
    }

    /// Closes without DISCONNECT, as a device does whose power is cut.
    package func vanish() { pipe.close() }

    /// Closes the sending direction alone.
    package func finishSending() { pipe.finishSending() }

    private func decodeNext() throws(DeviceError) -> Received? {
        var failure: CodecError?
        let (received, size) = input.withUnsafeBytes { bytes -> (Received?, Int) in
            do throws(CodecError) {
                switch try decoder.next(in: bytes) {
                case .needMore: return (nil, 0)
                case .publish(let view): return (.publish(PublishPacket(view, in: bytes)), view.packetSize)
                case .packet(let packet, let size): return (.packet(packet), size)
                }
            } catch {
                failure = error
                return (nil, 0)
            }
        }
        if let failure { throw .brokerSentMalformed(failure) }
        input.removeFirst(size)
        return received
    }
}

/// Why a device did not get what it waited for.
package enum DeviceError: Error, Hashable, Sendable {
    case pipe(PipeError)
    /// The broker closed; so many bytes of a packet were left.
    case closed(unread: Int)
    case cannotEncode(CodecError)
    case brokerSentMalformed(CodecError)
    /// Something came that the test does not await.
    case unexpected(TestDevice.Received)

    /// Whether the broker ended the connection, by closing or by a reset.
    package var isClosed: Bool {
        switch self {
        case .closed: true
        case .pipe(.system(_, let reason)): PipeError.resets.contains(reason)
        case .pipe, .cannotEncode, .brokerSentMalformed, .unexpected: false
        }
    }
}
