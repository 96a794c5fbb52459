import Foundation
import Logging
import Testing

@testable import Node

@Suite("The log") struct NodeLogTests {
    /// Everything that `body` logs, as it arrives at the other end of a pipe.
    private func logged(_ format: LogSettings.Format, _ body: (Logger) -> Void) throws -> String {
        let pipe = Pipe()
        let writer = LogWriter(descriptor: pipe.fileHandleForWriting.fileDescriptor)
        let settings = LogSettings(format: format, level: .info)
        body(Logger(label: "sluice") { NodeLogHandler(label: $0, settings: settings, writer: writer) })
        writer.close()
        try pipe.fileHandleForWriting.close()
        return try String(decoding: pipe.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
    }

    @Test func `is one line per event, whatever a peer put into it`() throws {
        let text = try logged(.text) {
            $0.info("refused", metadata: ["client_id": "x\n2026-01-01 info sluice: forged\u{1B}[31m\"quoted\""])
        }
        #expect(text.split(separator: "\n").count == 1)
        #expect(!text.contains("\u{1B}"))
        #expect(text.contains(#"forged\u{1b}[31m\"quoted\""#), "\(text)")
    }

    @Test func `is a JSON object a line for machines`() throws {
        let text = try logged(.json) { $0.warning("odd \"name\"", metadata: ["peer": "127.0.0.1:1\n"]) }
        let object = try JSONDecoder().decode([String: String].self, from: Data(text.utf8))
        #expect(object["message"] == "odd \"name\"")
        #expect(object["level"] == "warning")
        #expect(object["peer"] == "127.0.0.1:1\n")
        #expect(object["time"]?.hasSuffix("Z") == true)
    }

    @Test func `leaves out what is below its level`() throws {
        #expect(try logged(.text) { $0.debug("not asked for") }.isEmpty)
    }

    @Test func `never waits for its reader, and says how much was lost`() throws {
        let pipe = Pipe()
        let writer = LogWriter(descriptor: pipe.fileHandleForWriting.fileDescriptor)
        let line = String(repeating: "x", count: 1023) + "\n"
        // Twice of what may wait, while nobody reads.
        let count = 2 * LogWriter.capacity / line.utf8.count
        for _ in 0..<count { writer.write(line) }
        let reader = Thread { [handle = pipe.fileHandleForReading] in while !handle.availableData.isEmpty {} }
        reader.start()
        writer.write("last\n")
        writer.close(waitingAtMost: 20)
        #expect(writer.droppedLines > 0)
        #expect(writer.droppedLines < count)
        try pipe.fileHandleForWriting.close()
    }

    @Test(
        arguments: [
            ("password", "hunter2", "hunter2"),
            ("reason", "cannot read -----BEGIN PRIVATE KEY-----\nMIGH", "MIGH"),
            ("user", "anna:$7$101$c2FsdA==$aGFzaA==", "aGFzaA"),
            ("header", "Bearer sluice_abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG", "abcdefghijklmno"),
            ("url", "https://gw/?token=sluice_abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG", "abcdefghijklmno"),
            ("token_seen", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhIn0.c2ln", "c2ln"),
        ]
    )
    func `never shows a secret, should one come to it`(field: String, value: String, secret: String) throws {
        for format in [LogSettings.Format.text, .json] {
            let lines = try logged(format) {
                $0.info("odd: \(value)", metadata: [field: "\(value)"])
                $0.info("odd", metadata: [field: ["nested": "\(value)"]])
            }
            if field != "password" { #expect(!lines.contains(secret), "\(lines)") }
            #expect(!lines.split(separator: "\n").last!.contains(secret), "\(lines)")
        }
    }

    @Test func `leaves alone what only looks a little like one`() throws {
        let text = try logged(.text) { $0.info("sluice_connections_refused_total eyJ $5 -----BEGIN CERTIFICATE-----") }
        #expect(text.contains("sluice_connections_refused_total eyJ $5 -----BEGIN CERTIFICATE-----"))
    }
}
