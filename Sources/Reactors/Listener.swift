internal import CLinux
internal import Synchronization

/// A listening address, with a socket of its own on every reactor of a group (SO_REUSEPORT): the kernel spreads the
/// connections and none changes thread after being accepted.
package final class Listener: Sendable {
    /// The backlog asked for; the kernel caps it at net.core.somaxconn.
    package static let backlog: Int32 = 4096

    /// Where it listens, with the real port when port 0 was asked for.
    package let boundAddress: SocketAddress

    private let acceptors: [Acceptor]
    private let group: WeakGroup

    /// Binds and begins to listen on every reactor. Port 0 takes one free port for all of them. An IPv6 wildcard address
    /// takes IPv4 connections too. `accept` runs on the reactor that the connection is to live on.
    ///
    /// Fails when another process listens on the address, even if that one allows sharing.
    package init(
        address: SocketAddress,
        on group: ReactorGroup,
        backlog: Int32 = Listener.backlog,
        accept: @escaping @Sendable (consuming AcceptedSocket, Reactor) -> Void
    ) throws(ReactorError) {
        var bound = address
        var acceptors: [Acceptor] = []
        for reactor in group.reactors {
            let socket = try ListeningSocket.bind(to: bound, isFirst: acceptors.isEmpty)
            if acceptors.isEmpty { bound = SocketAddress(clinux_local_address(socket.number)) }
            let result = clinux_listen(socket.number, backlog)
            guard result == 0 else { throw .cannotListen(bound, .listen, errno: -result) }
            acceptors.append(try Acceptor(socket: socket, reactor: reactor, accept: accept))
        }
        boundAddress = bound
        self.acceptors = acceptors
        self.group = WeakGroup(group)
        for acceptor in acceptors { acceptor.start() }
        group.add(self)
    }

    /// Stops listening: what is in the backlog is still accepted, then the sockets are closed. Returns before that is done.
    package func close() {
        for acceptor in acceptors { acceptor.close() }
        group.value?.remove(self)
    }
}

/// The group a listener must not keep alive.
private struct WeakGroup: Sendable {
    private(set) weak var value: ReactorGroup?

    init(_ group: ReactorGroup) {
        value = group
    }
}

/// How a listening socket is made.
enum ListeningSocket {
    /// A bound socket that shares its address with the other reactors' sockets, but with no other process's.
    static func bind(to address: SocketAddress, isFirst: Bool) throws(ReactorError) -> Descriptor {
        let number = clinux_stream_socket(address.family.rawValue)
        guard number >= 0 else { throw .cannotListen(address, .socket, errno: -number) }
        let socket = Descriptor(adopting: number)
        func set(_ level: Int32, _ name: Int32, _ value: Int32) throws(ReactorError) {
            let result = clinux_set_option(number, level, name, value)
            guard result == 0 else { throw .cannotListen(address, .setsockopt, errno: -result) }
        }
        try set(SOL_SOCKET, SO_REUSEADDR, 1)
        if address.family == .ipv6 { try set(IPPROTO, IPV6_V6ONLY, 0) }
        // Linux hands it down to accepted sockets.
        try set(TCP_LEVEL, TCP_NODELAY, 1)
        // The first socket binds without sharing: if anybody listens there, it fails. Sharing begins after that.
        if !isFirst { try set(SOL_SOCKET, SO_REUSEPORT, 1) }
        let result = clinux_bind(number, address.forC)
        guard result == 0 else { throw .cannotListen(address, .bind, errno: -result) }
        if isFirst { try set(SOL_SOCKET, SO_REUSEPORT, 1) }
        return socket
    }

    private static let IPPROTO = Int32(IPPROTO_IPV6)
    private static let TCP_LEVEL = Int32(IPPROTO_TCP)
}
