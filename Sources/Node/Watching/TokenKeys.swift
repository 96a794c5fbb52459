import Credentials
import Foundation
import Synchronization
import TLSGateway

/// The keys that tokens are checked with, as their files have them now.
final class TokenKeys: WatchedMaterial {
    private let settings: JWTSettings
    private let check: Mutex<TokenCheck>
    private let stamps: Mutex<[FileStamp?]>
    private let observers = Mutex<[@Sendable (TokenCheck) -> Void]>([])

    /// Reads the files. Blocks; throws a `JWTKeyError`.
    init(_ settings: JWTSettings) throws(JWTKeyError) {
        self.settings = settings
        stamps = Mutex(settings.files.map { FileStamp(path: $0) })
        check = Mutex(try Self.read(settings))
    }

    /// What tokens are checked by now. Any thread.
    var current: TokenCheck { check.withLock { $0 } }

    /// Has everybody who is to know told of other keys: after tokens are checked by them.
    func observe(_ body: @escaping @Sendable (TokenCheck) -> Void) { observers.withLock { $0.append(body) } }

    let title = "keys for tokens"

    var files: [String] { settings.files }

    func refresh(at now: Date) async throws -> String? {
        let found = files.map { FileStamp(path: $0) }
        guard found != stamps.withLock({ $0 }) else { return nil }
        let renewed = try Self.read(settings)
        stamps.withLock { $0 = found }
        check.withLock { $0 = renewed }
        for observer in observers.withLock(\.self) { observer(renewed) }
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
            clientIDClaim: settings.clientIDClaim,
            allowsUnlimited: settings.allowsUnlimited
        )
        return TokenCheck(try JWTVerifier(keys: keys, requirements: requirements), in: settings.placement)
    }
}

extension JWTSettings {
    fileprivate var files: [String] { keys.map(\.file) + [keySetFile].compactMap { $0 } }
}
