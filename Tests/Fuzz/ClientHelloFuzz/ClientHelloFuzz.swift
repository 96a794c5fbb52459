// libFuzzer's entry: what we parse of a ClientHello ourselves, and what the registry makes of the server name.
import OpenSSL
import Registry

/// The first byte chooses the extension, the rest is its body, as OpenSSL hands it to the callback.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    let input = UnsafeRawBufferPointer(start: start, count: count)
    guard let choice = input.first else { return 0 }
    let body = UnsafeRawBufferPointer(rebasing: input.dropFirst())
    switch choice % 3 {
    case 0: checkServerName(body)
    case 1: _ = SupportedVersionsExtension.parse(body)
    default:
        let names = ApplicationProtocolsExtension.parse(body) ?? []
        precondition(names.allSatisfy { !$0.isEmpty && $0.count <= 255 }, "a protocol name of \(names.map(\.count))")
    }
    return 0
}

/// A name that is taken is printable, and the registry either knows it for a domain name or says why not.
private func checkServerName(_ body: UnsafeRawBufferPointer) {
    guard let name = try? ServerNameExtension.parse(body) else { return }
    precondition((1...ServerNameExtension.maximumNameBytes).contains(name.count))
    precondition(name.allSatisfy { $0 > 0x20 && $0 < 0x7F })
    let indication = ServerNameIndication(name)
    if case .name(let domain) = indication.request {
        // What was normalised once stays as it is.
        precondition(ServerNameIndication(Array(domain.text.utf8)).request == .name(domain))
    }
}
