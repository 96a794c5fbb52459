import Hummingbird
import NIOCore

/// `/livez`, `/readyz` and `/metrics`: for supervisors and Prometheus; GET alone, nothing that is secret.
struct HealthRoutes {
    let node: NodeReports

    func add<Context: RequestContext>(to router: Router<Context>) {
        router.get("livez") { _, _ in text("ok\n") }
        router.get("readyz") { request, _ in
            let readiness = node.readiness()
            let isVerbose = request.uri.queryParameters["verbose"] != nil
            return text(
                words(readiness, isVerbose: isVerbose),
                status: readiness.isReady ? .ok : .serviceUnavailable
            )
        }
        // The text format that Prometheus asks for by default.
        router.get("metrics") { _, _ in text(node.metrics(), type: "text/plain; version=0.0.4; charset=utf-8") }
    }

    private func words(_ readiness: Readiness, isVerbose: Bool) -> String {
        let shown = readiness.checks.filter { isVerbose || $0.problem != nil }
        let lines = shown.map { check in
            check.problem.map { "[-] \(check.name): \($0)\n" } ?? "[+] \(check.name): ok\n"
        }
        return lines.joined() + (readiness.isReady ? "ok\n" : "not ready\n")
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
