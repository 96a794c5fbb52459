import AdminAPI
import ArgumentParser

extension ClientCertsCommand {
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List registered client certificates; every condition that is given must hold.",
            discussion: """
                A final * in --cn, --ou and --client-id asks for a beginning. Times are RFC 3339 (2026-07-01T12:00:00Z), \
                days (2026-07-01), or spans from now (+30d, -2h).

                Examples:
                  sluice client-certs list --state active --expiring 30d --sort notAfter
                  sluice client-certs list --cn 'sensor-*' --ca fleet -o wide
                  sluice client-certs list --search plant-7 --all -o jsonl
                """
        )

        @OptionGroup(title: "Conditions") var filter: ClientCertificateFilter
        @OptionGroup var list: ListOptions

        @Option(
            parsing: .unconditional,
            help: ArgumentHelp(
                "The order: createdAt, notBefore, notAfter, commonName, clientID, lastSeenAt, serial; - turns it round.",
                valueName: "field"
            )
        )
        var sort: String?

        func run() async throws {
            var query = filter.query
            query.add("sort", sort)
            try await list.printList(["client-certificates"], query: query, of: ClientCertificateResource.self)
        }
    }
}

/// Which client certificates are asked for.
struct ClientCertificateFilter: ParsableArguments {
    /// The states in which a certificate can be.
    enum State: String, ExpressibleByArgument, CaseIterable, Sendable {
        case active, inactive, revoked
        case pendingActivation = "pending_activation"
    }

    /// How a certificate came into the registry.
    enum Source: String, ExpressibleByArgument, CaseIterable, Sendable {
        case manual, automatic
    }

    /// Where now lies in a certificate's life.
    enum Validity: String, ExpressibleByArgument, CaseIterable, Sendable {
        case valid, expiring, expired
        case notYetValid = "not_yet_valid"
    }

    @Option(help: "A state; may be given several times.")
    var state: [State] = []

    @Option(help: ArgumentHelp("The common name.", valueName: "name"))
    var cn: String?

    @Option(help: ArgumentHelp("The organizational unit.", valueName: "unit"))
    var ou: String?

    @Option(help: "The serial number, hexadecimal.")
    var serial: String?

    @Option(help: "The CA: fingerprint, serial or name.")
    var ca: String?

    @Option(name: .customLong("client-id"), help: ArgumentHelp("The client id.", valueName: "id"))
    var clientID: String?

    @Option(help: "How it was registered.")
    var source: Source?

    @Option(help: "Where now lies in its life.")
    var validity: Validity?

    @Flag(help: "Short for --validity expired.")
    var expired = false

    @Option(help: ArgumentHelp("Ends within this span, such as 30d.", valueName: "span"))
    var expiring: TimeSpan?

    @Option(
        name: .customLong("not-before-after"),
        parsing: .unconditional,
        help: ArgumentHelp("Begins at this time or later.", valueName: "time")
    )
    var notBeforeAfter: PointInTime?

    @Option(
        name: .customLong("not-before-before"),
        parsing: .unconditional,
        help: ArgumentHelp("Begins before this time.", valueName: "time")
    )
    var notBeforeBefore: PointInTime?

    @Option(
        name: .customLong("not-after-after"),
        parsing: .unconditional,
        help: ArgumentHelp("Ends at this time or later.", valueName: "time")
    )
    var notAfterAfter: PointInTime?

    @Option(
        name: .customLong("not-after-before"),
        parsing: .unconditional,
        help: ArgumentHelp("Ends before this time.", valueName: "time")
    )
    var notAfterBefore: PointInTime?

    @Option(
        help: ArgumentHelp(
            "The beginning of a common name, client id, unit, serial or fingerprint; * in front: anywhere in a name.",
            valueName: "text"
        )
    )
    var search: String?

    func validate() throws {
        if expired, let validity, validity != .expired {
            throw ValidationError("--expired and --validity \(validity.rawValue) contradict each other.")
        }
    }

    /// The conditions as the API takes them.
    var query: ResourceQuery {
        var query: ResourceQuery = [:]
        query.add("state", state.isEmpty ? nil : state.map(\.rawValue).joined(separator: ","))
        query.add("cn", cn)
        query.add("ou", ou)
        query.add("serial", serial)
        query.add("ca", ca)
        query.add("clientID", clientID)
        query.add("source", source?.rawValue)
        query.add("validity", expired ? Validity.expired.rawValue : validity?.rawValue)
        query.add("expiringWithin", expiring?.text)
        query.add("notBeforeAfter", notBeforeAfter?.text)
        query.add("notBeforeBefore", notBeforeBefore?.text)
        query.add("notAfterAfter", notAfterAfter?.text)
        query.add("notAfterBefore", notAfterBefore?.text)
        query.add("search", search)
        return query
    }
}
