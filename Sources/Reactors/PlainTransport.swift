internal import CLinux

/// Bytes over a socket as they are. Writing to a peer that has gone gives an error, never SIGPIPE.
package final class PlainTransport: StreamTransport {
    package let descriptor: Int32
    private var isClosed = false

    /// Takes over a connected, non-blocking stream socket.
    package init(adopting descriptor: consuming Descriptor) {
        self.descriptor = descriptor.take()
    }

    /// Takes over an accepted connection.
    package convenience init(adopting socket: consuming AcceptedSocket) {
        self.init(adopting: socket.takeDescriptor())
    }

    deinit {
        close()
    }

    package func open() -> TransportStep { .ready }

    package func read(into buffer: UnsafeMutableRawBufferPointer) -> TransportStep {
        let result = clinux_receive(descriptor, buffer.baseAddress, buffer.count)
        if result > 0 { return .bytes(result) }
        return switch Int32(-result) {
        case 0: .endOfStream
        case EAGAIN: .wantRead
        case let errno: .failed(ReactorError.callFailed(.recv, errno: errno))
        }
    }

    package func write(_ bytes: UnsafeRawBufferPointer) -> TransportStep {
        let result = clinux_send(descriptor, bytes.baseAddress, bytes.count)
        if result >= 0 { return .bytes(result) }
        return switch Int32(-result) {
        case EAGAIN: .wantWrite
        case let errno: .failed(ReactorError.callFailed(.send, errno: errno))
        }
    }

    package var hasBufferedInput: Bool { false }

    package func finish() -> TransportStep {
        let result = clinux_shutdown_writing(descriptor)
        return result == 0 ? .ready : .failed(ReactorError.callFailed(.shutdown, errno: -result))
    }

    package func close() {
        guard !isClosed else { return }
        isClosed = true
        clinux_close(descriptor)
    }
}
