/// Why a request is not answered by a WebSocket.
package enum UpgradeFailure: Error, Hashable, Sendable, CustomStringConvertible {
    /// The first byte begins no HTTP request.
    case notHTTP(firstByte: UInt8)
    /// The head breaks HTTP's grammar.
    case malformed(Defect)
    /// The head is longer than any is read.
    case tooLong(limit: Int)
    /// Another version of HTTP.
    case versionNotSpoken
    /// A body, or more bytes, came with the request: nothing may before the answer (RFC 6455 § 4.1).
    case bytesBehindRequest
    /// Nothing is served at the path.
    case pathUnknown(needed: String)
    /// Another method than GET.
    case methodNotAllowed
    /// An ordinary request, such as one that somebody has typed into a browser.
    case notAnUpgrade
    /// Another version of the WebSocket protocol.
    case webSocketVersion(found: String)
    /// A key that is not 16 bytes in base64.
    case keyUnusable
    /// A browser's page of an origin that may not connect.
    case originNotAllowed(String)
    /// The client offers no subprotocol of MQTT.
    case subprotocolMissing

    /// What in a head breaks the grammar.
    package enum Defect: Hashable, Sendable {
        case requestLine, fieldName, fieldValue, loneCarriageReturn, loneLineFeed, hostMissing
        case controlCharacter(UInt8)
        case repeatedField(String)
        case tooManyFields(Int)
    }

    /// The answer's status.
    package var status: HTTPStatus {
        switch self {
        case .notHTTP, .malformed, .bytesBehindRequest, .keyUnusable, .subprotocolMissing: .badRequest
        case .originNotAllowed: .forbidden
        case .pathUnknown: .notFound
        case .methodNotAllowed: .methodNotAllowed
        // RFC 6455 § 4.2.2 point 4, RFC 9110 § 15.5.22
        case .notAnUpgrade, .webSocketVersion: .upgradeRequired
        case .tooLong: .headTooLarge
        case .versionNotSpoken: .versionNotSupported
        }
    }

    /// What was found, and what was needed; without anything the client sent that is not fit to be shown.
    package var description: String {
        switch self {
        case .notHTTP(let byte):
            "The first byte is 0x\(String(byte, radix: 16)), and an HTTP request is needed: MQTT goes through a WebSocket here."
        case .malformed(let defect):
            "The request is malformed: \(defect.words)."
        case .tooLong(let limit):
            "The request's head is longer than \(limit) bytes."
        case .versionNotSpoken:
            "The request is not of HTTP/1.1, which a WebSocket needs."
        case .bytesBehindRequest:
            "Bytes came with the request, and nothing may be sent before its answer."
        case .pathUnknown(let needed):
            "Nothing is served at this path; the WebSocket for MQTT is at \(needed)."
        case .methodNotAllowed:
            "Only GET begins a WebSocket."
        case .notAnUpgrade:
            "This is a WebSocket endpoint for MQTT, and the request asks for no WebSocket."
        case .webSocketVersion(let found):
            "The client speaks WebSocket version \(found); 13 is spoken here."
        case .keyUnusable:
            "Sec-WebSocket-Key is not 16 bytes in base64."
        case .originNotAllowed(let origin):
            "Pages of \(origin) may not connect here."
        case .subprotocolMissing:
            "The client does not offer the subprotocol mqtt."
        }
    }
}

extension UpgradeFailure.Defect {
    fileprivate var words: String {
        switch self {
        case .requestLine: "its first line is not a method, a target and a version"
        case .fieldName: "a line is no field with a name"
        case .fieldValue: "a field's value is no UTF-8"
        case .loneCarriageReturn: "a line ends in CR alone"
        case .loneLineFeed: "a line ends in LF alone"
        case .hostMissing: "it names no host"
        case .controlCharacter(let byte): "it has the control character 0x\(String(byte, radix: 16))"
        case .repeatedField(let name): "it has \(name) more than once"
        case .tooManyFields(let count): "it has \(count) fields, and \(RequestHead.fieldLimit) are allowed"
        }
    }
}
