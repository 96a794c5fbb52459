import Registry
import Testing

@Suite struct ClusterStateLookupTests {
    private func state() throws -> ClusterState {
        try ClusterState.initial().after(
            .hostCertificate(upload("shop", names: ["a.test"])),
            .hostCertificate(upload("farm", names: ["b.test"])),
            .registerCAs([authority("root")])
        )
    }

    @Test func `finds by name, by fingerprint and by its beginning`() throws {
        let state = try state()
        let print = try fingerprint("shop")
        for reference in ["shop", print.hex, print.hex.uppercased(), print.short] {
            #expect(try state.hostedCertificate(matching: reference).fingerprint == print)
        }
    }

    @Test func `finds by a serial number that is unique`() throws {
        #expect(try state().registeredCA(matching: "0A:1B").label == "root")
    }

    @Test func `refuses a serial number that two certificates have`() throws {
        let both = [try fingerprint("shop"), try fingerprint("farm")].sorted()
        #expect(throws: RegistryError.ambiguousReference("0a1b", matches: both)) {
            try state().hostedCertificate(matching: "0a1b")
        }
    }

    @Test func `says what is not there`() throws {
        #expect(throws: RegistryError.noSuchCertificate("nobody")) { try state().hostedCertificate(matching: "nobody") }
        #expect(throws: RegistryError.noSuchCA("shop")) { try state().registeredCA(matching: "shop") }
    }
}
