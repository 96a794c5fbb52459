import Foundation
import OpenSSL

/// The keys and certificates of a deployment made for trying out: one CA that signs the server and the devices.
struct TrialKeys {
    let authority: IssuingAuthority
    let server: IssuedCertificate
    let devices: [(name: String, device: IssuedCertificate)]

    /// The CA signs only what is made here, so it lives as long as people may keep the folder.
    private static let authorityLife = 3650
    /// The longest that public CAs allow; clients of all kinds accept it.
    private static let leafLife = 397
    /// Clocks of devices may be behind.
    private static let clockSkew: TimeInterval = 3600

    /// Makes all of it. `hostname` is the server's name, besides `localhost`.
    init(hostname: String, devices names: [String], now: Date) throws(OpenSSLError) {
        let authority = try IssuingAuthority.create(
            commonName: "Sluice trial CA \(Self.day(now))",
            validity: Self.life(Self.authorityLife, from: now)
        )
        server = try authority.issueServerCertificate(
            dnsNames: [hostname, "localhost"],
            validity: Self.life(Self.leafLife, from: now)
        )
        devices = try names.map { name throws(OpenSSLError) in
            (
                name,
                try authority.issueClientCertificate(commonName: name, validity: Self.life(Self.leafLife, from: now))
            )
        }
        self.authority = authority
    }

    private static func life(_ days: Int, from now: Date) -> ClosedRange<Date> {
        let secondsPerDay: TimeInterval = 86_400
        return now.addingTimeInterval(-clockSkew)...now.addingTimeInterval(Double(days) * secondsPerDay)
    }

    private static func day(_ now: Date) -> String { now.formatted(.iso8601.year().month().day()) }
}
