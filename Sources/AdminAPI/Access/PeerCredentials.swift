import Foundation
import NIOCore

/// What the kernel knows about the process at the other end of a Unix socket, from the moment it connected.
enum PeerCredentials {
    /// The user id of the peer. Throws when the channel is no Unix socket.
    static func userID(of channel: any Channel) async throws -> UInt32 {
        guard let socket = channel as? any SocketOptionProvider else { throw ChannelError.operationUnsupported }
        // unix(7): SO_PEERCRED gives a struct ucred, whose type stands in the same line.
        let credentials: ucred =
            try await socket.unsafeGetSocketOption(level: .socket, name: NIOBSDSocket.Option(rawValue: SO_PEERCRED))
            .get()
        return credentials.uid
    }
}
