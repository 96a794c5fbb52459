import Registry
import Testing

@testable import AdminAPI

@Suite struct `Certificates in a PEM bundle` {
    private static let begin = "-----BEGIN CERTIFICATE-----"
    private static let end = "-----END CERTIFICATE-----"

    /// Reads what is not registered: the blocks themselves stand in the rows' words.
    private static func blocks(_ bundle: String, pieces: Int) throws -> [(line: Int, words: String)] {
        var blocks = CertificateBlocks { pem in throw Problem.badBody(pem) }
        var rows: [ImportRow] = []
        let bytes = Array(bundle.utf8)
        for start in stride(from: 0, to: bytes.count, by: pieces) {
            rows += try blocks.rows(from: bytes[start..<min(bytes.count, start + pieces)])
        }
        rows += try blocks.finish()
        return rows.compactMap { row in
            if case .unusable(_, let words) = row.content { (row.line, words) } else { nil }
        }
    }

    @Test(arguments: [1, 7, 1000])
    func `are found wherever the pieces of the upload end`(pieces: Int) throws {
        let bundle = "subject=a\n\(Self.begin)\nAA\n\(Self.end)\n\nissuer=b\r\n\(Self.begin)\r\nBB\r\n\(Self.end)"
        let found = try Self.blocks(bundle, pieces: pieces)
        #expect(found.map(\.line) == [2, 7])
        #expect(found[0].words == "\(Self.begin)\nAA\n\(Self.end)\n")
        #expect(found[1].words.contains("BB"))
    }

    @Test(arguments: [
        "", "no certificate\n", "\(begin)\nAA\n", String(repeating: "A", count: 70_000),
        "-----BEGIN PRIVATE KEY-----\nAA\n-----END PRIVATE KEY-----\n",
    ])
    func `are missed`(bundle: String) {
        #expect(throws: Problem.self) { try Self.blocks(bundle, pieces: 100) }
    }

    @Test func `are cut off where one has no end in sight`() throws {
        let line = String(repeating: "A", count: 64) + "\n"
        let bundle = "\(Self.begin)\n" + String(repeating: line, count: 2000) + "\(Self.end)\n"
        #expect(try Self.blocks(bundle, pieces: 4096)[0].words.utf8.count <= CertificateBlocks.longest + 200)
    }
}
