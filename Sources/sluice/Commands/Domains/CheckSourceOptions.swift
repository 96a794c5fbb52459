import ArgumentParser
import Foundation
import LDNS
import NIOCore
import NIOPosix
import NameCheck

/// Whom `sluice cname check` asks.
struct CheckSourceOptions: ParsableArguments {
    @Option(
        name: .customLong("resolver"),
        help: ArgumentHelp(
            "A name server to ask; the next one when it cannot answer. Without it dns.resolvers of the configuration file, else those of /etc/resolv.conf.",
            valueName: "ip[:port]"
        )
    )
    var resolvers: [String] = []

    @Option(
        name: .customLong("zone"),
        help: ArgumentHelp("Ask this zone file, and nothing on the network.", valueName: "file[:origin]")
    )
    var zones: [String] = []

    func validate() throws {
        guard resolvers.isEmpty || zones.isEmpty else {
            throw ValidationError("--zone asks nobody on the network; leave --resolver out.")
        }
        for resolver in resolvers where ServerAddress(resolver) == nil {
            throw ValidationError(
                "--resolver \(resolver): needs an IP address, such as 192.0.2.53 or [2001:db8::53]:5353."
            )
        }
    }

    /// Opens what is asked, for the time of `body`. `configured` are the name servers of the configuration file.
    func withSource<Result: Sendable>(
        limits: CheckLimits,
        configured: [ServerAddress],
        _ body: (any RecordSource) async throws -> Result
    ) async throws -> Result {
        guard zones.isEmpty else {
            return try await body(ZoneSource(zones: try zones.map(readZone)))
        }
        let named = resolvers.isEmpty ? configured : resolvers.compactMap { ServerAddress($0) }
        let servers =
            named.isEmpty
            ? SystemResolvers.parse((try? String(contentsOfFile: "/etc/resolv.conf", encoding: .utf8)) ?? "")
            : named
        let loops = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        do {
            let result = try await body(ResolverSource(servers: servers, loops: loops, limits: limits))
            try await loops.shutdownGracefully()
            return result
        } catch {
            try await loops.shutdownGracefully()
            throw error
        }
    }

    /// `FILE` or `FILE:ORIGIN`; a file whose own name has a colon is found first.
    private func readZone(_ text: String) throws -> ZoneFile {
        do {
            guard !FileManager.default.fileExists(atPath: text), let colon = text.lastIndex(of: ":") else {
                return try ZoneFile.read(path: text)
            }
            let origin = try DNSName(String(text[text.index(after: colon)...]))
            return try ZoneFile.read(path: String(text[..<colon]), origin: origin)
        } catch {
            throw BadCheckInput.exit("\(error)")
        }
    }
}

/// Lists and zone files that cannot be used: said on standard error, exit code 65.
enum BadCheckInput {
    /// Reads a text file, or standard input for `-`, and parses it.
    static func reading<Value>(_ path: String, _ parse: (String) throws -> Value) throws -> Value {
        let data: Data
        do {
            data =
                path == "-"
                ? try FileHandle.standardInput.readToEnd() ?? Data()
                : try Data(contentsOf: URL(filePath: path))
        } catch {
            throw exit("\(path): cannot be read: \(error.localizedDescription)")
        }
        guard let text = String(data: data, encoding: .utf8) else { throw exit("\(path): is not UTF-8 text") }
        do {
            return try parse(text)
        } catch {
            throw exit("\(error)")
        }
    }

    /// Says on standard error what is wrong with the input, and gives the exit code for it.
    static func exit(_ message: String) -> ExitCode {
        StandardStream.error.write("sluice: \(message)\n")
        return ExitCode(CheckExit.badInput)
    }
}

/// A time on the command line: `10`, `10s` or `500ms`.
struct CheckDuration: ExpressibleByArgument {
    let duration: Duration

    init(_ duration: Duration) {
        self.duration = duration
    }

    init?(argument: String) {
        let isMilliseconds = argument.hasSuffix("ms")
        let number = argument.hasSuffix("s") ? argument.dropLast(isMilliseconds ? 2 : 1) : argument[...]
        guard let value = Double(number), value > 0, value < 86_400_000 else { return nil }
        duration = isMilliseconds ? .milliseconds(value) : .seconds(value)
    }

    var defaultValueDescription: String { "\(duration.components.seconds)s" }
}
