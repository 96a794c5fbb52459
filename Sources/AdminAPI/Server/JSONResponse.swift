import Foundation
import Hummingbird
import NIOCore

/// Answers of the API: JSON with its members in alphabetical order, times in RFC 3339 UTC.
enum JSONResponse {
    static func make(
        _ body: some Encodable,
        status: HTTPResponse.Status = .ok,
        tag: EntityTag? = nil,
        location: String? = nil
    ) throws -> Response {
        var buffer = ByteBuffer()
        buffer.writeBytes(try encoder().encode(body))
        var response = Response(
            status: status,
            headers: [.contentType: "application/json", .cacheControl: "no-store"],
            body: ResponseBody(byteBuffer: buffer)
        )
        if let tag { response.headers[.eTag] = tag.header }
        if let location { response.headers[.location] = location }
        return response
    }

    /// Problem details, with the header fields that belong to their status.
    static func problem(_ problem: Problem) throws -> Response {
        var response = try make(problem, status: HTTPResponse.Status(code: problem.status))
        response.headers[.contentType] = Problem.mediaType
        switch problem.status {
        // RFC 6750 § 3
        case 401: response.headers[.wwwAuthenticate] = "Bearer realm=\"sluice\""
        // RFC 9110 § 15.5.6
        case 405: response.headers[.allow] = problem.allowed?.joined(separator: ", ")
        case 429, 503: response.headers[.retryAfter] = String(problem.retryAfter ?? 1)
        default: break
        }
        return response
    }

    /// Writes values as the API does.
    static func encoder() -> JSONEncoder {
        let encoder = JSONEncoder()
        encoder.dateEncodingStrategy = .iso8601
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return encoder
    }
}
