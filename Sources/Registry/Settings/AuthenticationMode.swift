/// How devices prove who they are, in the whole cluster unless an access point says otherwise.
package enum AuthenticationMode: String, Hashable, Sendable, CaseIterable, CustomStringConvertible {
    /// By user name and password, or not at all where `anonymous` is on; only the server shows a certificate.
    case oneWay = "one-way"
    /// By a certificate that chains to a registered, active CA.
    case twoWay = "two-way"
    /// As `twoWay`, by a certificate that is itself registered and active.
    case oneDeviceOneCertificate = "one-device-one-certificate"

    package var description: String { rawValue }
}
