import Foundation
import TestProcess

/// A program run to its end: what it printed and its exit status (128 and the signal, if one ended it).
struct CommandResult: Sendable {
    let status: Int32
    let output: String
    let errors: String
}

/// Why a program could not be run, or did not come to an end in time.
struct CommandFailure: Error, CustomStringConvertible {
    let description: String
}

/// Runs a program and waits for it; one that is still running after `seconds` is killed and reported.
///
/// The call blocks its thread: tests run it from a detached task through ``run(_:_:in:environment:input:seconds:)``.
private func runBlocking(
    _ program: String,
    _ arguments: [String],
    in directory: URL?,
    environment: [String: String],
    input: String?,
    seconds: Double
) throws -> CommandResult {
    // Files, not pipes: a child that prints more than a pipe holds cannot block on us.
    let scratch = FileManager.default.temporaryDirectory.appendingPathComponent("sluice-run-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: scratch, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: scratch) }
    let outputFile = scratch.appendingPathComponent("out"), errorFile = scratch.appendingPathComponent("err")
    let inputFile = scratch.appendingPathComponent("in")
    try Data((input ?? "").utf8).write(to: inputFile)
    let process = try ChildProcess(
        program,
        arguments,
        environment: environment,
        directory: directory?.path,
        input: .file(inputFile.path),
        output: .file(outputFile.path),
        errors: .file(errorFile.path)
    )
    guard let ending = process.wait(until: .now + .seconds(seconds)) else {
        process.send(signal: SIGKILL)
        _ = process.wait()
        let printed = (try? String(contentsOf: errorFile, encoding: .utf8)) ?? ""
        throw CommandFailure(
            description: "\(program) \(arguments.joined(separator: " ")): still running after \(seconds) s: \(printed)"
        )
    }
    return CommandResult(
        status: ending.status,
        output: try String(decoding: Data(contentsOf: outputFile), as: UTF8.self),
        errors: try String(decoding: Data(contentsOf: errorFile), as: UTF8.self)
    )
}

/// Runs a program to its end without holding a thread of the cooperative pool.
func run(
    _ program: String,
    _ arguments: [String],
    in directory: URL? = nil,
    environment: [String: String] = [:],
    input: String? = nil,
    seconds: Double = 30
) async throws -> CommandResult {
    try await withCheckedThrowingContinuation { continuation in
        Thread.detachNewThread {
            continuation.resume(
                with: Result {
                    try runBlocking(
                        program,
                        arguments,
                        in: directory,
                        environment: environment,
                        input: input,
                        seconds: seconds
                    )
                }
            )
        }
    }
}

/// Asks `condition` again every 20 ms until it gives a value; throws when `seconds` have passed without one.
func eventually<Value: Sendable>(
    _ what: String,
    within seconds: Double = 20,
    _ condition: () async throws -> Value?
) async throws -> Value {
    let deadline = ContinuousClock.now + .seconds(seconds)
    while ContinuousClock.now < deadline {
        if let value = try await condition() { return value }
        try await Task.sleep(for: .milliseconds(20))
    }
    throw CommandFailure(description: "\(what): not within \(seconds) s")
}
