import Foundation
import Hummingbird
import NIOCore
import Registry

/// `/livez`, `/readyz` and `/metrics`: for supervisors and Prometheus.
///
/// Whether the node lives and is ready, anybody may ask. Metrics are open to whoever asks on this host, and to every
/// viewer: from elsewhere they take a token.
struct HealthRoutes {
    let node: NodeReports

    /// The answer to a request for one of these; nil for any other path.
    func answer(
        _ request: Request,
        _ target: RequestTarget,
        _ context: AdminContext,
        _ access: AdminAccess
    ) async throws -> Response? {
        guard target.segments.count == 1, let name = target.segments.first else { return nil }
        guard ["livez", "readyz", "metrics"].contains(name) else { return nil }
        guard request.method == .get || request.method == .head else {
            throw Problem.methodNotAllowed(request.method.rawValue, allowed: ["GET", "HEAD"])
        }
        switch name {
        case "livez": return text("ok\n")
        case "readyz": return readiness(isVerbose: target.query.contains { $0.name == "verbose" })
        default:
            if !isLocal(context.channel) { _ = try await access.principal(of: request, on: context.channel) }
            let metrics = node.metrics(request.headers[.accept])
            return text(metrics.text, type: metrics.contentType)
        }
    }

    private func readiness(isVerbose: Bool) -> Response {
        let readiness = node.readiness()
        let shown = readiness.checks.filter { isVerbose || $0.problem != nil || $0.warning != nil }
        let lines = shown.map { check in
            check.problem.map { "[-] \(check.name): \($0)\n" }
                ?? check.warning.map { "[!] \(check.name): \($0)\n" }
                ?? "[+] \(check.name): ok\n"
        }
        return text(
            lines.joined() + (readiness.isReady ? "ok\n" : "not ready\n"),
            status: readiness.isReady ? .ok : .serviceUnavailable
        )
    }

    /// Whether the peer is on this host: on a Unix socket or a loopback address.
    private func isLocal(_ channel: any Channel) -> Bool {
        switch channel.localAddress {
        case .some(.unixDomainSocket): true
        case .some(.v4), .some(.v6):
            channel.remoteAddress?.ipAddress.map { $0.hasPrefix("127.") || $0 == "::1" } ?? false
        case nil: false
        }
    }

    private func text(
        _ text: String,
        type: String = "text/plain; charset=utf-8",
        status: HTTPResponse.Status = .ok
    ) -> Response {
        Response(
            status: status,
            headers: [.contentType: type, .cacheControl: "no-store"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: text))
        )
    }
}
