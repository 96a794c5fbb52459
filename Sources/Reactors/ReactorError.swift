internal import CLinux

/// What can go wrong between the engine and the operating system.
package enum ReactorError: Error, Hashable, Sendable, CustomStringConvertible {
    /// A system call failed on something that already exists: a connection, an epoll set, a thread.
    case callFailed(SystemCall, errno: Int32)

    /// A listening socket could not be had for this address.
    case cannotListen(SocketAddress, SystemCall, errno: Int32)

    /// Text that should have been an IP address with a port, such as `127.0.0.1:8883` or `[::1]:8883`.
    case notAnAddress(String)

    /// A group of reactors needs at least one, and at most `limit`.
    case reactorCount(Int, limit: Int)

    /// The call that failed, by its name in the manual.
    package enum SystemCall: String, Hashable, Sendable {
        case accept4, bind, epoll_create1, epoll_ctl, eventfd, getsockname, getsockopt, listen, open, pthread_create
        case recv, send, setsockopt, shutdown, socket, socketpair
    }

    package var description: String {
        switch self {
        case .callFailed(let call, let errno):
            "\(call.rawValue) failed: \(Self.text(of: errno))."
        case .cannotListen(let address, _, EADDRINUSE):
            "Cannot listen on \(address): another socket listens there. Stop that program, or choose another port."
        case .cannotListen(let address, _, EACCES):
            "Cannot listen on \(address): not permitted. Ports below 1024 need CAP_NET_BIND_SERVICE."
        case .cannotListen(let address, _, EADDRNOTAVAIL):
            "Cannot listen on \(address): no interface of this machine has that address."
        case .cannotListen(let address, let call, let errno):
            "Cannot listen on \(address): \(call.rawValue) failed: \(Self.text(of: errno))."
        case .notAnAddress(let text):
            "Found \"\(text)\", needed an IP address with a port. Write 192.0.2.1:8883 or [2001:db8::1]:8883."
        case .reactorCount(let count, let limit):
            "Found \(count) reactors, needed 1 to \(limit). Use the number of processor cores."
        }
    }

    private static func text(of errno: Int32) -> String {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { buffer in
            guard let text = buffer.baseAddress, clinux_error_text(errno, text, buffer.count) == 1 else {
                return "error \(errno)"
            }
            return "\(String(cString: text)) (\(errno))"
        }
    }
}
