import Credentials
import Reactors
import Registry

/// A connection that the limits let in; nothing has been read from it.
struct AcceptedConnection: ~Copyable {
    let socket: AcceptedSocket
    let record: ConnectionRecord
    /// The cluster as it was at accept: what this connection is set up with, whatever changes meanwhile.
    let cluster: PublishedCluster<ContextCatalog>

    /// Lets a newcomer in, or refuses it for where it comes from or how much there is to do already.
    init(_ socket: consuming AcceptedSocket, at entrance: Entrance, now: MonotonicTime) throws(Refusal) {
        let source = NetworkAddress(socket.peer)
        guard !entrance.services.isDraining else { throw .shuttingDown }
        guard entrance.accessPoint.allows(source) else {
            throw .sourceNotAllowed(source, accessPoint: entrance.accessPoint.name)
        }
        let permit = try entrance.services.limits.admit(source, at: now)
        record = ConnectionRecord(peer: socket.peer, at: entrance, permit: permit, now: now)
        cluster = entrance.services.cluster.current
        self.socket = socket
    }
}
