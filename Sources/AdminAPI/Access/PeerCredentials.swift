import Foundation
import NIOCore

/// What the kernel knows about the process at the other end of a Unix socket, from the moment it connected.
enum PeerCredentials {
    /// `struct ucred` of unix(7), which Glibc shows to programs with `_GNU_SOURCE` alone: three fields of 32 bits.
    private struct Credentials: BitwiseCopyable, Sendable {
        var process: pid_t = 0
        var user: uid_t = 0
        var group: gid_t = 0
    }

    /// The user id of the peer. Throws when the channel is no Unix socket.
    static func userID(of channel: any Channel) async throws -> UInt32 {
        guard let socket = channel as? any SocketOptionProvider else { throw ChannelError.operationUnsupported }
        let credentials: Credentials =
            try await socket.unsafeGetSocketOption(level: .socket, name: NIOBSDSocket.Option(rawValue: SO_PEERCRED))
            .get()
        return credentials.user
    }
}
