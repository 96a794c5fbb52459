internal import CLinux

/// A connection fresh from `accept4`: non-blocking, close-on-exec, TCP_NODELAY. Closes itself when dropped.
package struct AcceptedSocket: ~Copyable {
    /// The far end, as the kernel knows it.
    package let peer: SocketAddress
    private let owned: Descriptor

    init(adopting number: Int32, peer: SocketAddress) {
        owned = Descriptor(adopting: number)
        self.peer = peer
    }

    /// The descriptor's number, still owned by this value.
    package var descriptor: Int32 { owned.number }

    /// The near end: which of the machine's addresses was called. Costs a system call.
    package var local: SocketAddress { SocketAddress(clinux_local_address(owned.number)) }

    /// Hands the descriptor to a new owner.
    package consuming func takeDescriptor() -> Descriptor { owned }
}
