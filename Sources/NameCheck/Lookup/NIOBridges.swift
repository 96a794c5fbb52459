import Glibc
import LDNS
import NIOCore
import NIOPosix

extension ServerAddress {
    /// The address as NIO takes it.
    var socketAddress: SocketAddress {
        do {
            return try SocketAddress(packedIPAddress: ByteBuffer(bytes: address.bytes), port: Int(port))
        } catch {
            // It only throws for a length other than 4 and 16.
            fatalError("\(address.bytes.count) bytes are no IP address")  // Invariant: IPAddress has 4 or 16 bytes.
        }
    }
}

extension EventLoopFuture where Value: Sendable {
    /// The value, or `fallback` when the loop is gone before there is one.
    func get(orElse fallback: Value) async -> Value {
        do {
            return try await get()
        } catch {
            return fallback
        }
    }
}

extension Error {
    /// The system's word for an I/O error, else the error's own.
    var systemWord: String {
        let failure = (self as? NIOConnectionError)?.connectionErrors.first?.error ?? self
        guard let code = (failure as? IOError)?.errnoCode else { return "\(failure)" }
        return String(cString: strerror(code))
    }
}

extension TimeAmount {
    init(_ duration: Duration) {
        let parts = duration.components
        self = .seconds(parts.seconds) + .nanoseconds(parts.attoseconds / 1_000_000_000)
    }
}
