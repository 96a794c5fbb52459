import Reactors
import Registry
import TLSGateway
import WebSocket

extension ScalarKind<SocketAddress> {
    /// Where to listen.
    static let listenAddress = ScalarKind(
        needed: "an IP address and a port, such as \"0.0.0.0:8883\" or \"[::]:8883\"",
        parse: { try? SocketAddress($0) },
        render: { "\($0)" }
    )

    /// A DNS resolver; port 53 unless given.
    static let resolver = ScalarKind(
        needed: "a resolver's IP address, with a port unless it is 53, such as \"192.0.2.53\" or \"127.0.0.1:5300\"",
        parse: { text in
            // RFC 1035 § 4.2
            SocketAddress(host: text, port: 53) ?? (try? SocketAddress(text))
        },
        render: { "\($0)" }
    )
}

extension SocketAddress {
    /// 127.0.0.0/8 (RFC 1122 § 3.2.1.3) or ::1 (RFC 4291 § 2.5.3).
    var isLoopback: Bool {
        switch family {
        case .ipv4: bytes.first == 127
        case .ipv6: bytes.dropLast().allSatisfy { $0 == 0 } && bytes.last == 1
        case .unnamed: false
        }
    }
}

extension ScalarKind<AddressRange> {
    static let addressRange = ScalarKind(
        needed: "an address or a range such as 10.0.0.0/8, without bits below the prefix",
        parse: { try? AddressRange($0) },
        render: { "\($0)" }
    )
}

extension ScalarKind<DomainName> {
    /// A host name: no wildcard, at least two labels.
    static let hostname = ScalarKind(
        needed: "a host name such as mqtt-7f3a-sh-public.mqtt.example.net",
        parse: { text in (try? DomainName(text)).flatMap { $0.isWildcard || $0.parent == nil ? nil : $0 } },
        render: { $0.text }
    )
}

extension ScalarKind<WebOrigin> {
    /// Where pages come from that may begin WebSockets.
    static let webOrigin = ScalarKind(
        needed: "an origin as browsers send it, such as https://app.example.com or http://localhost:8000, or null",
        parse: { WebOrigin($0) },
        render: { $0.description }
    )
}

extension ScalarKind<Double> {
    /// How many a second.
    static let rate = ScalarKind(
        needed: "a whole number from 1 to 1000000",
        parse: { ScalarKind<Int>.number(1...1_000_000).parse($0).map(Double.init) },
        render: { String(Int($0)) }
    )
}

extension ScalarKind<String> {
    /// Where WebSockets begin.
    static let webSocketPath = ScalarKind(
        needed: "a path that begins with / and has no query, such as \(UpgradeRules.usualPath)",
        parse: { UpgradeRules.isPath($0) ? $0 : nil },
        render: { $0 }
    )

    /// The path of a Unix socket, which the kernel bounds.
    static func socketPath(relativeTo directory: String) -> Self {
        let path = path(relativeTo: directory)
        return ScalarKind(
            needed: "a socket path of at most \(longestSocketPath) bytes, made absolute",
            parse: { text in path.parse(text).flatMap { $0.utf8.count <= longestSocketPath ? $0 : nil } },
            render: { $0 }
        )
    }

    /// `sun_path` of unix(7), less its terminating zero.
    private static var longestSocketPath: Int { 107 }
}
