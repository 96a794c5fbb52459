import Registry
import Testing

@Suite struct TLSOfferTests {
    typealias Version = TLSProtocolVersion

    /// Offers are written as `1.2 1.3` where they are listed, as `≤1.2` where only the newest is named.
    @Test(arguments: [
        // A hello with supported_versions says exactly what it takes.
        ("1.2 1.3", "1.2", "1.3", "", TLSOffer.Prospect.servable),
        ("1.2 1.3", "1.3", "1.3", "", .servable),
        ("1.2 1.3", "1.0", "1.1", "", .cutOff),
        ("1.3", "1.0", "1.2", "", .cutOff),
        ("", "1.0", "1.3", "", .cutOff),
        // An older one names its newest version.
        ("≤1.1", "1.2", "1.3", "", .cutOff),
        ("≤1.2", "1.2", "1.3", "", .servable),
        ("≤1.2", "1.3", "1.3", "", .cutOff),
        // Without the extension 1.3 cannot be meant.
        ("≤1.3", "1.3", "1.3", "", .cutOff),
        // It may take older ones or not; once it did.
        ("≤1.2", "1.0", "1.1", "", .uncertain),
        ("≤1.2", "1.0", "1.1", "1.1", .servable),
        ("≤1.2", "1.0", "1.1", "1.2", .uncertain),
    ])
    func `tells what a range means for a client`(
        text: String,
        minimum: String,
        maximum: String,
        lastAgreed: String,
        prospect: TLSOffer.Prospect
    ) throws {
        let range = try TLSVersionRange(
            minimum: try #require(Version(rawValue: minimum)),
            maximum: try #require(Version(rawValue: maximum))
        )
        let offer = try offer(text)
        #expect(offer.prospect(under: range, lastAgreed: Version(rawValue: lastAgreed)) == prospect)
        #expect(TLSOffer(rawValue: offer.rawValue) == offer)
    }

    @Test(arguments: [("1.3 1.2", "1.2, 1.3"), ("≤1.1", "up to 1.1"), ("", "none known")])
    func `says what was offered`(text: String, words: String) throws {
        #expect(try offer(text).description == words)
    }

    @Test(arguments: [UInt8(0x10), 0x20, 0x40])
    func `refuses bits that no offer has`(bits: UInt8) {
        #expect(TLSOffer(rawValue: bits) == nil)
    }

    private func offer(_ text: String) throws -> TLSOffer {
        if text.hasPrefix("≤") {
            return TLSOffer(legacyVersion: try #require(Version(rawValue: String(text.dropFirst()))))
        }
        var versions: [Version] = []
        for word in text.split(separator: " ") { versions.append(try #require(Version(rawValue: String(word)))) }
        return TLSOffer(supportedVersions: versions)
    }
}
