import Foundation
import Hummingbird
import NIOCore

/// A request's JSON body whose members are all known: a misspelt one is an error, not a default.
protocol RequestMembers: Decodable {
    associatedtype CodingKeys: CodingKey & CaseIterable
}

enum RequestBody {
    /// The largest body taken, in bytes: 32 CA certificates or a chain and its key are some tens of kilobytes.
    static let largest = 256 * 1024

    /// Reads the body. Throws a ``Problem`` when it is no JSON object with these members, or too long.
    static func decode<Body: RequestMembers>(
        _ type: Body.Type,
        from request: Request,
        limit: Int = largest
    ) async throws -> Body {
        let data = Data(try await collect(request, limit: limit).readableBytesView)
        let known = Body.CodingKeys.allCases.map(\.stringValue)
        guard let object = (try? JSONSerialization.jsonObject(with: data)) as? [String: Any] else {
            throw Problem.badBody("Found no JSON object, needed one with \(known.joined(separator: ", ")).")
        }
        if let unknown = object.keys.sorted().first(where: { !known.contains($0) }) {
            throw Problem.badBody("Found the member \"\(unknown)\", known are \(known.joined(separator: ", ")).")
        }
        do {
            let decoder = JSONDecoder()
            decoder.dateDecodingStrategy = .iso8601
            return try decoder.decode(Body.self, from: data)
        } catch let error as DecodingError {
            throw Problem.badBody(error.sentence)
        }
    }

    /// The whole body. Throws a 413 ``Problem`` when it is too long, before any of it is read where it says so itself.
    static func collect(_ request: Request, limit: Int) async throws -> ByteBuffer {
        if let declared = request.headers[.contentLength].flatMap({ Int($0) }), declared > limit {
            throw Problem.bodyTooLarge(limit: limit)
        }
        do {
            return try await request.body.collect(upTo: limit)
        } catch is NIOTooManyBytesError {
            throw Problem.bodyTooLarge(limit: limit)
        }
    }
}

/// Bytes in JSON.
enum Base64Text {
    /// Reads base64 (RFC 4648 § 4); line breaks in it are skipped. Throws a 400 ``Problem`` that names the member.
    static func bytes(_ text: String, member: String) throws(Problem) -> [UInt8] {
        guard let data = Data(base64Encoded: text, options: .ignoreUnknownCharacters), !data.isEmpty else {
            throw .badBody("The member \"\(member)\" is no base64.")
        }
        return Array(data)
    }
}

extension DecodingError {
    /// Which member, and what is wrong with it.
    fileprivate var sentence: String {
        switch self {
        case .keyNotFound(let key, _):
            "The member \"\(key.stringValue)\" is missing."
        case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context):
            "The member \"\(context.codingPath.map(\.stringValue).joined(separator: "."))\" is of the wrong kind: "
                + context.debugDescription
        @unknown default:
            "The body does not have the members that are needed."
        }
    }
}
