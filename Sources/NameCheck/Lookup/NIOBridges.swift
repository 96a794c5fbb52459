import Glibc
import LDNS
import NIOCore

extension ServerAddress {
    /// The address as NIO takes it.
    var socketAddress: SocketAddress {
        var bytes = address.bytes
        if address.isIPv6 {
            var storage = sockaddr_in6()
            storage.sin6_family = sa_family_t(AF_INET6)
            storage.sin6_port = port.bigEndian
            withUnsafeMutableBytes(of: &storage.sin6_addr) { $0.copyBytes(from: bytes) }
            return SocketAddress(storage)
        }
        var storage = sockaddr_in()
        storage.sin_family = sa_family_t(AF_INET)
        storage.sin_port = port.bigEndian
        bytes.withUnsafeMutableBytes { bytes in
            storage.sin_addr.s_addr = bytes.loadUnaligned(as: in_addr_t.self)
        }
        return SocketAddress(storage)
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
