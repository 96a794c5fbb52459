import Testing

@testable import Reactors

@Suite struct SocketAddressTests {
    @Test(arguments: [
        "127.0.0.1:8883", "0.0.0.0:0", "[::1]:0", "[2001:db8::1]:65535", "[::]:1883",
    ])
    func `an address reads as it was written`(text: String) throws {
        #expect(try SocketAddress(text).description == text)
    }

    @Test(arguments: [
        "", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:-1", "127.0.0.1:+1", "localhost:80", "::1:80",
        "[127.0.0.1]:80", "[::1]", "[::1:80", "::1]:80", "[fe80::1%lo]:80", "127.1:80", "127.0.0.1:٣",
    ])
    func `text that is no address is refused`(text: String) {
        #expect(throws: ReactorError.notAnAddress(text)) { try SocketAddress(text) }
    }

    @Test func `an address made of bytes equals the parsed one`() throws {
        let address = try SocketAddress("[2001:db8::9]:5")
        #expect(SocketAddress(bytes: address.bytes, port: 5) == address)
        #expect(SocketAddress(bytes: [192, 0, 2, 7], port: 9)?.description == "192.0.2.7:9")
        #expect(SocketAddress(bytes: [1, 2, 3], port: 9) == nil)
    }
}
