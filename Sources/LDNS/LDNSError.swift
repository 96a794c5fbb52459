import CLDNS

/// What libldns, or a rule in front of it, did not accept.
package enum LDNSError: Error, Hashable {
    /// A text that is no domain name.
    case unusableName(text: String, reason: String)
    /// The query could not be turned into bytes; `reason` is libldns' own word.
    case unbuildableQuery(name: String, reason: String)
    /// A packet passed the pre-scan and libldns refused it all the same.
    case unparsablePacket(reason: String)

    /// libldns' text for a status.
    static func text(of status: ldns_status) -> String {
        guard let text = ldns_get_errorstr_by_id(status) else { return "libldns status \(status.rawValue)" }
        return String(cString: text)
    }
}

extension LDNSError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .unusableName(let text, let reason): "\"\(text)\" is not a domain name: \(reason)"
        case .unbuildableQuery(let name, let reason): "cannot build a DNS query for \(name): \(reason)"
        case .unparsablePacket(let reason): "cannot read the DNS answer: \(reason)"
        }
    }
}
