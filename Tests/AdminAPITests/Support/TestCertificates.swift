import Foundation
import OpenSSL
import Registry

/// Certificates for the API, valid at ``AdminFixture/now``.
struct TestCertificates {
    let authority: IssuingAuthority

    static let validity = AdminFixture.now.addingTimeInterval(-3600)...AdminFixture.now.addingTimeInterval(365 * 86_400)

    init(_ name: String = "CA", validity: ClosedRange<Date> = validity) throws {
        authority = try IssuingAuthority.create(commonName: name, validity: validity)
    }

    var pem: String { get throws { try authority.certificate.pem } }

    /// The body of an upload of a certificate for `names`.
    func upload(_ names: [String], name: String? = nil, validity: ClosedRange<Date> = validity) throws -> String {
        let issued = try authority.issueServerCertificate(dnsNames: names, validity: validity)
        return try Self.json(["chain": issued.certificate.pem, "key": issued.key.pkcs8PEM, "name": name])
    }

    /// A device's certificate as PEM.
    func device(_ name: String, validity: ClosedRange<Date> = validity) throws -> String {
        try authority.issueClientCertificate(commonName: name, organizationalUnit: "Pumps", validity: validity)
            .certificate.pem
    }

    /// An object of texts; members without one are left out.
    static func json(_ members: [String: String?]) throws -> String {
        String(decoding: try JSONEncoder().encode(members.compactMapValues(\.self)), as: UTF8.self)
    }
}

extension AdminFixture {
    /// Registers a CA, and gives its fingerprint.
    @discardableResult
    func register(_ certificates: TestCertificates, name: String) async throws -> String {
        let body = try TestCertificates.json(["pem": certificates.pem, "name": name])
        return try await request("POST", "/api/v1/ca-certificates", body).json["fingerprints"][0].text ?? ""
    }

    /// Registers a device, and gives its fingerprint.
    @discardableResult
    func registerDevice(
        _ certificates: TestCertificates,
        _ name: String,
        clientID: String? = nil
    ) async throws -> String {
        let body = try TestCertificates.json(["pem": certificates.device(name), "clientID": clientID])
        return try await request("POST", "/api/v1/client-certificates", body).json["fingerprints"][0].text ?? ""
    }
}
