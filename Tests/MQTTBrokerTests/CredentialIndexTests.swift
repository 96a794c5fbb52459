import Testing

@testable import MQTTBroker

@Suite struct CredentialIndexTests {
    private static func credential(_ number: Int) -> Credential { TestCertificates.credential("c\(number)") }

    @Test func `agrees with a plain dictionary, whatever is entered and taken out`() {
        var generator = SeededGenerator(seed: 7)
        var index = CredentialIndex()
        var model: [UInt32: (credential: Int, issuer: Int?, entry: UInt32)] = [:]
        for step in 0..<20_000 {
            let session = UInt32.random(in: 1...300, using: &generator)
            if let known = model.removeValue(forKey: session) {
                index.remove(known.entry)
            } else {
                let credential = Int.random(in: 0..<60, using: &generator)
                let issuer = Bool.random(using: &generator) ? credential % 5 : nil
                let entry = index.insert(
                    Self.credential(credential),
                    issuer: issuer.map { Self.credential(1000 + $0) },
                    session: session
                )
                model[session] = (credential, issuer, entry)
            }
            guard step.isMultiple(of: 500) else { continue }
            #expect(index.count == model.count)
            for credential in 0..<60 {
                var found: Set<UInt32> = []
                index.forEachSession(of: Self.credential(credential)) { found.insert($0) }
                #expect(found == Set(model.filter { $0.value.credential == credential }.keys))
            }
            for issuer in 0..<5 {
                var found: [UInt32] = []
                index.forEachSession(issuedBy: Self.credential(1000 + issuer), in: 0..<UInt32.max) { found.append($0) }
                #expect(found.sorted() == model.filter { $0.value.issuer == issuer }.keys.sorted())
            }
        }
    }

    @Test func `an entry knows its credential and its issuer`() {
        var index = CredentialIndex()
        let entry = index.insert(Self.credential(1), issuer: Self.credential(2), session: 9)
        #expect(index.credentials(of: entry) == (Self.credential(1), Self.credential(2)))
        let other = index.insert(Self.credential(1), issuer: nil, session: 10)
        #expect(index.credentials(of: other) == (Self.credential(1), nil))
    }

    @Test func `ten thousand sessions of one certificate come and go at once`() {
        var index = CredentialIndex()
        let entries = (1...10_000).map { index.insert(Self.credential(1), issuer: nil, session: UInt32($0)) }
        for entry in entries { index.remove(entry) }
        var isEmpty = true
        index.forEachSession(of: Self.credential(1)) { _ in isEmpty = false }
        #expect(isEmpty)
        #expect(index.count == 0)
    }

    @Test(arguments: [0, 31, 33])
    func `a credential is 32 bytes`(count: Int) {
        #expect(Credential([UInt8](repeating: 1, count: count)) == nil)
    }
}
