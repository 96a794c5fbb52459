import Hummingbird
import NIOCore
import Registry

/// The rows of an upload, read from the request's body as it comes in: one chunk and its rows in memory.
struct ImportRows: AsyncSequence, Sendable {
    typealias Element = ImportRow

    /// How bytes become rows.
    enum Form: Sendable {
        /// A CSV of fingerprints.
        case list(FingerprintList)
        /// Certificates in PEM.
        case bundle(CertificateBlocks)

        mutating func rows(from bytes: ByteBufferView) throws -> [ImportRow] {
            switch self {
            case .list(var list):
                let rows = try list.rows(from: bytes)
                self = .list(list)
                return rows
            case .bundle(var blocks):
                let rows = try blocks.rows(from: bytes)
                self = .bundle(blocks)
                return rows
            }
        }

        mutating func finish() throws -> [ImportRow] {
            switch self {
            case .list(var list): try list.finish()
            case .bundle(let blocks): try blocks.finish()
            }
        }
    }

    /// The largest upload in bytes: a million certificates, or several million fingerprints.
    static let largest = 2 * 1024 * 1024 * 1024

    private let body: Hummingbird.RequestBody
    private let form: Form

    init(_ body: Hummingbird.RequestBody, _ form: Form) {
        self.body = body
        self.form = form
    }

    func makeAsyncIterator() -> Iterator {
        Iterator(chunks: body.makeAsyncIterator(), form: form)
    }

    struct Iterator: AsyncIteratorProtocol {
        var chunks: Hummingbird.RequestBody.AsyncIterator
        var form: Form
        var rows: ArraySlice<ImportRow> = []
        var received = 0
        var isAtEnd = false

        /// Throws a 413 ``Problem``, or what the form throws of the upload as a whole.
        mutating func next() async throws -> ImportRow? {
            while rows.isEmpty, !isAtEnd {
                if let chunk = try await chunks.next() {
                    received += chunk.readableBytes
                    guard received <= ImportRows.largest else { throw Problem.bodyTooLarge(limit: ImportRows.largest) }
                    rows = try form.rows(from: chunk.readableBytesView)[...]
                } else {
                    isAtEnd = true
                    rows = try form.finish()[...]
                }
            }
            return rows.popFirst()
        }
    }
}
