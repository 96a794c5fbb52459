package import Reactors
package import Registry

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

        /// An endpoint, by default of MQTT over TLS.
        package init(address: SocketAddress, protocol: EndpointProtocol = .mqtts) {
            self.address = address
            self.protocol = `protocol`
        }
    }

    /// What is spoken at an endpoint.
    package enum EndpointProtocol: String, Hashable, Sendable, CaseIterable {
        /// MQTT over TLS.
        case mqtts
        /// MQTT over bare TCP; devices authenticate as in one-way mode, whatever the cluster's.
        case mqtt
    }

    /// How devices prove who they are at one of the endpoints.
    func mode(at endpoint: EndpointProtocol, in settings: ClusterSettings) -> AuthenticationMode {
        switch endpoint {
        case .mqtts: mode ?? settings.mode
        case .mqtt: .oneWay
        }
    }

    /// Whether the allow list lets a source in.
    func allows(_ source: NetworkAddress) -> Bool {
        allow.isEmpty || allow.contains { $0.contains(source) }
    }
}
