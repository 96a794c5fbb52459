import Credentials
import OpenSSL
import Reactors
import Registry

/// A connection that gets ready: TLS is negotiated, or nothing needs to be on a plain listener.
struct Handshake: ~Copyable {
    let stream: Stream
    private let transport: TLSTransport?
    private let mode: AuthenticationMode
    private let settings: ClusterSettings

    /// Sets the connection up on its reactor; `handler` hears of the end of the handshake after `stream.start()`.
    init(
        _ accepted: consuming AcceptedConnection,
        at entrance: Entrance,
        on reactor: Reactor,
        handler: any StreamHandler
    ) throws(Refusal) {
        let (record, cluster) = (accepted.record, accepted.cluster)
        let peer = accepted.socket.peer
        let limits = entrance.services.settings
        settings = cluster.state.settings
        mode = entrance.mode(in: settings)
        switch entrance.endpoint.protocol {
        case .mqtts:
            let contexts = cluster.prepared.contexts(onReactor: reactor.index)
            guard let context = contexts.entry else { throw .noServerCertificate }
            let router = ServerNameRouter(
                accessPoint: entrance.accessPoint,
                mode: mode,
                cluster: cluster,
                contexts: contexts,
                date: entrance.services.date
            )
            do throws(OpenSSLError) {
                let tls = try TLSTransport(
                    accepted.socket,
                    context: context,
                    router: router,
                    record: record
                )
                transport = tls
                stream = Stream(transport: tls, peer: peer, on: reactor, handler: handler)
            } catch {
                throw .outOfResources(error)
            }
            stream.deadline = record.acceptedAt.advanced(by: limits.handshakeTimeout)
        case .mqtt:
            transport = nil
            let plain = PlainConnectionTransport(accepted.socket, record: record)
            stream = Stream(transport: plain, peer: peer, on: reactor, handler: handler)
            stream.deadline = record.acceptedAt.advanced(by: limits.connectTimeout)
        }
        stream.maximumBufferedInput = limits.maxConnectBytes
    }

    /// The transport is ready: notes what was agreed upon, and lets the CONNECT come.
    consuming func finish(_ record: ConnectionRecord, connectTimeout: Duration) -> SecuredConnection {
        let now = stream.reactor.now
        let session = transport?.session
        record.opened(
            session.flatMap { session in
                session.version.map { ConnectionRecord.TLSSessionFacts(version: $0, isResumed: session.isResumed) }
            },
            at: now
        )
        let route = transport?.settleHandshake()
        if transport != nil { stream.deadline = now.advanced(by: connectTimeout) }
        return SecuredConnection(
            stream: stream,
            mode: mode,
            settings: settings,
            serverName: route?.name,
            tlsVersion: session?.version,
            proof: session.flatMap { PeerProof(of: $0) }
        )
    }

    /// Why the handshake failed, as the stream tells it.
    func refusal(for reason: StreamCloseReason) -> Refusal {
        if let refusal = transport?.refusal { return refusal }
        return switch reason {
        case .transportFailed(let failure as TLSFailure): Refusal(failure)
        case .reactorStopped: .shuttingDown
        default: .handshakeAbandoned
        }
    }
}
