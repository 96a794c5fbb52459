// libFuzzer's entry: revocation lists and OCSP responses, as operators upload them and CAs serve them.
import FoundationEssentials
import OpenSSL

/// The first byte chooses the kind, the rest is the file.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    let input = UnsafeBufferPointer(start: start, count: count)
    guard let choice = input.first else { return 0 }
    let file = Array(input.dropFirst())
    if choice % 2 == 0 { checkList(file) } else { checkResponse(file) }
    return 0
}

private func checkList(_ file: [UInt8]) {
    guard let list = try? CertificateRevocationList(file) else { return }
    precondition(list.der.count <= file.count || file.first != 0x30, "a list longer than its file")
    _ = list.revocation(of: CertificateSerial(magnitude: [1]))
    _ = list.description
}

private func checkResponse(_ file: [UInt8]) {
    let chain = Chain.shared
    guard let response = try? OCSPResponse(der: file, for: chain.leaf, issuer: chain.issuer) else { return }
    // Nobody has the key of that issuer.
    preconditionFailure("a forged response was believed: \(response.status)")  // Invariant: the key is thrown away.
}

/// A CA whose key nobody keeps.
private struct Chain {
    let leaf: Certificate
    let issuer: Certificate

    static let shared: Chain = {
        let validity = Date(timeIntervalSince1970: 0)...Date(timeIntervalSince1970: 4_000_000_000)
        guard let authority = try? IssuingAuthority.create(commonName: "Fuzz", validity: validity) else {
            preconditionFailure("OpenSSL makes no CA")  // Invariant: without OpenSSL there is nothing to fuzz.
        }
        return Chain(leaf: authority.certificate, issuer: authority.certificate)
    }()
}
