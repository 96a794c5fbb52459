import Foundation
import Glibc
import Synchronization

@testable import OpenSSL

/// A server of one connection on a free port of 127.0.0.1, on a thread of its own.
final class LoopbackListener: Sendable {
    let port: UInt16
    private let descriptor: Int32

    init() throws {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isListening = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, length) == 0 && listen(descriptor, 1) == 0
                    && getsockname(descriptor, $0, &length) == 0
            }
        }
        guard isListening else { throw TLSFailure.transport(errno: errno) }
        self.descriptor = descriptor
        port = UInt16(bigEndian: address.sin_port)
    }

    deinit {
        close(descriptor)
    }

    /// Accepts once, shakes hands over a blocking socket and closes in order.
    func serveOne(
        _ context: TLSContext,
        _ decide: @escaping @Sendable (borrowing ClientHello) -> HelloDecision
    ) throws -> Serving {
        let serving = Serving()
        let thread = Thread { [self] in
            let socket = accept(descriptor, nil, nil)
            defer { close(socket) }
            guard let connection = try? TLSConnection(server: context, descriptor: socket) else {
                return serving.finish(nil)
            }
            if connection.handshake(decide) == .done {
                _ = connection.shutdown()
                var byte: UInt8 = 0
                while case .bytes = withUnsafeMutableBytes(of: &byte, { connection.read(into: $0) }) {}
            }
            serving.finish(connection)
        }
        thread.start()
        return serving
    }

    /// The outcome of one served connection.
    // Sendable: the connection is handed from the serving thread to the waiting one through the semaphore.
    final class Serving: @unchecked Sendable {
        private let isFinished = DispatchSemaphore(value: 0)
        private var connection: TLSConnection?

        func finish(_ connection: TLSConnection?) {
            self.connection = connection
            isFinished.signal()
        }

        func wait() throws -> TLSConnection {
            isFinished.wait()
            guard let connection else { throw TLSFailure.transport(errno: 0) }
            return connection
        }
    }
}
