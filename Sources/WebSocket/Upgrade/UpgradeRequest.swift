/// A request that is answered by a WebSocket: it kept every rule of RFC 6455 § 4.2.1 and of the endpoint.
package struct UpgradeRequest: Hashable, Sendable {
    /// The key that the answer must prove to have seen.
    package let key: String
    /// The subprotocol chosen among those offered.
    package let subprotocol: Subprotocol

    /// What is spoken inside the WebSocket.
    package enum Subprotocol: String, Sendable {
        /// MQTT, whatever its version: the CONNECT says that.
        case mqtt
        /// What clients of MQTT 3.1 offered before there was a registered name. Mosquitto takes it, and so does this: the
        /// standard asks for `mqtt` [MQTT-6.0.0-3], and whoever offers both gets that one.
        case mqttv3_1 = "mqttv3.1"
    }

    /// Reads the head of a request, once and for all.
    ///
    /// - Parameters:
    ///   - bytes: A whole head, as ``RequestScanner`` found it.
    ///   - rules: What the endpoint allows.
    package init(parsing bytes: UnsafeRawBufferPointer, by rules: UpgradeRules) throws(UpgradeFailure) {
        let head = try RequestHead(parsing: bytes)
        guard head.target.prefix(while: { $0 != "?" }) == rules.path else { throw .pathUnknown(needed: rules.path) }
        guard head.method == "GET" else { throw .methodNotAllowed }
        // RFC 9112 § 3.2: "A server MUST respond with a 400 (Bad Request) status code to any HTTP/1.1 request message
        // that lacks a Host header field and to any request message that contains more than one".
        guard let host = try head.single("host"), !host.isEmpty else { throw .malformed(.hostMissing) }
        // A body would be taken for frames.
        guard try head.single("transfer-encoding") == nil, try head.single("content-length") ?? "0" == "0" else {
            throw .bytesBehindRequest
        }
        guard head.lists("websocket", in: "upgrade"), head.lists("upgrade", in: "connection") else {
            throw .notAnUpgrade
        }
        let version = try head.single("sec-websocket-version") ?? ""
        guard version == Self.version else { throw .webSocketVersion(found: Self.shown(version)) }
        guard let key = try head.single("sec-websocket-key"), Self.isKey(key) else { throw .keyUnusable }
        if let origin = try head.single("origin"), !rules.allows(origin: origin) {
            throw .originNotAllowed(WebOrigin(origin)?.description ?? "an unreadable origin")
        }
        let offered = head.members(of: "sec-websocket-protocol").compactMap(Subprotocol.init)
        // [MQTT-6.0.0-3], [MQTT-6.0.0-4]
        guard let subprotocol = offered.contains(.mqtt) ? .mqtt : offered.first else { throw .subprotocolMissing }
        self.key = key
        self.subprotocol = subprotocol
    }

    /// RFC 6455 § 4.1 point 9.
    static let version = "13"

    /// 16 bytes in base64: 22 characters and two of padding.
    private static func isKey(_ text: String) -> Bool {
        text.utf8.count == 24 && text.hasSuffix("==")
            && text.utf8.prefix(22).allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "+"), UInt8(ascii: "/"):
                    true
                default: false
                }
            }
    }

    /// A version fit to be shown: digits, and not many.
    private static func shown(_ version: String) -> String {
        let isNumber = (1...3).contains(version.utf8.count) && version.utf8.allSatisfy { (0x30...0x39).contains($0) }
        return isNumber ? version : "unknown"
    }
}
