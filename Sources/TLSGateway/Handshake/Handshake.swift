import Credentials
import OpenSSL
import Reactors
import Registry
import WebSocket

/// A connection that gets ready: TLS is negotiated, or nothing needs to be on a plain listener.
struct Handshake: ~Copyable {
    let stream: Stream
    private let transport: TLSTransport?
    private let mode: AuthenticationMode
    private let cluster: PublishedCluster<ContextCatalog>

    /// Sets the connection up on its reactor; `handler` hears of the end of the handshake after `stream.start()`.
    init(
        _ accepted: consuming AcceptedConnection,
        at entrance: Entrance,
        on reactor: Reactor,
        handler: any StreamHandler
    ) throws(Refusal) {
        let record = accepted.record
        let peer = accepted.socket.peer
        let limits = entrance.services.settings
        cluster = accepted.cluster
        mode = entrance.mode(in: cluster.state.settings)
        let spoken = entrance.endpoint.protocol
        if spoken.usesTLS {
            let contexts = cluster.prepared.contexts(onReactor: reactor.index)
            guard let context = contexts.entry else { throw .noServerCertificate }
            let router = ServerNameRouter(entrance: entrance, mode: mode, cluster: cluster, contexts: contexts)
            do throws(OpenSSLError) {
                let tls = try TLSTransport(
                    accepted.socket,
                    context: context,
                    router: router,
                    record: record
                )
                transport = tls
                stream = Stream(transport: Self.top(tls, spoken), peer: peer, on: reactor, handler: handler)
            } catch {
                throw .outOfResources(error)
            }
            stream.deadline = record.acceptedAt.advanced(by: limits.handshakeTimeout)
        } else {
            transport = nil
            let plain = PlainConnectionTransport(accepted.socket, record: record)
            stream = Stream(transport: Self.top(plain, spoken), peer: peer, on: reactor, handler: handler)
            stream.deadline = record.acceptedAt.advanced(by: limits.connectTimeout)
        }
        stream.maximumBufferedInput = max(limits.maxConnectBytes, spoken.usesWebSocket ? RequestScanner.limit : 0)
    }

    /// What the stream writes to: the transport itself, or the WebSocket to begin over it.
    private static func top(
        _ transport: any StreamTransport,
        _ spoken: AccessPoint.EndpointProtocol
    ) -> any StreamTransport {
        spoken.usesWebSocket ? WebSocketTransport(over: transport) : transport
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
        let proof = session.flatMap { PeerProof(of: $0) }
        record.secured(by: mode, session.flatMap { route?.use(in: $0) })
        if let proof { record.proved(proof, cluster.state) }
        return SecuredConnection(
            stream: stream,
            mode: mode,
            settings: cluster.state.settings,
            serverName: route?.name,
            serverCertificate: session.flatMap { route?.shown(in: $0, cluster.state) },
            tlsVersion: session?.version,
            proof: proof
        )
    }

    /// Why the handshake failed, as the stream tells it; a client that does not know the new certificate of a slot is
    /// remembered, so that its next handshake shows the old one.
    func failed(
        because reason: StreamCloseReason,
        at entrance: Entrance,
        _ record: ConnectionRecord
    ) -> Refusal {
        let refusal = refusal(for: reason)
        guard let transport else { return refusal }
        record.failed(transport.session)
        if case .serverCertificateRefused(let alert) = refusal, Refusal.unknownChainAlerts.contains(alert),
            let route = transport.route, let rotation = route.rotation
        {
            entrance.services.refusedChains.refused(
                old: route.showsOld(rotation, in: transport.session),
                rotation,
                at: entrance.services.date()
            )
        }
        return refusal
    }

    private func refusal(for reason: StreamCloseReason) -> Refusal {
        if let refusal = transport?.refusal { return refusal }
        return switch reason {
        case .transportFailed(let failure as TLSFailure): Refusal(failure)
        case .reactorStopped: .shuttingDown
        default: .handshakeAbandoned
        }
    }
}
