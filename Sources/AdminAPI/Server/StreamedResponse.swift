import Foundation
import Hummingbird
import NIOCore

/// Media types that are not JSON.
enum MediaType {
    static let jsonLines = "application/jsonl"
    static let csv = "text/csv"
    static let events = "text/event-stream"
}

/// An answer that is written while it is read from its source: some records in memory, however many there are.
enum StreamedResponse {
    /// Bytes that are gathered before they are handed to the connection, which then waits for the peer to read.
    private static let block = 64 * 1024

    /// An answer of elements, each written to the buffer by `write`.
    static func make<Elements: AsyncSequence & Sendable>(
        _ mediaType: String,
        file: String,
        header: String = "",
        _ elements: Elements,
        write: @escaping @Sendable (Elements.Element, inout ByteBuffer) throws -> Void
    ) -> Response {
        let body = ResponseBody { writer in
            var buffer = ByteBuffer(string: header)
            for try await element in elements {
                try write(element, &buffer)
                guard buffer.readableBytes >= block else { continue }
                try await writer.write(buffer)
                buffer.clear()
            }
            if buffer.readableBytes > 0 { try await writer.write(buffer) }
            try await writer.finish(nil)
        }
        return Response(
            status: .ok,
            headers: [
                .contentType: mediaType,
                .cacheControl: "no-store",
                .contentDisposition: "attachment; filename=\"\(file)\"",
            ],
            body: body
        )
    }
}

extension ByteBuffer {
    /// Adds a value as JSON on a line of its own.
    mutating func writeJSONLine(_ value: some Encodable) throws {
        writeBytes(try JSONResponse.encoder().encode(value))
        writeString("\n")
    }
}
