/// What a request gets: the WebSocket, or a status with words for the person who looks into why.
package enum UpgradeResponse {
    /// 101 Switching Protocols (RFC 6455 § 4.2.2): what follows are frames.
    package static func accepting(_ request: UpgradeRequest) -> [UInt8] {
        head(
            "101 Switching Protocols",
            [
                ("Upgrade", "websocket"), ("Connection", "Upgrade"),
                ("Sec-WebSocket-Accept", AcceptKey.answer(to: request.key)),
                ("Sec-WebSocket-Protocol", request.subprotocol.rawValue),
            ]
        )
    }

    /// The refusal of a request, after which the connection is closed.
    package static func refusing(_ failure: UpgradeFailure) -> [UInt8] {
        var fields: [(String, String)] = []
        switch failure {
        case .methodNotAllowed: fields = [("Allow", "GET")]
        // RFC 9110 § 15.5.22 wants the protocols, RFC 6455 § 4.4 the version.
        case .notAnUpgrade, .webSocketVersion:
            fields = [("Upgrade", "websocket"), ("Sec-WebSocket-Version", UpgradeRequest.version)]
        default: break
        }
        return text(failure.status, failure.description + "\n" + hint(for: failure), fields)
    }

    /// A refusal that is not about what the request says.
    package static func refusing(_ status: HTTPStatus, _ words: String) -> [UInt8] { text(status, words + "\n", []) }

    private static func hint(for failure: UpgradeFailure) -> String {
        switch failure {
        case .notAnUpgrade, .subprotocolMissing:
            """
            Connect with an MQTT client over WebSocket, subprotocol "mqtt", such as MQTT.js, or in a page:
                new WebSocket(url, "mqtt")

            """
        default: ""
        }
    }

    private static func text(_ status: HTTPStatus, _ body: String, _ fields: [(String, String)]) -> [UInt8] {
        let always = [
            ("Connection", fields.contains { $0.0 == "Upgrade" } ? "Upgrade, close" : "close"),
            ("Content-Type", "text/plain; charset=utf-8"), ("Content-Length", String(body.utf8.count)),
            // Words that a browser shows must not be taken for a page, whatever they say.
            ("X-Content-Type-Options", "nosniff"), ("Cache-Control", "no-store"),
        ]
        return head("\(status.rawValue) \(status.phrase)", fields + always) + body.utf8
    }

    private static func head(_ status: String, _ fields: [(String, String)]) -> [UInt8] {
        let lines = ["HTTP/1.1 \(status)"] + fields.map { "\($0.0): \($0.1)" }
        return Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8)
    }
}
