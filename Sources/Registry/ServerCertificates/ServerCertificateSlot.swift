package import struct FoundationEssentials.Date

/// A place for a server certificate: the default one, or a numbered custom one.
package enum ServerCertificateSlot: Hashable, Sendable {
    /// Serves clients that name nobody, or a name that no slot serves.
    case `default`
    /// Serves its own names; numbered from 1.
    case custom(Int)

    /// Parses `default` or `custom-N`. Throws `RegistryError.unknownSlotName`.
    package init(_ text: String) throws(RegistryError) {
        if text == "default" {
            self = .default
            return
        }
        let prefix = "custom-"
        guard text.hasPrefix(prefix), let number = Int(text.dropFirst(prefix.count)), number >= 1 else {
            throw .unknownSlotName(text)
        }
        self = .custom(number)
    }

    /// Whether this is one of the numbered slots.
    package var isCustom: Bool { self != .default }
}

extension ServerCertificateSlot: Comparable, CustomStringConvertible {
    package var description: String {
        switch self {
        case .default: "default"
        case .custom(let number): "custom-\(number)"
        }
    }

    /// The default slot first, then by number.
    package static func < (left: ServerCertificateSlot, right: ServerCertificateSlot) -> Bool {
        left.number < right.number
    }

    private var number: Int {
        switch self {
        case .default: 0
        case .custom(let number): number
        }
    }
}

/// Which hosted certificate a slot serves, and since when.
package struct SlotBinding: Hashable, Sendable {
    /// The hosted certificate.
    package let certificate: Fingerprint
    /// When it was bound, or when it replaced another.
    package let boundAt: Date
    /// The certificate that it replaced, during the grace period and until the next sweep after it.
    package internal(set) var superseded: SupersededCertificate?

    /// Binds a hosted certificate.
    package init(certificate: Fingerprint, boundAt: Date, superseded: SupersededCertificate? = nil) {
        self.certificate = certificate
        self.boundAt = boundAt
        self.superseded = superseded
    }

    /// The certificate that it replaced, while the grace period lasts.
    package func superseded(at now: Date) -> SupersededCertificate? {
        superseded.flatMap { now < $0.until ? $0 : nil }
    }
}
