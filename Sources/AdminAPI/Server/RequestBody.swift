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
    static func decode<Body: RequestMembers>(_ type: Body.Type, from request: Request) async throws -> Body {
        let buffer: ByteBuffer
        do {
            buffer = try await request.body.collect(upTo: largest)
        } catch is NIOTooManyBytesError {
            throw Problem.bodyTooLarge(limit: largest)
        }
        let data = Data(buffer.readableBytesView)
        let known = Body.CodingKeys.allCases.map(\.stringValue)
        guard let object = (try? JSONSerialization.jsonObject(with: data)) as? [String: Any] else {
            throw Problem.badBody("Found no JSON object, needed one with \(known.joined(separator: ", ")).")
        }
        if let unknown = object.keys.sorted().first(where: { !known.contains($0) }) {
            throw Problem.badBody("Found the member \"\(unknown)\", known are \(known.joined(separator: ", ")).")
        }
        do {
            return try JSONDecoder().decode(Body.self, from: data)
        } catch let error as DecodingError {
            throw Problem.badBody(error.sentence)
        }
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
