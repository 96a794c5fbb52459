import ArgumentParser
import Foundation
import LDNS
import NIOCore
import NIOPosix
import NameCheck
import Node

/// `sluice cname`: works without a running gateway.
struct CNAMECommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cname",
        abstract: "Check that custom domains point at the access point.",
        subcommands: [Check.self, Setup.self]
    )
}

extension CNAMECommand {
    /// `sluice cname check`: 0 all pass, 1 something is wrong, 3 something could not be asked, 4 strict and warnings.
    struct Check: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Say whether domains reach the access point, and what to change.",
            discussion: """
                Exit status: 0 all pass · 1 at least one is wrong · 3 none is wrong, but something could not be asked · \
                4 warnings with --strict · 64 usage · 65 unreadable list or zone file
                """
        )

        @Argument(help: "The domains to check.")
        var names: [String] = []

        @OptionGroup var targets: CheckTargetOptions
        @OptionGroup var sources: CheckSourceOptions
        @OptionGroup var output: CheckOutputOptions

        @Option(
            help: ArgumentHelp(
                "A list: one domain per line, optionally its target; - reads standard input.",
                valueName: "list"
            )
        )
        var file: String?

        @Option(help: "The most time for one domain.")
        var timeout = CheckDuration(.seconds(10))

        @Option(help: "Domains checked at the same time.")
        var concurrency = 64

        @Flag(help: "Exit with 4 if there are warnings.")
        var strict = false

        @Option(help: ArgumentHelp("Explain a verdict, such as wrong_target, and end.", valueName: "code"))
        var explain: String?

        func validate() throws {
            guard explain == nil else { return }
            guard !names.isEmpty || file != nil else { throw ValidationError("Give a domain, or a list by --file.") }
            guard concurrency > 0 else { throw ValidationError("--concurrency must be at least 1.") }
        }

        func run() async throws {
            if let explain {
                try printExplanation(of: explain)
                return
            }
            let (questions, unicode) = try self.questions()
            var limits = CheckLimits()
            limits.timePerName = timeout.duration
            let clock = ContinuousClock()
            let (started, begin) = (Date(), clock.now)
            let verdicts = try await sources.withSource(
                limits: limits,
                configured: targets.configured()?.nameServers ?? []
            ) { source in
                await CNAMECheck(source: source, limits: limits).check(questions, concurrency: concurrency)
            }
            let document = CheckDocument(
                tool: "sluice",
                started: started,
                duration: begin.duration(to: clock.now),
                verdicts: verdicts,
                unicode: unicode
            )
            try output.write(document, verdicts: verdicts, elapsed: begin.duration(to: clock.now))
            throw ExitCode(CheckExit.code(for: verdicts, strict: strict))
        }

        private func questions() throws -> ([CheckQuestion], unicode: [DNSName: String]) {
            let known = try targets.expectedTargets()
            var entries = try names.map { (name: try named($0), target: ExpectedTarget?.none) }
            if let file {
                let list = try BadCheckInput.reading(file) {
                    try NameList($0, path: file == "-" ? "standard input" : file)
                }
                entries += list.entries.map { entry in
                    (
                        entry.name,
                        entry.target.map { target in
                            known.first { $0.name == target.dns } ?? ExpectedTarget(name: target.dns, kind: .public)
                        }
                    )
                }
            }
            let questions = try entries.map { entry in
                guard let target = entry.target ?? known.first else {
                    throw ValidationError(
                        "\(entry.name.dns) has no target; give --target NAME, or a configuration by --config FILE."
                    )
                }
                return CheckQuestion(
                    domain: entry.name.dns,
                    target: target,
                    siblings: known.filter { $0 != target }
                )
            }
            let unicode = entries.compactMap { entry in entry.name.unicode.map { (entry.name.dns, $0) } }
            return (questions, Dictionary(unicode, uniquingKeysWith: { first, _ in first }))
        }

        private func printExplanation(of word: String) throws {
            guard let code = VerdictCode(rawValue: word) else {
                let known = VerdictCode.allCases.map(\.rawValue).joined(separator: ", ")
                throw ValidationError("\"\(word)\" is no verdict. There are: \(known)")
            }
            print("\(code.rawValue): \(code.explanation)")
        }
    }

    /// `sluice cname setup`: the record to create, as a provider's form and as a zone file want it.
    struct Setup: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print the record that a domain needs.",
            discussion: "Example: sluice cname setup mqtt.company.example"
        )

        @Argument(help: "The custom domain.")
        var name: String

        @OptionGroup var targets: CheckTargetOptions

        @Option(help: ArgumentHelp("The domain's zone, to write the host relative to it.", valueName: "zone"))
        var zoneName: String?

        func run() async throws {
            guard let target = try targets.expectedTargets().first else {
                throw ValidationError(
                    "Missing the access point; give --target NAME, or a configuration by --config FILE."
                )
            }
            let domain = try named(name).dns
            let zone = try zoneName.map(zoneNamed)
            if let zone, !domain.isAtOrBelow(zone) {
                throw ValidationError("\(domain) does not belong to the zone \(zone)")
            }
            print(SetupReport(domain: domain, target: target, zone: zone).text)
        }
    }
}

/// What the domains should reach.
struct CheckTargetOptions: ParsableArguments {
    @Option(
        name: .customLong("target"),
        help: ArgumentHelp(
            "The access point that the domains should reach; repeated: the cluster's other ones. Public, unless =vpc.",
            discussion: "Default: the access points of the configuration file.",
            valueName: "name[=public|vpc]"
        )
    )
    var texts: [String] = []

    @OptionGroup var configuration: ConfigurationOption

    /// The configuration file, unless the command line says all that is needed or there is none.
    func configured() throws -> Configuration? {
        guard texts.isEmpty || configuration.file != nil, configuration.found() != nil else { return nil }
        return try configuration.load()
    }

    /// The access points: the first is where the domains should lead.
    func expectedTargets() throws -> [ExpectedTarget] {
        guard !texts.isEmpty else { return try configured()?.expectedTargets() ?? [] }
        return try texts.map { text in
            let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let kind = parts.count == 1 ? .public : AccessPointKind(word: parts[1]) else {
                throw ValidationError("--target \(text): \"\(parts[1])\" is no kind; there are public and vpc.")
            }
            return ExpectedTarget(name: try named(String(parts[0])).dns, kind: kind)
        }
    }
}

/// Parses a domain, or ends with a usage error.
private func named(_ text: String) throws -> GivenName {
    do {
        return try GivenName(text)
    } catch {
        throw ValidationError("\(error)")
    }
}

/// A zone may be a single label, such as a company's own top-level domain.
private func zoneNamed(_ text: String) throws -> DNSName {
    do {
        return try DNSName(text)
    } catch {
        throw ValidationError("\(error)")
    }
}
