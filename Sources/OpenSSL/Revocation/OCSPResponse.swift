import COpenSSL
package import FoundationEssentials

/// A CA's statement that a certificate is in force (RFC 6960), for a server to show with that certificate.
package struct OCSPResponse: Sendable, Hashable {
    /// What the CA says.
    package enum Status: Sendable, Hashable {
        case good
        case revoked(at: Date, reason: RevocationReason)
        case unknown
    }

    /// The response's DER, as it was given.
    package let der: [UInt8]
    /// What it says about the certificate that it was read for.
    package let status: Status
    /// From when on it holds.
    package let thisUpdate: Date
    /// Until when it holds; nil: there is newer information all the time, and this may be shown for a day.
    package let nextUpdate: Date?

    /// The most that is read of a response: it goes into every handshake.
    package static let maximumBytes = 16 * 1024
    /// How long a response without an end is shown: a day, in seconds.
    package static let unlimitedLifetime: TimeInterval = 24 * 60 * 60
    /// By how much the responder's clock may be ahead: five minutes, in seconds.
    package static let clockSkew: TimeInterval = 5 * 60

    /// Reads the DER of a response, finds what it says about a certificate, and checks who signed it.
    ///
    /// - Parameters:
    ///   - der: The response.
    ///   - leaf: The certificate that it must be about.
    ///   - issuer: The certificate of the CA that issued the leaf, by which the response is believed.
    /// - Throws: `OCSPError`, but not for a status other than good or for its dates: see ``checkUsable(at:)``.
    package init(der: [UInt8], for leaf: Certificate, issuer: Certificate) throws(OCSPError) {
        guard der.count <= OCSPResponse.maximumBytes else {
            throw .tooLarge(bytes: der.count, limit: OCSPResponse.maximumBytes)
        }
        let basic = try OCSPResponse.parse(der)
        defer { ErrorQueue.clear() }
        try OCSPSigner.check(basic.pointer, issuer: issuer)
        let answer = try issuer.withX509 { issuer throws(OCSPError) in
            try leaf.withX509 { leaf throws(OCSPError) in
                try OCSPAnswer(in: basic.pointer, about: leaf, issuer: issuer)
            }
        }
        self.der = der
        status = answer.status
        thisUpdate = answer.thisUpdate
        nextUpdate = answer.nextUpdate
    }

    /// Until when it may be shown.
    package var usableUntil: Date { nextUpdate ?? thisUpdate + OCSPResponse.unlimitedLifetime }

    /// May it be shown now?
    ///
    /// - Throws: `OCSPError.notGood`, `.notYetValid` or `.expired`.
    package func checkUsable(at now: Date) throws(OCSPError) {
        guard status == .good else { throw .notGood(status) }
        guard thisUpdate <= now + OCSPResponse.clockSkew else { throw .notYetValid(thisUpdate: thisUpdate, now: now) }
        guard now < usableUntil else { throw .expired(nextUpdate: usableUntil, now: now) }
    }

    private static func parse(_ der: [UInt8]) throws(OCSPError) -> OCSPBasicResponseHandle {
        ErrorQueue.clear()
        var consumed = 0
        let response: OpaquePointer? = der.withUnsafeBufferPointer { bytes in
            guard let start = bytes.baseAddress else { return nil }
            var position: UnsafePointer<UInt8>? = start
            defer { consumed = position.map { $0 - start } ?? 0 }
            return d2i_OCSP_RESPONSE(nil, &position, bytes.count)
        }
        guard let response else { throw .unreadable(.malformedOCSPResponse(reasons: ErrorQueue.drain())) }
        let handle = OCSPResponseHandle(adopting: response)
        guard consumed == der.count else {
            throw .unreadable(.trailingBytes(count: der.count - consumed, after: "OCSP response"))
        }
        let outcome = OCSP_response_status(handle.pointer)
        guard outcome == OCSP_RESPONSE_STATUS_SUCCESSFUL else {
            throw .refused(by: String(cString: OCSP_response_status_str(Int(outcome))))
        }
        guard let basic = OCSP_response_get1_basic(handle.pointer) else {
            throw .unreadable(.malformedOCSPResponse(reasons: ErrorQueue.drain()))
        }
        return OCSPBasicResponseHandle(adopting: basic)
    }
}

extension OCSPResponse.Status: CustomStringConvertible {
    package var description: String {
        switch self {
        case .good: "good"
        case .revoked(let date, let reason): "revoked at \(date.formatted(.iso8601)), \(reason)"
        case .unknown: "unknown"
        }
    }
}
