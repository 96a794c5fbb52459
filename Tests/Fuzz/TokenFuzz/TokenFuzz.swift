// libFuzzer's entry: tokens, key sets and password hashes.
import Credentials
import FoundationEssentials

/// The first byte chooses the kind, the rest is the text.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    let input = UnsafeBufferPointer(start: start, count: count)
    guard let choice = input.first else { return 0 }
    let text = Array(input.dropFirst())
    switch choice % 3 {
    case 0: checkToken(text)
    case 1: _ = try? JSONWebKeySet(parsing: text)
    default: checkHash(String(decoding: text, as: UTF8.self))
    }
    return 0
}

private func checkToken(_ token: [UInt8]) {
    guard let identity = try? verifier.verify(token, at: Date(timeIntervalSince1970: 1_800_000_000)) else { return }
    // The seeds have good signatures; whatever else passes names somebody.
    precondition(!identity.user.isEmpty, "a token for nobody")
}

/// What was read is written the same way, unless base64 was written with other left-over bits.
private func checkHash(_ text: String) {
    guard let hash = try? PasswordHash(parsing: text) else { return }
    let again = try? PasswordHash(parsing: hash.text)
    precondition(again?.text == hash.text, "a hash that is not read back")
}

private let verifier: JWTVerifier = {
    guard let key = try? JWTKey(secret: [UInt8](repeating: 0x5A, count: 32)),
        let verifier = try? JWTVerifier(keys: [key], requirements: JWTRequirements(allowsUnlimited: true))
    else { preconditionFailure("no verifier") }  // Invariant: a secret of 32 bytes is taken.
    return verifier
}()
