package import Reactors
package import Registry
package import TLSGateway

/// `accessPoints:` one door for devices.
package struct AccessPointSettings: Hashable, Sendable {
    /// The name in logs, metrics and commands.
    package var name: String
    package var kind: Kind
    /// The host name that customers point their CNAME records at.
    package var hostname: DomainName
    /// At least one.
    package var listeners: [ListenerSettings]
    /// The source addresses that may connect; empty means all.
    package var allow: [AddressRange]
    /// The authentication mode here; nil means the cluster's.
    package var mode: AuthenticationMode?
    package var clientIDPolicy: ClientIdentifierRule
    package var unknownServerName: UnknownServerNamePolicy

    /// Which network the access point is for.
    package enum Kind: String, Hashable, Sendable, CaseIterable {
        /// Reached over the internet.
        case `public`
        /// Reached from inside a private network.
        case vpc
    }
}

/// One listening address of an access point.
package struct ListenerSettings: Hashable, Sendable {
    /// Port 0 takes a free one.
    package var address: SocketAddress
    package var transport: Transport

    /// What is spoken on the listener.
    package enum Transport: String, Hashable, Sendable, CaseIterable {
        /// MQTT over TLS.
        case mqtts
        /// MQTT in the clear; clients authenticate as in one-way mode.
        case mqtt
    }
}
