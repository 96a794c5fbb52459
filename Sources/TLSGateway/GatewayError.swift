package import Reactors

/// Why the gateway cannot be set up as configured.
package enum GatewayError: Error, CustomStringConvertible {
    /// A text in an allow list is no range of addresses.
    case addressRangeUnreadable(String, reason: String)
    /// Two access points have one name, which logs and metrics need to tell them apart.
    case accessPointNamedTwice(String)
    /// An endpoint cannot be listened on.
    case cannotListen(SocketAddress, accessPoint: String, ReactorError)
    /// `start` was called before.
    case startedAlready

    package var description: String {
        switch self {
        case .addressRangeUnreadable(let text, let reason):
            "\"\(text)\" is not a range of addresses: \(reason). Write it as 10.0.0.0/8 or 2001:db8::/32."
        case .accessPointNamedTwice(let name):
            "Two access points are named \"\(name)\", and names must differ. Rename one."
        case .cannotListen(_, let accessPoint, let error):
            "Access point \"\(accessPoint)\": \(error)"
        case .startedAlready:
            "The gateway was started already; a gateway is started once."
        }
    }
}
