import AdminAPI
import ArgumentParser
import Foundation
import Synchronization

/// `sluice events`: what happens, as it happens.
struct EventsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "events",
        abstract: "Show what happened: devices, certificates, domains.",
        discussion: """
            Without --follow: the recent events that the gateway remembers.

            Examples:
              sluice events --follow
              sluice events --kind certificate_rejected -o jsonl --follow
            """
    )

    @Flag(name: [.long, .customShort("f")], help: "Go on as events happen, until interrupted.")
    var follow = false

    @Option(help: "Show events of this kind alone; may be given several times.")
    var kind: [String] = []

    @Option(help: ArgumentHelp("Show what came after this event.", valueName: "id"))
    var after: UInt64?

    @OptionGroup var management: ManagementOptions

    /// Without --follow: silence for so long means that the remembered events are all told.
    private static let quiet = Duration.milliseconds(500)

    func run() async throws {
        var query: ResourceQuery = [:]
        query.add("kind", kind.isEmpty ? nil : kind.joined(separator: ","))
        var request = try AdminRequest(.get, ["events"], query: query)
        request.accept = "text/event-stream"
        request.lastEventID = (after ?? (follow ? nil : 0)).map(String.init)
        let parser = Mutex(ServerSentEvents())
        let printer = EventPrinter(management: management, tellsMissed: follow)
        let client = try management.gateway.client()
        if follow {
            try await client.stream(request) { piece in
                for event in parser.withLock({ $0.take(piece) }) { try printer.print(event) }
            }
        } else {
            try await client.stream(request, untilQuietFor: Self.quiet) { piece in
                for event in parser.withLock({ $0.take(piece) }) { try printer.print(event) }
            }
        }
    }
}

/// Prints events as they come.
private struct EventPrinter: Sendable {
    let management: ManagementOptions
    let tellsMissed: Bool

    func print(_ event: ServerSentEvents.Event) throws {
        let printer = management.printer
        guard event.name != "missed" else {
            if tellsMissed { Terminal.printError("Events were missed: \(event.data)") }
            return
        }
        let json = Data(event.data.utf8)
        switch management.output.format {
        // A stream has no end that a closing bracket could stand at.
        case .json, .jsonl:
            printer.write(try JSONDecoder().decode(JSONValue.self, from: json).json(indented: false))
        case .yaml: printer.write("---\n" + (try JSONDecoder().decode(JSONValue.self, from: json).yaml()))
        case .name: printer.write(try Answer.decode(EventResource.self, from: json).kind + "\n")
        case .table, .wide, nil: printer.write(try Answer.decode(EventResource.self, from: json).line)
        }
    }
}

extension EventResource {
    fileprivate var line: String {
        let facts = fields.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value.quotedIfNeeded)" }
        return "\(time)  \(kind)  \(facts.joined(separator: " "))".printable() + "\n"
    }
}

extension String {
    fileprivate var quotedIfNeeded: String { contains(" ") || isEmpty ? "\"\(self)\"" : self }
}
