import Glibc
import OpenSSL
import TestDevice

/// TLS from a test device to a gateway on 127.0.0.1, by OpenSSL's client side.
final class TLSPipe: BytePipe {
    let connection: TLSConnection
    private var descriptor: Int32

    /// Connects the socket; the handshake is a step of its own, and `send` and `receive` finish it if need be.
    init(port: UInt16, context: TLSContext, serverName: String?, session: TLSSession? = nil) throws {
        descriptor = try LoopbackSocket.connect(port: port)
        do {
            connection = try TLSConnection(
                client: context,
                descriptor: descriptor,
                serverName: serverName,
                session: session
            )
        } catch {
            _ = Glibc.close(descriptor)
            throw error
        }
    }

    deinit { close() }

    /// Finishes this side's handshake.
    func handshake(by deadline: ContinuousClock.Instant) throws(PipeError) {
        try repeating(by: deadline) { connection.handshake() }
    }

    func send(_ bytes: [UInt8], by deadline: ContinuousClock.Instant) throws(PipeError) {
        var sent = 0
        while sent < bytes.count {
            let step = try repeating(by: deadline) {
                bytes.withUnsafeBytes { connection.write(UnsafeRawBufferPointer(rebasing: $0[sent...])) }
            }
            if case .bytes(let count) = step { sent += count }
        }
    }

    func receive(upTo limit: Int, by deadline: ContinuousClock.Instant) throws(PipeError) -> [UInt8] {
        var buffer = [UInt8](repeating: 0, count: limit)
        let step = try repeating(by: deadline) { buffer.withUnsafeMutableBytes { connection.read(into: $0) } }
        guard case .bytes(let count) = step else { return [] }
        return Array(buffer.prefix(count))
    }

    func finishSending() { _ = connection.shutdown() }

    func close() {
        guard descriptor >= 0 else { return }
        _ = Glibc.close(descriptor)
        descriptor = -1
    }

    /// Takes a step again and again until it no longer waits for the socket.
    @discardableResult
    private func repeating(by deadline: ContinuousClock.Instant, _ step: () -> TLSStep) throws(PipeError) -> TLSStep {
        while true {
            let outcome = step()
            switch outcome {
            case .wantRead: try LoopbackSocket.wait(descriptor, for: POLLIN, by: deadline)
            case .wantWrite: try LoopbackSocket.wait(descriptor, for: POLLOUT, by: deadline)
            case .failed: throw .failed(connection.failure.map { "\($0)" } ?? "no reason")
            case .done, .bytes, .endOfStream: return outcome
            }
        }
    }
}

/// The system calls of a client socket.
enum LoopbackSocket {
    /// A connected, non-blocking socket.
    static func connect(port: UInt16) throws(PipeError) -> Int32 {
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
        _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
        return descriptor
    }

    static func wait(_ descriptor: Int32, for events: Int32, by deadline: ContinuousClock.Instant) throws(PipeError) {
        guard descriptor >= 0 else { throw .closedHere }
        while true {
            let left = ContinuousClock.now.duration(to: deadline)
            guard left > .zero else { throw .deadlinePassed }
            var request = pollfd(fd: descriptor, events: Int16(events), revents: 0)
            let result = poll(&request, 1, Int32(min(left / .milliseconds(1), 60_000)) + 1)
            if result > 0 { return }
            guard result == 0 || errno == EINTR else { throw .system(call: "poll", errno: errno) }
        }
    }
}
