// libFuzzer's entry: requests that begin a WebSocket, and the frames behind them.
import WebSocket

/// The first byte chooses requests or frames and how they are cut, the rest is what a client sends.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    let input = UnsafeBufferPointer(start: start, count: count)
    guard let choice = input.first else { return 0 }
    let bytes = Array(input.dropFirst())
    let piece = 1 + Int(choice >> 1) % 19
    if choice & 1 == 0 { checkRequest(bytes, piece) } else { checkFrames(bytes, piece) }
    return 0
}

// MARK: Requests

/// What a request comes to must not depend on how it is cut.
private func checkRequest(_ bytes: [UInt8], _ piece: Int) {
    let whole = upgrade(bytes, inPiecesOf: max(1, bytes.count))
    precondition(whole == upgrade(bytes, inPiecesOf: piece), "a request's fate depends on how it is cut")
    switch whole {
    case .none: break
    case .failure(let failure):
        let answer = UpgradeResponse.refusing(failure)
        precondition(
            !answer.isEmpty && !failure.description.utf8.contains { $0 < 0x20 },
            "words with control characters"
        )
    case .success(let request):
        precondition(request.key.utf8.count == 24, "a key of another length")
        let lines = UpgradeResponse.accepting(request).split(separator: 0x0A, omittingEmptySubsequences: false)
        precondition(lines.count == 7, "an answer with lines of the client's making")
    }
}

private func upgrade(_ bytes: [UInt8], inPiecesOf size: Int) -> Result<UpgradeRequest, UpgradeFailure>? {
    var scanner = RequestScanner()
    var end = 0
    while end < bytes.count {
        end = min(bytes.count, end + size)
        // A block of its own, so that a read behind the end is seen.
        let received = Array(bytes[..<end])
        do throws(UpgradeFailure) {
            let request: UpgradeRequest? = try received.withUnsafeBufferPointer { buffer throws(UpgradeFailure) in
                let buffer = UnsafeRawBufferPointer(buffer)
                guard let size = try scanner.findEnd(in: buffer) else { return nil }
                precondition(size <= buffer.count, "a head that ends behind the bytes")
                return try UpgradeRequest(parsing: UnsafeRawBufferPointer(rebasing: buffer[..<size]), by: rules)
            }
            if let request { return .success(request) }
        } catch {
            return .failure(error)
        }
    }
    return nil
}

private let rules = UpgradeRules(origins: ["https://app.example.com", "null"].compactMap { WebOrigin($0) })

// MARK: Frames

private struct Outcome: Equatable {
    var payload: [UInt8] = []
    var end: FrameDecoder.End?
}

/// Nor may what frames carry.
private func checkFrames(_ bytes: [UInt8], _ piece: Int) {
    let whole = decode(bytes, inPiecesOf: max(1, bytes.count))
    precondition(whole == decode(bytes, inPiecesOf: piece), "what frames carry depends on how they are cut")
    precondition(whole.payload.count <= bytes.count, "more came out than went in")
}

private func decode(_ bytes: [UInt8], inPiecesOf size: Int) -> Outcome {
    var decoder = FrameDecoder()
    var outcome = Outcome()
    for start in stride(from: 0, to: bytes.count, by: size) {
        var received = Array(bytes[start..<min(bytes.count, start + size)])
        let count = received.withUnsafeMutableBytes { decoder.decode($0) }
        precondition(count <= received.count, "more payload than bytes")
        outcome.payload += received.prefix(count)
        if let ping = decoder.takePing() { precondition(ping.count <= 125, "a ping longer than any may be") }
    }
    outcome.end = decoder.end
    return outcome
}
