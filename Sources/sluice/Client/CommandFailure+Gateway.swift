import AdminAPI
import Foundation
import NIOCore
import NIOPosix
import OpenSSL

extension CommandFailure {
    /// What the gateway refused: its sentence, what stands in the way, when to try again.
    init(_ problem: Problem, retryAfter: String? = nil) {
        var lines = [problem.detail]
        if let conflict = problem.conflict?.words(beside: problem.detail) { lines.append("  in the way: \(conflict)") }
        for single in problem.problems ?? [] where !problem.detail.contains(single) { lines.append("  \(single)") }
        if let retryAfter, Int(retryAfter) != nil { lines.append("  try again in \(retryAfter) s") }
        self.init(CommandStatus(problem), lines.joined(separator: "\n"))
    }

    /// Why there is no answer.
    init(_ endpoint: AdminEndpoint, unreachableBecause error: any Error) {
        switch endpoint {
        case .socket(let path, let configuration):
            self.init(socket: path, configuration: configuration, error)
        case .server(let address):
            self.init(server: address, error)
        }
    }

    private init(socket: String, configuration: String?, _ error: any Error) {
        let start = "Start it: sluice serve --config \(configuration ?? "FILE")"
        switch (error as? IOError)?.errnoCode {
        case ENOENT:
            self.init(
                .unreachable,
                "No gateway is running here: there is no socket \(socket). \(start)\n"
                    + "If it runs elsewhere, name its socket: --socket PATH, or its address: --server URL"
            )
        case ECONNREFUSED:
            self.init(.unreachable, "No gateway answers on \(socket) any more: it has ended. \(start)")
        case EACCES, EPERM:
            self.init(
                .notAllowed,
                "\(socket) may be used by root and the gateway's own user alone. Run this command as one of them."
            )
        default:
            self.init(.unreachable, "The gateway on \(socket) cannot be asked: \(error). \(start)")
        }
    }

    private init(server: AdminServerAddress, _ error: any Error) {
        switch error {
        case TLSFailure.untrustedServer(_, let reason):
            self.init(
                .unreachable,
                "The certificate of \(server.url) is not believed: \(reason). "
                    + "Name the CA that signed it: --ca-file FILE, and the name that it carries: --server https://NAME"
            )
        case let error as NIOConnectionError:
            let reason = error.connectionErrors.first.map { "\($0.error)" }
            let words = reason ?? error.dnsAError.map { "the name cannot be resolved: \($0)" } ?? "\(error)"
            self.init(.unreachable, "\(server.url) cannot be reached: \(words). Does its admin.address listen there?")
        default:
            self.init(.unreachable, "\(server.url) cannot be asked: \(error)")
        }
    }
}

extension CommandStatus {
    /// What a refusal of the API means for a command.
    init(_ problem: Problem) {
        self =
            switch problem.status {
            case 401, 403: .notAllowed
            case 409, 412: .answerIsNo
            case 429: .rateLimited
            case 422 where problem.code == "reload-refused": .answerIsNo
            case 400..<500: .badInput
            default: .unreachable
            }
    }
}

extension Problem.Conflict {
    /// What stands in the way; nil when the sentence beside it says so already.
    fileprivate func words(beside detail: String) -> String? {
        let known: [String] = [
            dnsName.map { "the name \($0)" },
            slot.map { "slot \($0)" },
            fingerprint.map { "certificate \($0)" },
        ].compactMap(\.self)
        let isTold = [dnsName, slot, fingerprint.map { String($0.prefix(8)) }].compactMap(\.self)
            .allSatisfy { detail.contains($0) }
        return known.isEmpty || isTold ? nil : known.joined(separator: ", ")
    }
}
