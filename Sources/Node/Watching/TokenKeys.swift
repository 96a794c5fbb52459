import Credentials
import Foundation
import Synchronization
import TLSGateway

/// The keys that tokens are checked with, as their files have them now.
final class TokenKeys: WatchedMaterial {
    private let settings: JWTSettings
    private let check: Mutex<TokenCheck>

    /// Reads the files. Blocks; throws a `JWTKeyError`.
    init(_ settings: JWTSettings) throws(JWTKeyError) {
        self.settings = settings
        check = Mutex(try Self.read(settings))
    }

    /// What tokens are checked by now. Any thread.
    var current: TokenCheck { check.withLock { $0 } }

    let title = "keys for tokens"

    var files: [String] { settings.keys.map(\.file) + [settings.keySetFile].compactMap { $0 } }

    func refresh(at now: Date) async throws -> String? {
        let renewed = try Self.read(settings)
        check.withLock { $0 = renewed }
        return "tokens are checked with the keys as they are now"
    }

    private static func read(_ settings: JWTSettings) throws(JWTKeyError) -> TokenCheck {
        var keys: [JWTKey] = []
        for key in settings.keys { keys.append(try JWTKey.load(key.algorithm, file: key.file, id: key.id)) }
        if let file = settings.keySetFile { keys += try JSONWebKeySet.load(file: file).keys }
        let requirements = JWTRequirements(
            issuer: settings.issuer,
            audience: settings.audience,
            userClaim: settings.userClaim,
            clientIDClaim: settings.clientIDClaim
        )
        return TokenCheck(try JWTVerifier(keys: keys, requirements: requirements), in: settings.placement)
    }
}
