import AdminAPI
import ArgumentParser
import Foundation

/// `sluice explain`: why was this device refused?
struct ExplainCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Say why a device was refused, and what to do about it.",
        discussion: """
            By client id, serial, common name, fingerprint (or its beginning), address, or the name that it asked for. \
            The gateway remembers the last refusals since its start. Exit code 1 when it knows of none.

            Examples:
              sluice explain pump-12
              sluice explain 203.0.113.7
            """
    )

    @Argument(help: "What is known of the device.")
    var device: String

    @OptionGroup var management: ManagementOptions

    func run() async throws {
        let json = try await management.gateway.client().get(["explain"], query: ["query": device])
        let explanation = try Answer.decode(ExplanationResource.self, from: json)
        let printer = management.printer
        switch management.output.format {
        case .json, .jsonl, .yaml: try printer.printValue(json)
        case .name: for refusal in explanation.refusals { printer.write(refusal.code + "\n") }
        case .table, .wide, nil: printer.write(explanation.words)
        }
        if explanation.refusals.isEmpty { throw ExitCode(CommandStatus.answerIsNo.rawValue) }
    }
}

extension ExplanationResource {
    fileprivate var words: String {
        var text = ""
        if let certificate {
            let name = certificate.commonName ?? certificate.clientID ?? "The certificate"
            text += "\(name) (\(certificate.fingerprint.prefix(12))) is registered: \(certificate.state)"
            text += ", \(certificate.validity)"
            text += certificate.lastSeenAt.map { ", last seen \($0.timestamp)\n" } ?? ", never seen\n"
        }
        if let nothingFound { text += nothingFound + "\n" }
        return text + refusals.map(\.paragraph).joined(separator: "\n")
    }
}

extension ExplanationResource.Refusal {
    fileprivate var paragraph: String {
        let width = facts.map(\.label.count).max() ?? 0
        let lines = facts.map { fact in
            "    \(fact.label)" + String(repeating: " ", count: width - fact.label.count) + "  \(fact.value)\n"
        }
        return "\(lastTime.timestamp)  \(code)\n  \(words)\n  \(occurrence)\n" + lines.joined() + "  → \(remedy)\n"
    }
}
