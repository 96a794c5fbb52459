package import Credentials
import MQTTCodec

/// How JSON Web Tokens let one-way clients in: where a CONNECT carries them, and by what they are checked.
package struct TokenCheck: Sendable {
    /// Checks signature and claims.
    package let verifier: JWTVerifier
    /// Where in the CONNECT a token is looked for.
    package let placement: Placement

    /// Looks for tokens in one place.
    package init(_ verifier: JWTVerifier, in placement: Placement = .password) {
        self.verifier = verifier
        self.placement = placement
    }

    /// A field of the CONNECT.
    package enum Placement: String, Hashable, Sendable, CaseIterable {
        /// The password; the user name says nothing then.
        case password
        /// The user name; the password says nothing then.
        case userName = "username"
    }

    /// What the CONNECT has in that place, if it has the form of a token: users with passwords may come beside.
    func token(in packet: ConnectPacket) -> [UInt8]? {
        let bytes =
            switch placement {
            case .password: packet.password?.bytes
            case .userName: packet.userName?.bytes
            }
        return bytes.flatMap { Self.hasForm($0) ? $0 : nil }
    }

    /// Three parts of base64url, the first of which begins like the JSON object that a header is. RFC 7515 § 7.1
    private static func hasForm(_ bytes: [UInt8]) -> Bool {
        bytes.starts(with: Array("eyJ".utf8)) && bytes.count { $0 == UInt8(ascii: ".") } == 2
    }
}
