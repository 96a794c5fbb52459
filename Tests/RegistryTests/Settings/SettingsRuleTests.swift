import Registry
import Testing

@Suite struct SettingsRuleTests {
    @Test func `switch to two-way only with an active CA`() throws {
        #expect(throws: RegistryError.noActiveCA(mode: .twoWay, inactive: 0)) {
            try ClusterState.initial().applying(.setMode(.twoWay, anonymous: nil), at: noon)
        }
        let dormant = try ClusterState.initial().after(.registerCAs([authority("a", state: .inactive)]))
        #expect(throws: RegistryError.noActiveCA(mode: .twoWay, inactive: 1)) {
            try dormant.applying(.setMode(.twoWay, anonymous: nil), at: noon)
        }
        let active = try dormant.after(.setCAState(fingerprint("a"), .active), .setMode(.twoWay, anonymous: nil))
        #expect(active.settings.mode == .twoWay)
    }

    @Test func `switch to one device, one certificate only with an active CA`() throws {
        #expect(throws: RegistryError.noActiveCA(mode: .oneDeviceOneCertificate, inactive: 0)) {
            try ClusterState.initial().applying(.setMode(.oneDeviceOneCertificate), at: noon)
        }
        let state = try ClusterState.initial().after(.registerCAs([authority("a")]), .setMode(.oneDeviceOneCertificate))
        #expect(state.settings.mode == .oneDeviceOneCertificate)
    }

    @Test func `register by hand and activate at once, unless they are told otherwise`() throws {
        let settings = ClusterState.initial().settings
        #expect(!settings.automaticRegistration)
        #expect(settings.automaticActivation)
    }

    @Test func `switch automatic registration and activation, each alone, and undo it`() throws {
        let state = try ClusterState.initial().after(.registerCAs([authority("a")]), .setMode(.oneDeviceOneCertificate))
        let on = try state.applying(.setMode(.oneDeviceOneCertificate, automaticRegistration: true), at: noon)
        #expect(on.after.settings.automaticRegistration)
        #expect(on.after.settings.automaticActivation)
        #expect(
            on.summary.undo
                == "sluice mode set one-device-one-certificate --registration manual --automatic-activation on"
        )
        let off = try on.after.applying(.setMode(.oneDeviceOneCertificate, automaticActivation: false), at: noon)
        #expect(off.after.settings.automaticRegistration)
        #expect(!off.after.settings.automaticActivation)
        #expect(off.summary.words.hasSuffix("(registration automatic, automatic activation off)"))
    }

    @Test func `take registration settings in any mode: an access point may have a mode of its own`() throws {
        let transition = try ClusterState.initial().applying(.setMode(.oneWay, automaticRegistration: true), at: noon)
        #expect(transition.after.settings.automaticRegistration)
        #expect(transition.summary.undo == "sluice mode set one-way --anonymous off --registration manual")
    }

    @Test func `switch back to one-way at any time`() throws {
        let state = try ClusterState.initial().after(.registerCAs([authority("a")]), .setMode(.twoWay, anonymous: nil))
        let transition = try state.applying(.setMode(.oneWay, anonymous: true), at: noon)
        #expect(transition.after.settings.anonymous)
    }

    @Test func `take anonymous access back with the mode that it came with`() throws {
        let state = try ClusterState.initial().after(.registerCAs([authority("a")]), .setMode(.twoWay, anonymous: nil))
        let transition = try state.applying(.setMode(.oneWay, anonymous: true), at: noon)
        #expect(transition.summary.undo == "sluice mode set two-way --anonymous off")
        let back = try transition.after.after(.setMode(.twoWay, anonymous: false))
        #expect(back.settings == state.settings)
    }

    @Test func `keep anonymous access off unless it is asked for`() throws {
        #expect(!ClusterState.initial().settings.anonymous)
    }

    @Test func `refuse anonymous access outside one-way`() throws {
        let state = try ClusterState.initial().after(.registerCAs([authority("a")]))
        #expect(throws: RegistryError.anonymousOutsideOneWay(mode: .twoWay)) {
            try state.applying(.setMode(.twoWay, anonymous: true), at: noon)
        }
    }

    @Test func `end anonymous access with one-way, and bring it back with the undo`() throws {
        let open = try ClusterState.initial().after(.registerCAs([authority("a")]), .setMode(.oneWay, anonymous: true))
        let transition = try open.applying(.setMode(.twoWay), at: noon)
        #expect(!transition.after.settings.anonymous)
        #expect(transition.summary.undo == "sluice mode set one-way --anonymous on")
        #expect(try !transition.after.after(.setMode(.oneWay)).settings.anonymous)
    }

    @Test func `have nothing to do for the mode in force`() throws {
        #expect(try !ClusterState.initial().applying(.setMode(.oneWay, anonymous: nil), at: noon).isChange)
    }

    @Test func `take any consecutive TLS range and undo it`() throws {
        let range = try TLSVersionRange(minimum: .tls1_2, maximum: .tls1_2)
        let transition = try ClusterState.initial().applying(.setTLS(range), at: noon)
        #expect(transition.after.settings.tls == range)
        #expect(transition.summary.undo == "sluice tls set --min 1.0 --max 1.3")
        #expect(transition.summary.words == "switched the TLS versions from 1.0–1.3 to 1.2")
    }
}

@Suite struct TLSVersionRangeTests {
    static let pairs = TLSProtocolVersion.allCases.flatMap { minimum in
        TLSProtocolVersion.allCases.map { (minimum, $0) }
    }

    @Test(arguments: pairs)
    func `exists exactly when the minimum is not newer`(minimum: TLSProtocolVersion, maximum: TLSProtocolVersion) {
        let range = try? TLSVersionRange(minimum: minimum, maximum: maximum)
        #expect((range != nil) == (minimum.rawValue <= maximum.rawValue))
    }

    @Test(arguments: TLSProtocolVersion.allCases)
    func `contains its ends and what lies between`(version: TLSProtocolVersion) throws {
        let range = try TLSVersionRange(minimum: .tls1_1, maximum: .tls1_2)
        #expect(range.contains(version) == ["1.1", "1.2"].contains(version.rawValue))
    }
}
