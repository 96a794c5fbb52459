import CLinux
import Glibc

@testable import Reactors

/// The far end of a connection, in the hand of the test. Waits no longer than ten seconds for anything.
final class Peer: Sendable {
    let descriptor: Descriptor

    init(adopting number: Int32) {
        descriptor = Descriptor(adopting: number)
    }

    /// Connects over TCP and blocks in every call.
    init(connectingTo address: SocketAddress) throws {
        descriptor = Descriptor(adopting: clinux_stream_socket(address.family.rawValue))
        block()
        let result = clinux_connect(descriptor.number, address.forC)
        if result != 0 { throw ReactorError.callFailed(.socket, errno: -result) }
    }

    /// From now on calls wait until they are done.
    func block() {
        _ = fcntl(descriptor.number, F_SETFL, fcntl(descriptor.number, F_GETFL) & ~O_NONBLOCK)
        var limit = timeval(tv_sec: 10, tv_usec: 0)
        setsockopt(descriptor.number, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        setsockopt(descriptor.number, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    }

    /// Sends what fits; returns how many bytes that was.
    @discardableResult
    func send(_ bytes: some Collection<UInt8>) -> Int {
        Array(bytes).withUnsafeBytes { max(0, clinux_send(descriptor.number, $0.baseAddress, $0.count)) }
    }

    /// Sends all, waiting as long as it takes.
    func sendAll(_ bytes: [UInt8]) {
        var sent = 0
        while sent < bytes.count {
            let count = send(bytes[sent...])
            if count == 0 { return }
            sent += count
        }
    }

    /// What one `recv` gives: bytes, nothing at the end of the stream, or nil when there is nothing or an error.
    func receive(upTo limit: Int = 1 << 20) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: limit)
        let count = bytes.withUnsafeMutableBytes { clinux_receive(descriptor.number, $0.baseAddress, $0.count) }
        return count < 0 ? nil : Array(bytes.prefix(count))
    }

    /// The error of the next `recv`, or 0.
    var receiveError: Int32 {
        var byte: UInt8 = 0
        return Int32(-min(0, clinux_receive(descriptor.number, &byte, 1)))
    }

    /// Receives so many bytes, or fewer when the stream ends or fails before.
    func receive(exactly count: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        while bytes.count < count, let more = receive(upTo: count - bytes.count), !more.isEmpty { bytes += more }
        return bytes
    }

    /// Has the stream ended in order?
    var hasEnded: Bool { receive(upTo: 1) == [] }

    func finishWriting() {
        _ = clinux_shutdown_writing(descriptor.number)
    }

    /// Makes the descriptor's close send a reset.
    func resetOnClose() {
        var now = linger(l_onoff: 1, l_linger: 0)
        setsockopt(descriptor.number, SOL_SOCKET, SO_LINGER, &now, socklen_t(MemoryLayout<linger>.size))
    }

    func option(_ level: Int32, _ name: Int32) -> Int32 { clinux_option(descriptor.number, level, name) }
}

/// Bytes of which no two neighbourhoods look alike.
func pattern(_ count: Int, seed: Int = 0) -> [UInt8] {
    var state = UInt64(truncatingIfNeeded: seed) &* 0x9E37_79B9_7F4A_7C15 | 1
    return (0..<count).map { _ in
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return UInt8(truncatingIfNeeded: state >> 56)
    }
}
