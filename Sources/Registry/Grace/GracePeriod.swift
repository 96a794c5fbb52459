import FoundationEssentials

/// How long the old and the new certificate both work after a replacement.
package enum GracePeriod {
    /// The length that is taken unless another is given: 10 minutes (behaviour.md § 5).
    package static let standard: Duration = .seconds(600)
    /// The longest period, from the replacement to the deadline, extensions included: 30 days. Whoever needs longer
    /// runs two certificates, not a replacement.
    package static let maximum: Duration = .seconds(30 * 24 * 60 * 60)

    /// When a period that begins now ends: never after the old certificate's own end; `nil` if there is none at all.
    ///
    /// Throws `RegistryError.graceOutOfRange` for less than nothing and more than `maximum`.
    static func deadline(
        _ grace: Duration,
        from now: Date,
        oldCertificate: CertificateDescription
    ) throws(RegistryError) -> Date? {
        guard (.zero...maximum).contains(grace) else { throw .graceOutOfRange(asked: grace, maximum: maximum) }
        let until = min((now + grace.seconds).wholeMilliseconds, oldCertificate.notAfter)
        return until > now && grace > .zero ? until : nil
    }
}

/// What was replaced, where a grace period is asked about.
package enum GraceTarget: Hashable, Sendable, CustomStringConvertible {
    /// The certificate of a slot.
    case slot(ServerCertificateSlot)
    /// A CA: the one that was replaced, or the one that replaced it.
    case ca(Fingerprint)

    package var description: String {
        switch self {
        case .slot(let slot): "slot \(slot)"
        case .ca(let fingerprint): "CA \(fingerprint.short)"
        }
    }
}

extension Duration {
    /// The length in seconds.
    package var seconds: Double {
        Double(components.seconds) + Double(components.attoseconds) / 1e18
    }

    /// As the command line takes it, such as `600s`.
    package var option: String {
        components.attoseconds == 0 ? "\(components.seconds)s" : "\(Int((seconds * 1000).rounded()))ms"
    }
}

extension Date {
    /// The moment as it is stored: a deadline that a restart reads back is the deadline that was in force before.
    var wholeMilliseconds: Date {
        Date(timeIntervalSince1970: (timeIntervalSince1970 * 1000).rounded() / 1000)
    }
}
