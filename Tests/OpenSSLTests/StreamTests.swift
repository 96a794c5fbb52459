import Glibc
import TestAuthority
import Testing

@testable import OpenSSL

@Suite struct StreamTests {
    private func connected(_ version: TLSVersion) throws -> TLSPair {
        let world = try TestWorld()
        let pair = try world.connect(world.client(world.devices.issue(), versions: version...version))
        try #require(pair.server.failure == nil)
        // Reads the ticket, so that nothing is left on the way.
        try #require(pair.exchange() == "hello")
        return pair
    }

    private func read(_ connection: TLSConnection, atMost count: Int = 65_536) -> (TLSStep, [UInt8]) {
        var buffer = [UInt8](repeating: 0, count: count)
        let step = buffer.withUnsafeMutableBytes { connection.read(into: $0) }
        guard case .bytes(let count) = step else { return (step, []) }
        return (step, Array(buffer[..<count]))
    }

    @Test(arguments: [TLSVersion.tls1_2, .tls1_3])
    func `a megabyte arrives whole though neither end takes it at once`(_ version: TLSVersion) throws {
        let pair = try connected(version)
        let sent = (0..<1_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        var written = 0
        var received: [UInt8] = []
        var hadToWait = false
        while received.count < sent.count {
            if written < sent.count {
                // A copy at another address each time: the buffer may move between two tries.
                let rest = Array(sent[written...])
                switch rest.withUnsafeBytes({ pair.server.write($0) }) {
                case .bytes(let count): written += count
                case .wantWrite: hadToWait = true
                case let step: Issue.record("\(step)"); return
                }
            }
            if hadToWait || written == sent.count {
                let (step, bytes) = read(pair.client)
                if step == .wantRead { hadToWait = false }
                received += bytes
            }
        }
        #expect(received == sent)
    }

    @Test func `nothing to read is no error`() throws {
        let pair = try connected(.tls1_3)
        #expect(read(pair.server).0 == .wantRead)
        #expect(pair.server.failure == nil)
    }

    @Test func `bytes that were read ahead are told as pending`() throws {
        let pair = try connected(.tls1_3)
        for text in ["one", "two"] { _ = Array(text.utf8).withUnsafeBytes { pair.client.write($0) } }
        // One read of the socket takes both records.
        #expect(read(pair.server).1 == Array("one".utf8))
        #expect(pair.server.hasPending)
        #expect(read(pair.server).1 == Array("two".utf8))
        #expect(!pair.server.hasPending)
    }

    @Test func `a record larger than the buffer is given out in parts`() throws {
        let pair = try connected(.tls1_3)
        _ = Array("abcdef".utf8).withUnsafeBytes { pair.client.write($0) }
        #expect(read(pair.server, atMost: 4).1 == Array("abcd".utf8))
        #expect(pair.server.hasPending)
        #expect(read(pair.server, atMost: 4).1 == Array("ef".utf8))
    }

    @Test(arguments: [TLSVersion.tls1_2, .tls1_3])
    func `an orderly end is an end of the stream`(_ version: TLSVersion) throws {
        let pair = try connected(version)
        #expect(pair.client.shutdown() == .done)
        #expect(read(pair.server).0 == .endOfStream)
        #expect(pair.server.alertReceived == .closeNotify)
        #expect(pair.server.failure == nil)
    }

    @Test func `after the peer's half is closed ours still speaks`() throws {
        let pair = try connected(.tls1_3)
        #expect(pair.client.shutdown() == .done)
        #expect(read(pair.server).0 == .endOfStream)
        #expect(pair.exchange("last words") == "last words")
        #expect(pair.server.shutdown() == .done)
        #expect(read(pair.client).0 == .endOfStream)
    }

    @Test func `a connection that breaks off is truncated`() throws {
        let pair = try connected(.tls1_3)
        pair.closeClientSocket()
        #expect(read(pair.server).0 == .failed)
        #expect(pair.server.failure == .truncated)
    }

    @Test func `writing to a peer that is gone fails with its errno, and kills nobody`() throws {
        let pair = try connected(.tls1_3)
        pair.closeClientSocket()
        #expect([1, 2, 3].withUnsafeBytes { pair.server.write($0) } == .failed)
        #expect(pair.server.failure == .transport(errno: EPIPE))
    }

    @Test func `garbage in the middle of a stream is a broken protocol`() throws {
        let pair = try connected(.tls1_3)
        pair.injectToServer([0x17, 0x03, 0x03, 0x00, 0x20] + [UInt8](repeating: 0xAA, count: 32))
        #expect(read(pair.server).0 == .failed)
        guard case .protocolViolation = pair.server.failure else {
            Issue.record("\(String(describing: pair.server.failure))")
            return
        }
    }

    @Test func `one connection's failure is not blamed on the next`() throws {
        let good = try connected(.tls1_3)
        let bad = try connected(.tls1_3)
        bad.injectToServer([0x17, 0x03, 0x03, 0x00, 0x20] + [UInt8](repeating: 0xAA, count: 32))
        #expect(read(bad.server).0 == .failed)
        #expect(read(good.server).0 == .wantRead)
        #expect(good.exchange("fine") == "fine")
    }

    @Test func `a flood of key updates breaks the connection before the socket is empty`() throws {
        let pair = try connected(.tls1_3)
        // As many as the socket takes; without a bound one read of the server's would go through all of them.
        while pair.client.updateKeys() == .done {}
        #expect(read(pair.server).0 == .failed)
        #expect(pair.server.failure == .controlFlood(steps: TLSConnection.maximumControlSteps + 1))
    }

    @Test func `key updates between data go on for ever`() throws {
        let pair = try connected(.tls1_3)
        let data = [UInt8](repeating: 1, count: 8192)
        for _ in 0..<200 {
            try #require(pair.client.updateKeys() == .done)
            try #require(data.withUnsafeBytes { pair.client.write($0) } == .bytes(data.count))
            try #require(read(pair.server).1 == data)
        }
        #expect(pair.server.failure == nil)
    }

    @Test func `writing nothing writes nothing`() throws {
        let pair = try connected(.tls1_3)
        #expect(pair.server.write(UnsafeRawBufferPointer(start: nil, count: 0)) == .bytes(0))
        #expect(read(pair.client).0 == .wantRead)
    }
}
