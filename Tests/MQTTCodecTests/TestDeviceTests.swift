import MQTTCodec
import TestDevice
import Testing

@Suite struct TestDeviceTests {
    private let patience = Duration.seconds(5)

    @Test func `connects and keeps what comes early for later`() throws {
        let (near, far) = try SocketPipe.pair()
        let device = TestDevice(near, version: .v3_1_1, patience: patience)
        try far.send(wire("20 02 00 00 30 04 0001 'a' 01 90 03 0001 00"), by: .now + patience)
        #expect(try device.connect(as: "d").reasonCode == .success)
        #expect(try device.subscribe("a").reasonCodes == [.success])
        #expect(try device.receivePublish() == PublishPacket(topic: "a", payload: [1]))
        let sent = try far.receive(upTo: 100, by: .now + patience)
        #expect(sent == wire("10 0d 0004 'MQTT' 04 02 003c 0001 'd' 82 06 0001 0001 'a' 00"))
    }

    @Test func `sees the broker close`() throws {
        let (near, far) = try SocketPipe.pair()
        let device = TestDevice(near, version: .v5, patience: patience)
        try far.send(wire("e0 01 8e"), by: .now + patience)
        far.close()
        let expected = TestDevice.Received.packet(.disconnect(DisconnectPacket(reasonCode: .sessionTakenOver)))
        #expect(try device.receiveUntilClosed() == [expected])
    }

    @Test func `goes through the exchange of QoS 2`() throws {
        let (near, far) = try SocketPipe.pair()
        let device = TestDevice(near, version: .v5, patience: patience)
        try far.send(wire("50 02 0001 70 02 0001"), by: .now + patience)
        #expect(try device.publish("a", [1], qos: .exactlyOnce) == .success)
        #expect(try far.receive(upTo: 100, by: .now + patience) == wire("34 07 0001 'a' 0001 00 01 62 02 0001"))
    }

    @Test func `does not wait for ever`() throws {
        let (near, far) = try SocketPipe.pair()
        defer { far.close() }
        let device = TestDevice(near, version: .v5, patience: .milliseconds(1))
        #expect(throws: DeviceError.pipe(.deadlinePassed)) { try device.receive() }
    }

    @Test func `tells of a broker that sends nonsense`() throws {
        let (near, far) = try SocketPipe.pair()
        let device = TestDevice(near, version: .v5, patience: patience)
        try far.send([0], by: .now + patience)
        far.close()
        #expect(throws: DeviceError.self) { try device.receive() }
    }
}
