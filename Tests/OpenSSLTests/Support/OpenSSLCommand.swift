import Foundation
import TestProcess

/// The openssl program, as users run it.
enum OpenSSLCommand {
    struct Failed: Error {
        let output: String
    }

    /// Runs a bash script in a directory of its own, which is removed afterwards, and gives it to `body` before.
    static func run<Result>(_ script: String, _ body: (URL) throws -> Result) throws -> Result {
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent("sluice-\(UUID())")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        let bash = try ChildProcess("/bin/bash", ["-euc", script], directory: directory.path, output: .pipe)
        let output = try bash.readOutput()
        guard bash.wait() == .exited(0) else { throw Failed(output: output) }
        return try body(directory)
    }

    static func text(_ name: String, in directory: URL) throws -> String {
        try String(contentsOf: directory.appendingPathComponent(name), encoding: .utf8)
    }
}
