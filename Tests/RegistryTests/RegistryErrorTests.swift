import Foundation
import Registry
import Testing

@Suite struct RegistryErrorTests {
    static func everyError() throws -> [RegistryError] {
        let print = try fingerprint("a")
        let name = try ObjectName("shop")
        return [
            .domainName(text: "a b", problem: .forbiddenByte(0x20)), .fingerprint(found: "3 digits"),
            .objectName("a b"), .serialNumber("x"), .unknownSlotName("x"),
            .tlsRangeReversed(minimum: .tls1_3, maximum: .tls1_2),
            .noSuchCertificate("x"), .noSuchCA("x"), .ambiguousReference("0", matches: [print]),
            .slotEmpty(.custom(1)), .certificateAlreadyHosted(print), .certificateNameTaken(name, by: print),
            .certificateInUse(print, slot: .default), .certificateInUse(print, slot: .custom(1)),
            .certificateExpired(print, notAfter: noon, now: noon + 1), .certificateWithoutNames(print),
            .certificateAlreadyBound(print, slot: .custom(1)), .slotOccupied(.custom(1), by: print),
            .slotOutOfRange(.custom(9), limit: 3), .customCertificateLimit(bound: 3, limit: 3),
            .nameConflict(try DomainName("a.test"), family: .rsa, slot: .custom(1), certificate: print),
            .unsupportedKey(print, .other(name: "DSA")), .defaultCannotBeUnbound, .defaultNeededWithoutCustom,
            .lastCustomWhileDefaultDisabled(.custom(1)), .caAlreadyRegistered(print), .caListedTwice(print),
            .caNameTaken(name, by: print), .caLimit(registered: 32, adding: 1, limit: 32),
            .caLimit(registered: 30, adding: 3, limit: 32), .noActiveCA(mode: .twoWay, inactive: 0),
            .noActiveCA(mode: .twoWay, inactive: 2), .anonymousOutsideOneWay(mode: .twoWay),
            .registrationCode("a b"), .certificateInGrace(print, slot: .custom(1), until: noon), .caActive(print),
            .caHasClientCertificates(print, count: 7), .caHasClientCertificates(print, count: nil),
            .revocationListOlder(ca: print, found: noon, present: noon + 1), .proofNeeded, .proofForOneCA(found: 2),
            .noSuchRegistrationCode("x"), .registrationCodeExpired(at: noon, now: noon + 1), .registrationCodeTaken,
            .registrationCodeLimit(open: 16, limit: 16, nextExpiry: noon),
            .graceOutOfRange(asked: .seconds(-1), maximum: GracePeriod.maximum), .noGrace(.slot(.custom(1))),
            .graceEndPassed(.ca(print), until: noon, now: noon + 1),
            .graceEndTooLate(.slot(.default), until: noon + 1, latest: noon),
            .roleTooLow(found: .viewer, needed: .admin),
        ]
    }

    @Test func `is words that end like a sentence or a command`() throws {
        for error in try Self.everyError() {
            #expect(error.description.count > 30, "\(error)")
            #expect(error.description.first?.isUppercase == true || error.description.first == "\"", "\(error)")
        }
    }

    @Test func `has a stable code of its own`() throws {
        let codes = try Self.everyError().map(\.code)
        #expect(Set(codes).count == codes.count - 4)  // four cases stand twice in the list
        #expect(codes.allSatisfy { $0.allSatisfy { $0.isLowercase || $0 == "-" } })
    }

    @Test func `quotes foreign text on one line`() {
        let words = RegistryError.noSuchCA("a\nb\u{1B}[31m" + String(repeating: "x", count: 500)).description
        #expect(!words.contains("\n"))
        #expect(!words.contains("\u{1B}"))
        #expect(words.count < 250)
    }

    @Test func `names the conflict`() throws {
        let error = RegistryError.nameConflict(
            try DomainName("a.test"),
            family: .rsa,
            slot: .custom(2),
            certificate: try fingerprint("a")
        )
        #expect(error.description.contains("The name a.test is served by slot custom-2"))
    }
}

@Suite struct SealedKeyTests {
    @Test func `shows nothing of its bytes`() throws {
        let key = SealedKey([222, 173, 190, 239])
        var dumped = ""
        dump(key, to: &dumped)
        let certificate = try upload("a", names: ["a.test"])
        for text in ["\(key)", String(reflecting: key), dumped, "\(certificate)"] {
            #expect(!text.contains("222"))
            #expect(!text.contains("[1, 2, 3]"))
        }
    }
}
