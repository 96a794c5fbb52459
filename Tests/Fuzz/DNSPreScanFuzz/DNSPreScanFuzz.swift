// libFuzzer's entry: the answer scan, libldns' parser behind it, and the text of all records.
//   Tests/Fuzz/run DNSPreScanFuzz dns 60 LDNS
import LDNS

/// RFC 1035 § 4.1.1.
private let headerLength = 12

/// The query that all inputs are an answer to; its id and question are put into the input, so that the fuzzer does not
/// have to guess them.
private let sampleQuery: Query? = {
    guard let name = try? DNSName("d.example") else { return nil }
    var generator = SystemRandomNumberGenerator()
    return try? Query(name: name, type: .cname, mixedCase: false, payloadSize: nil, using: &generator)
}()

/// Libldns must take whatever the scan has passed: a refusal is a hole in the scan's rules, and stops the run.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
    guard let query = sampleQuery else { return 0 }
    let input = Array(UnsafeBufferPointer(start: start, count: count))
    guard let first = input.first else { return 0 }
    // The first byte chooses: as it is, or made to belong to the query.
    var bytes = Array(input.dropFirst())
    if first & 1 == 1, bytes.count >= headerLength {
        bytes.replaceSubrange(0..<6, with: Array(query.wire[0..<2]) + [bytes[2] & 0x05 | 0x80, bytes[3], 0, 1])
        bytes.insert(contentsOf: query.wire.dropFirst(headerLength), at: headerLength)
    }
    guard case .accepted(let answer) = AnswerScan(bytes, answering: query, ignoringCase: first & 2 == 2) else {
        return 0
    }
    do throws(LDNSError) {
        let message = try Message(answer)
        let text = (message.answers + message.authorities).map(\.description)
        precondition(text.count <= AnswerScan.maximumRecords)
    } catch {
        fatalError("libldns refused what the scan passed: \(error)")
    }
    return 0
}
