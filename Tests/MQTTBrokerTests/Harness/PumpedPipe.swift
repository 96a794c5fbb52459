import Glibc
import TestDevice

/// A pipe to a broker that runs on the test's own thread: waiting drives the broker, and silence is known at once.
final class PumpedPipe: BytePipe {
    private let descriptor: Int32
    private let pump: () -> Void
    private var isClosed = false

    init(_ descriptor: Int32, pump: @escaping () -> Void) {
        self.descriptor = descriptor
        self.pump = pump
    }

    deinit { close() }

    func send(_ bytes: [UInt8], by deadline: ContinuousClock.Instant) throws(PipeError) {
        guard !isClosed else { throw .closedHere }
        var sent = 0
        var refusals = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes { buffer in
                Glibc.send(
                    descriptor,
                    UnsafeRawBufferPointer(rebasing: buffer[sent...]).baseAddress,
                    buffer.count - sent,
                    Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT)
                )
            }
            if count >= 0 {
                sent += count
                refusals = 0
            } else if errno == EAGAIN {
                refusals += 1
                guard refusals < 3 else { throw .deadlinePassed }
                pump()
            } else {
                throw .system(call: "send", errno: errno)
            }
        }
        pump()
    }

    func receive(upTo limit: Int, by deadline: ContinuousClock.Instant) throws(PipeError) -> [UInt8] {
        guard !isClosed else { throw .closedHere }
        for attempt in 0..<2 {
            if attempt > 0 { pump() }
            var reason: Int32 = 0
            let bytes = [UInt8](unsafeUninitializedCapacity: limit) { buffer, count in
                let received = recv(descriptor, buffer.baseAddress, buffer.count, Int32(MSG_DONTWAIT))
                if received < 0 { reason = errno }
                count = max(0, received)
            }
            switch reason {
            case 0: return bytes
            case EAGAIN, EINTR: continue
            default: throw .system(call: "recv", errno: reason)
            }
        }
        throw .deadlinePassed
    }

    func finishSending() {
        if !isClosed { _ = shutdown(descriptor, Int32(SHUT_WR)) }
        pump()
    }

    func close() {
        guard !isClosed else { return }
        isClosed = true
        _ = Glibc.close(descriptor)
        pump()
    }
}

extension SocketPipe {
    /// Two joined descriptors, the second one for a reactor.
    static func nonBlockingPair() throws(PipeError) -> (near: Int32, far: Int32) {
        var ends: [Int32] = [-1, -1]
        let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
        guard socketpair(AF_UNIX, kind, 0, &ends) == 0 else { throw .system(call: "socketpair", errno: errno) }
        return (ends[0], ends[1])
    }
}
