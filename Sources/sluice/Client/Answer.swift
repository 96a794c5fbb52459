import Foundation
import Node

/// The gateway's answers, read.
enum Answer {
    static func decode<Body: Decodable>(_ type: Body.Type, from json: Data) throws(CommandFailure) -> Body {
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .iso8601
        do {
            return try decoder.decode(type, from: json)
        } catch {
            throw CommandFailure(
                .unreachable,
                "The gateway's answer is not understood. Is it of another version than this command "
                    + "(\(SluiceVersion.current))? sluice status -o json prints its version. (\(error))"
            )
        }
    }
}
