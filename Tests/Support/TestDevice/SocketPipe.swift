import Glibc

/// A byte pipe over a connected stream socket: TCP to a broker, or one end of a socket pair.
package final class SocketPipe: BytePipe {
    private var descriptor: Int32

    /// Takes over a connected socket and closes it in the end.
    package init(adopting descriptor: Int32) { self.descriptor = descriptor }

    deinit { close() }

    /// Connects to 127.0.0.1.
    package convenience init(port: UInt16) throws(PipeError) {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw .system(call: "socket", errno: errno) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard result == 0 else {
            let reason = errno
            _ = Glibc.close(descriptor)
            throw .system(call: "connect", errno: reason)
        }
        var on: Int32 = 1
        _ = setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
        self.init(adopting: descriptor)
    }

    /// Two ends joined to each other.
    package static func pair() throws(PipeError) -> (SocketPipe, SocketPipe) {
        var ends: [Int32] = [-1, -1]
        let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        guard socketpair(AF_UNIX, kind, 0, &ends) == 0 else { throw .system(call: "socketpair", errno: errno) }
        return (SocketPipe(adopting: ends[0]), SocketPipe(adopting: ends[1]))
    }

    package func send(_ bytes: [UInt8], by deadline: ContinuousClock.Instant) throws(PipeError) {
        var sent = 0
        while sent < bytes.count {
            try wait(for: POLLOUT, by: deadline)
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
            } else if errno != EAGAIN && errno != EINTR {
                throw .system(call: "send", errno: errno)
            }
        }
    }

    package func receive(upTo limit: Int, by deadline: ContinuousClock.Instant) throws(PipeError) -> [UInt8] {
        while true {
            try wait(for: POLLIN, by: deadline)
            var reason: Int32 = 0
            let bytes = [UInt8](unsafeUninitializedCapacity: limit) { buffer, count in
                let received = Glibc.recv(descriptor, buffer.baseAddress, buffer.count, Int32(MSG_DONTWAIT))
                if received < 0 { reason = errno }
                count = max(0, received)
            }
            switch reason {
            case 0: return bytes
            case EAGAIN, EINTR: continue
            default: throw .system(call: "recv", errno: reason)
            }
        }
    }

    package func finishSending() {
        if descriptor >= 0 { _ = shutdown(descriptor, Int32(SHUT_WR)) }
    }

    package func close() {
        guard descriptor >= 0 else { return }
        _ = Glibc.close(descriptor)
        descriptor = -1
    }

    private func wait(for events: Int32, by deadline: ContinuousClock.Instant) throws(PipeError) {
        guard descriptor >= 0 else { throw .closedHere }
        while true {
            let left = ContinuousClock.now.duration(to: deadline)
            guard left > .zero else { throw .deadlinePassed }
            // One millisecond more than the rounded-down rest, so that the last wait is not a spin.
            let milliseconds = min(left / .milliseconds(1), 60_000) + 1
            var request = pollfd(fd: descriptor, events: Int16(events), revents: 0)
            let result = poll(&request, 1, Int32(milliseconds))
            if result > 0 { return }
            guard result == 0 || errno == EINTR else { throw .system(call: "poll", errno: errno) }
        }
    }
}

extension PipeError {
    /// Errors of a connection that the other end has ended.
    static let resets: [Int32] = [ECONNRESET, EPIPE]
}
