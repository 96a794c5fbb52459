package import FoundationEssentials
package import OpenSSL
package import Registry

/// An OCSP response that was read and checked for one hosted certificate: ready to be shown with it.
package struct StapleUpload: Sendable {
    /// The response.
    package let response: OCSPResponse

    /// Reads the DER of a response, as `openssl ocsp -respout` writes it.
    ///
    /// - Throws: `StapleFailure`: it must be about this certificate, signed for its issuer, good, and not expired.
    package init(_ der: [UInt8], for hosted: HostedCertificate, at now: Date) throws(StapleFailure) {
        let chain: [Certificate]
        do throws(OpenSSLError) {
            chain = try hosted.chain.map { der throws(OpenSSLError) in try Certificate(der: der) }
        } catch {
            throw .unreadableChain(certificate: hosted.fingerprint, error)
        }
        guard let leaf = chain.first, let issuer = Self.issuer(of: chain) else {
            throw .issuerMissing(certificate: hosted.fingerprint)
        }
        do throws(OCSPError) {
            let response = try OCSPResponse(der: der, for: leaf, issuer: issuer)
            try response.checkUsable(at: now)
            self.response = response
        } catch {
            throw .response(error)
        }
    }

    /// The response for the registry.
    package func staple(from source: MaterialSource) -> OCSPStaple {
        OCSPStaple(
            der: response.der,
            thisUpdate: response.thisUpdate,
            nextUpdate: response.nextUpdate,
            source: source
        )
    }

    /// The certificate that issued the leaf: the next one of the chain, or the leaf itself when it is self-signed.
    static func issuer(of chain: [Certificate]) -> Certificate? {
        guard let leaf = chain.first else { return nil }
        return (Array(chain.dropFirst()) + [leaf]).first { leaf.isSigned(by: $0) }
    }
}

/// Why an OCSP response is not taken for a certificate.
package enum StapleFailure: Error, Hashable, Sendable {
    /// The response itself does not pass.
    case response(OCSPError)
    /// The hosted chain does not hold the leaf's issuer, by which the response would be believed.
    case issuerMissing(certificate: Fingerprint)
    /// The hosted chain cannot be read.
    case unreadableChain(certificate: Fingerprint, OpenSSLError)
}

extension StapleFailure {
    /// A stable name for programs, such as `staple-expired`.
    package var code: String {
        switch self {
        case .response(.tooLarge): "staple-too-large"
        case .response(.unreadable), .response(.refused): "staple-unreadable"
        case .response(.otherCertificate): "staple-for-another-certificate"
        case .response(.badSignature): "staple-not-signed"
        case .response(.notGood): "staple-not-good"
        case .response(.notYetValid): "staple-not-yet-valid"
        case .response(.expired): "staple-expired"
        case .issuerMissing, .unreadableChain: "staple-issuer-missing"
        }
    }
}

extension StapleFailure: CustomStringConvertible {
    package var description: String {
        switch self {
        case .response(let error):
            error.description
        case .issuerMissing(let certificate):
            "The chain of certificate \(certificate.short) does not hold its issuer, by which an OCSP response is believed. "
                + "Upload the certificate with its intermediates."
        case .unreadableChain(let certificate, let error):
            "The chain of certificate \(certificate.short) cannot be read: \(error)"
        }
    }
}
