package import Reactors
package import Registry
package import WebSocket

/// Where devices reach the cluster: a name of its own, listeners, and its own answers to a few cluster-wide questions.
package struct AccessPoint: Hashable, Sendable {
    /// The name in logs and metrics.
    package var name: String
    /// Whether the internet or one private network reaches it.
    package var kind: Kind
    /// The name that customers point their CNAMEs at.
    package var hostname: DomainName
    /// The sockets it listens on.
    package var listeners: [Endpoint]
    /// How devices prove who they are here; `nil` is the cluster's mode.
    package var mode: AuthenticationMode?
    /// Which client id a device with a certificate gets.
    package var clientIDPolicy = ClientIdentifierRule.fill
    /// What a client gets that asks for no name, or for an unknown one.
    package var unknownSNI = UnknownServerNamePolicy.default
    /// The sources that may connect; empty allows all.
    package var allow: [AddressRange] = []

    /// An access point with the defaults of everything that is not given.
    package init(name: String, kind: Kind = .public, hostname: DomainName, listeners: [Endpoint]) {
        self.name = name
        self.kind = kind
        self.hostname = hostname
        self.listeners = listeners
    }

    /// Who reaches an access point.
    package enum Kind: String, Hashable, Sendable, CaseIterable {
        /// The internet.
        case `public`
        /// One private network, through its own endpoint.
        case vpc
    }

    /// A socket to listen on, and what is spoken there.
    package struct Endpoint: Hashable, Sendable {
        /// Address and port; port 0 takes any free one.
        package var address: SocketAddress
        /// What is spoken there.
        package var `protocol`: EndpointProtocol
        /// Where WebSockets begin here, and whose pages may begin them; of no concern to the other protocols.
        package var webSocket: UpgradeRules

        /// An endpoint, by default of MQTT over TLS.
        package init(
            address: SocketAddress,
            protocol: EndpointProtocol = .mqtts,
            webSocket: UpgradeRules = UpgradeRules()
        ) {
            self.address = address
            self.protocol = `protocol`
            self.webSocket = webSocket
        }
    }

    /// What is spoken at an endpoint.
    package enum EndpointProtocol: String, Hashable, Sendable, CaseIterable {
        /// MQTT over TLS.
        case mqtts
        /// MQTT over bare TCP; devices authenticate as in one-way mode, whatever the cluster's.
        case mqtt
        /// MQTT over WebSocket over TLS; devices authenticate as with `mqtts`.
        case wss
        /// MQTT over WebSocket over bare TCP; devices authenticate as with `mqtt`.
        case ws

        /// Does a TLS handshake come first?
        package var usesTLS: Bool { self == .mqtts || self == .wss }

        /// Does MQTT come in the frames of a WebSocket?
        package var usesWebSocket: Bool { self == .wss || self == .ws }

        /// What ALPN may agree on: of HTTP the one version that carries WebSockets here.
        var applicationProtocols: [String] { usesWebSocket ? ["http/1.1"] : ["mqtt"] }
    }

    /// How devices prove who they are at one of the endpoints.
    func mode(at endpoint: EndpointProtocol, in settings: ClusterSettings) -> AuthenticationMode {
        endpoint.usesTLS ? mode ?? settings.mode : .oneWay
    }

    /// Whether the allow list lets a source in.
    func allows(_ source: NetworkAddress) -> Bool {
        allow.isEmpty || allow.contains { $0.contains(source) }
    }
}
