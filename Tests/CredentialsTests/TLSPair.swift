import Credentials
import FoundationEssentials
import Glibc
import OpenSSL
import Registry

/// A client and a server over a socketpair, the server routed by a catalog as the gateway does it.
final class TLSPair {
    let server: TLSConnection
    let client: TLSConnection
    private let descriptors: [Int32]

    /// Longer than any handshake takes.
    private static let maximumSteps = 200

    struct NoSocket: Error {}

    init(
        _ catalog: ContextCatalog,
        name: String?,
        identity: TLSIdentity? = nil,
        asksForCertificate: Bool = false,
        versions: TLSVersionRange = .all
    ) throws {
        var pair: [Int32] = [-1, -1]
        guard socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0, &pair) == 0,
            let entry = catalog.contexts(onReactor: 0).entry
        else { throw NoSocket() }
        descriptors = pair
        server = try TLSConnection(server: entry, descriptor: pair[0])
        let options = ClientOptions(identity: identity, versions: .tls1_2 ... .tls1_3)
        client = try TLSConnection(client: TLSContext(client: options), descriptor: pair[1], serverName: name)
        run { hello in
            let contexts = catalog.contexts(onReactor: 0)
            let indication = hello.serverName.map { ServerNameIndication($0) } ?? .absent
            guard case .serve(let group, _) = catalog.selection.choose(indication, at: Date()),
                let context = contexts.context(for: group)
            else { return .refuse(.unrecognizedName) }
            return .proceed(
                HelloPolicy(
                    context: context,
                    clientAuthentication: asksForCertificate ? .required(contexts.trust) : .none,
                    versions: versions.versions,
                    sessionBinding: nil
                )
            )
        }
    }

    deinit { descriptors.forEach { close($0) } }

    private func run(_ decide: (borrowing ClientHello) -> HelloDecision) {
        var (serverStep, clientStep) = (TLSStep.wantRead, TLSStep.wantRead)
        let isOver: (TLSStep) -> Bool = { $0 == .done || $0 == .failed }
        for _ in 0..<Self.maximumSteps where !isOver(serverStep) || !isOver(clientStep) {
            if !isOver(clientStep) { clientStep = client.handshake() }
            if !isOver(serverStep) { serverStep = server.handshake(decide) }
        }
    }
}
