import AdminAPI
import ArgumentParser
import Foundation
import Node

/// What every verb that only looks takes.
struct ManagementOptions: ParsableArguments {
    @OptionGroup(title: "Which gateway") var gateway: GatewayOption
    @OptionGroup(title: "Output") var output: OutputOptions

    var printer: ResultPrinter { ResultPrinter(options: output) }

    /// Fetches and prints a list, all pages of it.
    func printList<Item: Listed>(_ path: String, of type: Item.Type) async throws {
        let client = try gateway.client()
        var pages: [Data] = []
        var items: [Item] = []
        var cursor: String?
        repeat {
            let query = "?limit=100" + (cursor.map { "&cursor=\($0)" } ?? "")
            let json = try await client.send(.get, path + query)
            let page = try Answer.decode(Page<Item>.self, from: json)
            pages.append(json)
            items += page.items
            cursor = page.nextCursor
        } while cursor != nil
        try printer.printList(items, json: pages)
    }

    /// Fetches and prints one object.
    func printOne<Item: Listed>(_ path: String, of type: Item.Type) async throws {
        let json = try await gateway.client().send(.get, path)
        try printer.printOne(try Answer.decode(Item.self, from: json), json: json)
    }
}

/// What every verb that changes something takes.
struct ChangeOptions: ParsableArguments {
    @OptionGroup var management: ManagementOptions

    @Flag(help: "Check and tell what would be done; change nothing.")
    var dryRun = false

    @Flag(name: [.long, .customShort("y")], help: "Do not ask for a confirmation.")
    var yes = false

    /// Makes a change and prints what it did.
    ///
    /// - Parameter asking: whether a person is asked first, with the change's consequences before the eyes.
    func change(
        _ method: AdminClient.Method,
        _ path: String,
        body: [String: JSONValue]? = nil,
        asking: Bool = false
    ) async throws {
        let client = try management.gateway.client()
        let data = try body.map { try JSONEncoder().encode(JSONValue.object($0)) }
        if asking, !dryRun, !yes {
            let rehearsal = try await client.send(method, path + "?dryRun=true", body: data)
            let change = try Answer.decode(ChangeResource.self, from: rehearsal)
            let consequence = ["This will have: \(change.summary)"] + change.warnings.map { "  note: \($0)" }
            if change.changed { try Confirmation.ask(consequence, yes: yes) }
        }
        let json = try await client.send(method, path + (dryRun ? "?dryRun=true" : ""), body: data)
        try management.printer.printChange(try Answer.decode(ChangeResource.self, from: json), json: json)
    }
}

/// The gateway's answers, read.
enum Answer {
    static func decode<Body: Decodable>(_ type: Body.Type, from json: Data) throws(CommandFailure) -> Body {
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .iso8601
        do {
            return try decoder.decode(type, from: json)
        } catch {
            throw CommandFailure(
                .unreachable,
                "The gateway's answer is not understood. Is it of another version than this command "
                    + "(\(SluiceVersion.current))? sluice status -o json prints its version. (\(error))"
            )
        }
    }

    /// A reference to an object as part of a path.
    static func escaped(_ reference: String) throws(CommandFailure) -> String {
        let allowed = CharacterSet.alphanumerics.union(CharacterSet(charactersIn: "-._~"))
        guard !reference.isEmpty, let text = reference.addingPercentEncoding(withAllowedCharacters: allowed) else {
            throw CommandFailure(.badInput, "An empty name names nothing. Give a fingerprint, a serial or a name.")
        }
        return text
    }
}

/// Files of PEM text that a verb sends; a certificate may also be DER.
enum PEMFile {
    /// Longer ones are no certificates.
    private static let largest = 1 << 20

    /// Reads the file; `-` is standard input.
    static func read(_ path: String) throws(CommandFailure) -> String {
        let data: Data
        do {
            let handle = path == "-" ? .standardInput : try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
            data = try handle.read(upToCount: largest + 1) ?? Data()
        } catch {
            throw CommandFailure(.badInput, "\(path) cannot be read: \(SystemWords.of(error)).")
        }
        // DER begins with a SEQUENCE of some hundred bytes or more; no PEM text begins so.
        if data.starts(with: [0x30, 0x82]) || data.starts(with: [0x30, 0x81]), data.count <= largest {
            return PEMText.certificate(Array(data))
        }
        guard data.count <= largest, let text = String(validating: data, as: UTF8.self) else {
            throw CommandFailure(
                .badInput,
                "\(path) is no PEM file: found bytes that are no text, or more than \(largest)."
            )
        }
        return text
    }
}

/// What the system says went wrong, in its own words.
enum SystemWords {
    static func of(_ error: any Error) -> String {
        let cause = (error as NSError).userInfo[NSUnderlyingErrorKey] as? NSError ?? (error as NSError)
        return cause.domain == NSPOSIXErrorDomain ? String(cString: strerror(Int32(cause.code))) : "\(error)"
    }
}
