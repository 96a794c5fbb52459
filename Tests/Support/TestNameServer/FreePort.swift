import Glibc

/// Looks for a port that a child process can then listen on, for UDP and TCP.
enum FreePort {
    struct NotFound: Error {}

    private static let attempts = 50

    static func find(host: String) throws -> Int {
        for _ in 0..<attempts {
            guard let port = bound(host: host, port: 0, type: Int32(SOCK_DGRAM.rawValue)) else { continue }
            if bound(host: host, port: port, type: Int32(SOCK_STREAM.rawValue)) != nil { return Int(port) }
        }
        throw NotFound()
    }

    /// The port that a socket of `type` got; nil when it is taken.
    private static func bound(host: String, port: UInt16, type: Int32) -> UInt16? {
        let descriptor = socket(AF_INET, type, 0)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        guard inet_pton(AF_INET, host, &address.sin_addr) == 1 else { return nil }
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        return withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                guard bind(descriptor, generic, length) == 0 else { return nil }
                guard getsockname(descriptor, generic, &length) == 0 else { return nil }
                return UInt16(bigEndian: pointer.pointee.sin_port)
            }
        }
    }
}
