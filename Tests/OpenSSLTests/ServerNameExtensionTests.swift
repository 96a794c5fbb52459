import Testing

@testable import OpenSSL

@Suite struct ServerNameExtensionTests {
    private func parse(_ bytes: [UInt8]) -> Result<[UInt8], ServerNameExtension.Defect> {
        bytes.withUnsafeBytes { bytes in
            Result { () throws(ServerNameExtension.Defect) in try ServerNameExtension.parse(bytes) }
        }
    }

    private func wrap(_ name: [UInt8]) -> [UInt8] {
        let entry = [0, UInt8(name.count >> 8), UInt8(name.count & 0xFF)] + name
        return [UInt8(entry.count >> 8), UInt8(entry.count & 0xFF)] + entry
    }

    @Test(arguments: ["a", "mqtt.example", "MQTT.Example.", "127.0.0.1", "mqtt.example:8883", "xn--mnchen-3ya.example"])
    func `a name comes out as it was sent`(_ name: String) {
        #expect(parse(wrap(Array(name.utf8))) == .success(Array(name.utf8)))
    }

    @Test func `a name may have 255 bytes and no more`() {
        #expect(parse(wrap(Array(repeating: 0x61, count: 255))) == .success(Array(repeating: 0x61, count: 255)))
        #expect(parse(wrap(Array(repeating: 0x61, count: 256))) == .failure(.wrongLength))
    }

    @Test(
        arguments: [
            ("nothing at all", [], .wrongLength),
            ("half a length", [0x00], .wrongLength),
            ("an empty list", [0x00, 0x00], .emptyName),
            ("a list that claims more than there is", [0x00, 0x05, 0x00, 0x00, 0x01], .wrongLength),
            ("a list that claims less than there is", [0x00, 0x04, 0x00, 0x00, 0x01, 0x61, 0x61], .wrongLength),
            ("an entry without its length", [0x00, 0x01, 0x00], .wrongLength),
            ("an entry with half its length", [0x00, 0x02, 0x00, 0x00], .wrongLength),
            ("an empty name", [0x00, 0x03, 0x00, 0x00, 0x00], .emptyName),
            ("a name that claims more than there is", [0x00, 0x04, 0x00, 0x00, 0x02, 0x61], .wrongLength),
            ("a claimed length of 64 KiB", [0x00, 0x04, 0x00, 0xFF, 0xFF, 0x61], .wrongLength),
            ("another type of name", [0x00, 0x04, 0x01, 0x00, 0x01, 0x61], .unexpectedEntry),
            ("two names", [0x00, 0x08, 0x00, 0x00, 0x01, 0x61, 0x00, 0x00, 0x01, 0x62], .unexpectedEntry),
            ("a byte behind the name", [0x00, 0x05, 0x00, 0x00, 0x01, 0x61, 0x00], .unexpectedEntry),
            ("a NUL in the name", [0x00, 0x06, 0x00, 0x00, 0x03, 0x61, 0x00, 0x62], .unprintableByte),
            ("a space in the name", [0x00, 0x06, 0x00, 0x00, 0x03, 0x61, 0x20, 0x62], .unprintableByte),
            ("UTF-8 in the name", [0x00, 0x05, 0x00, 0x00, 0x02, 0xC3, 0xA4], .unprintableByte),
        ] as [(String, [UInt8], ServerNameExtension.Defect)]
    )
    func `is refused`(_ why: String, _ bytes: [UInt8], _ defect: ServerNameExtension.Defect) {
        #expect(parse(bytes) == .failure(defect), "\(why)")
    }

    @Test(
        arguments: [
            ("1.3 and 1.2", [0x04, 0x03, 0x04, 0x03, 0x03], [.tls1_3, .tls1_2]),
            ("an unknown version is left out", [0x06, 0x7A, 0x7A, 0x03, 0x04, 0x03, 0x05], [.tls1_3]),
            ("only unknown ones", [0x02, 0x7A, 0x7A], []),
            ("nothing at all", [], nil),
            ("an empty list", [0x00], nil),
            ("an odd length", [0x03, 0x03, 0x04, 0x03], nil),
            ("a length that claims more", [0x04, 0x03, 0x04], nil),
            ("a length that claims less", [0x02, 0x03, 0x04, 0x03, 0x03], nil),
        ] as [(String, [UInt8], [TLSVersion]?)]
    )
    func `supported versions`(_ what: String, _ bytes: [UInt8], _ versions: [TLSVersion]?) {
        #expect(bytes.withUnsafeBytes { SupportedVersionsExtension.parse($0) } == versions, "\(what)")
    }

    @Test(
        arguments: [
            (
                "two names", [0x00, 0x08, 0x02, 0x68, 0x32, 0x04, 0x6D, 0x71, 0x74, 0x74],
                [[0x68, 0x32], [0x6D, 0x71, 0x74, 0x74]]
            ),
            ("an empty list", [0x00, 0x00], []),
            ("nothing at all", [], nil),
            ("an empty name", [0x00, 0x01, 0x00], nil),
            ("a name that claims more", [0x00, 0x02, 0x05, 0x61], nil),
            ("a list that claims more", [0x00, 0x09, 0x01, 0x61], nil),
        ] as [(String, [UInt8], [[UInt8]]?)]
    )
    func `application protocols`(_ what: String, _ bytes: [UInt8], _ names: [[UInt8]]?) {
        #expect(bytes.withUnsafeBytes { ApplicationProtocolsExtension.parse($0) } == names, "\(what)")
    }
}
