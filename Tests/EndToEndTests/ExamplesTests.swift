import Foundation
import Testing

/// The examples run as they stand, so that they cannot rot. (`make demo` runs the quick start.)
@Suite struct ExamplesTests {
    @Test(arguments: [
        "two-way", "one-device-one-certificate", "certificate-rotation", "broker",
    ])
    func `run to their end, step by step`(example: String) async throws {
        let sources = URL(fileURLWithPath: #filePath)
        let top = sources.deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        // A short name: the path of a Unix socket has 107 bytes at most, and the examples' folders lie deep.
        let name = "sluice-\(UUID().uuidString.prefix(8))"
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent(name)
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        let result = try await run(
            top.appendingPathComponent("examples/\(example)/run.sh").path,
            [],
            in: directory,
            environment: ["SLUICE": URL(fileURLWithPath: RunningGateway.program).path],
            seconds: 120
        )
        #expect(result.status == 0, "\(result.output)\n\(result.errors)")
        #expect(result.output.hasSuffix("All of it worked. The files are in .demo/\(example)/.\n"))
    }
}
