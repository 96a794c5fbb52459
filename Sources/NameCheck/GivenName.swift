import Foundation
package import LDNS
import Registry

/// A domain as a person wrote it, brought into the form that DNS and certificates use.
package struct GivenName: Hashable, Sendable {
    /// The name to ask for.
    package let dns: DNSName
    /// What was written, when it was not ASCII.
    package let unicode: String?

    /// Accepts upper case, a final dot, `*` as the first label, and international names (UTS 46: `bücher` becomes
    /// `xn--bcher-kva`). Refuses single labels, addresses, URLs, spaces, labels over 63 and names over 253 bytes.
    package init(_ text: String) throws(GivenNameError) {
        let isASCII = text.utf8.allSatisfy { $0 < 0x80 }
        guard let ascii = isASCII ? text : Self.encoded(text) else {
            throw GivenNameError(text: text, reason: "it is no international domain name")
        }
        let name: DomainName
        do throws(RegistryError) {
            name = try DomainName(ascii)
        } catch {
            throw GivenNameError(text: text, reason: "\(error)")
        }
        guard name.labels.count > 1 else {
            throw GivenNameError(text: text, reason: "it has one label; give the full name, such as mqtt.company.com")
        }
        do throws(LDNSError) {
            dns = try DNSName(name.text)
        } catch {
            throw GivenNameError(text: text, reason: "\(error)")
        }
        unicode = isASCII ? nil : text
    }

    /// The name with its international labels in `xn--` form. What it lets through is checked afterwards.
    private static func encoded(_ text: String) -> String? {
        let isWildcard = text.hasPrefix("*.")
        var components = URLComponents()
        components.host = isWildcard ? String(text.dropFirst(2)) : text
        return components.encodedHost.map { isWildcard ? "*.\($0)" : $0 }
    }
}

/// Why a text cannot be checked as a domain.
package struct GivenNameError: Error, Hashable, CustomStringConvertible {
    package let text: String
    package let reason: String

    package var description: String { "bad_name: \"\(text)\": \(reason)" }
}
