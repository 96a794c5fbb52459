import FoundationEssentials
import MQTTCodec
import OpenSSL
import Registry

extension Refusal: CustomStringConvertible {
    /// What was found, what was needed, and what to do about it.
    package var description: String {
        switch self {
        case .sourceNotAllowed(let source, let accessPoint):
            """
            \(source) is not in the allow list of access point \"\(accessPoint)\". Add its range under allow, \
            or connect from a listed one.
            """
        case .sourceTooFast(let source, let allowed):
            """
            \(source) begins handshakes faster than \(allowed.rate) per second after a burst of \
            \(allowed.burst). Let it back off, or raise admission.perSource.
            """
        case .tooManyHandshakes(let allowed):
            """
            More handshakes arrive than the \(allowed) per second allowed. Add a node, or raise \
            admission.handshakesPerSecond.
            """
        case .tooManyConnections(let open, let allowed):
            "\(open) connections are open, \(allowed) are allowed. Add a node, or raise admission.maxConnections."
        case .shuttingDown:
            "This node is shutting down. Connect again: another node, or the restarted one, answers."
        case .outOfResources(let error):
            "No TLS connection could be made: \(error) Look at the node's memory."
        case .notTLS(let found):
            """
            No TLS ClientHello arrived, one is needed (\(found)). Turn TLS on in the client, or send it to a \
            plain listener.
            """
        case .helloMalformed(let defect):
            "The ClientHello is malformed: \(defect). Update the client's TLS library."
        case .serverNameMissing:
            """
            The client sent no server name, and no certificate stands in for it. Have it send SNI, or enable \
            the default certificate.
            """
        case .serverNameUnusable:
            """
            The client sent a server name that no certificate could bear. Correct the host name the client is \
            configured with.
            """
        case .serverNameUnknown(let name):
            "No bound certificate serves \(name). Bind one with that name, or correct the name the client asks for."
        case .serverNameRetired(let name):
            """
            \(name) is retired: its certificate was unbound. Bind a certificate for it again, or move the \
            client to another name.
            """
        case .noServerCertificate:
            "No server certificate is bound, one is needed. Bind one with `sluice server-certs bind`."
        case .tlsVersionOutOfRange(let offered, let allowed):
            """
            The client offers TLS \(offered.map(\.description).joined(separator: ", ")), \(allowed.lowerBound) \
            to \(allowed.upperBound) is needed. Update the client, or widen the range with `sluice tls set`.
            """
        case .noCommonAlgorithm(let facts):
            """
            Client and server have no cipher suite or signature algorithm in common (\(facts)). Update the \
            client, or bind a certificate with another kind of key.
            """
        case .clientCertificateMissing:
            """
            The client sent no certificate, and this access point needs one. Give the device a certificate \
            from a registered CA.
            """
        case .clientCertificateRefused(let failure):
            "The client's certificate was refused. \(failure)"
        case .serverCertificateRefused(let alert):
            """
            The client refused the server's certificate with alert \(alert). Check which CA the device trusts \
            and which name it expects.
            """
        case .handshakeFailed(let failure):
            """
            The handshake failed: \(failure). Check the client's TLS library and what lies between it and this \
            node.
            """
        case .handshakeTimedOut(let limit):
            """
            The handshake was not finished within \(limit). Check the client's network, or raise \
            admission.handshakeTimeout.
            """
        case .handshakeAbandoned:
            "The client closed the connection before the handshake was finished. Its own log says why."
        case .connectTimedOut(let limit):
            "No complete CONNECT arrived within \(limit). Send CONNECT first, or raise admission.connectTimeout."
        case .connectAbandoned:
            "The client closed the connection before a complete CONNECT. Its own log says why."
        case .connectMissing(let found):
            """
            The first packet was \(found), CONNECT was needed. The client breaks the MQTT standard, or does \
            not speak MQTT.
            """
        case .connectMalformed(let error):
            """
            The first packet is not a well-formed CONNECT. \(error) Check that the client speaks MQTT here, \
            and update its library.
            """
        case .connectTooLarge(let bytes, let allowed):
            "The CONNECT has \(bytes) bytes, \(allowed) are allowed. Shorten its will, user name or password."
        case .protocolVersionUnknown(let level):
            """
            The client speaks MQTT of protocol level \(level.map(String.init) ?? "unknown"); 3 (3.1), 4 \
            (3.1.1) and 5 (5.0) are spoken here. Configure one of those.
            """
        case .anonymousNotAllowed:
            """
            The client gave no user name, and anonymous clients are not allowed. Turn them on with `sluice \
            mode set one-way --anonymous on`, or use two-way mode.
            """
        case .passwordNotChecked:
            """
            The client gave a user name, and this node has no users to check it against. Use two-way mode, or \
            allow anonymous clients and give no user name.
            """
        case .certificateExpired(let end, let now):
            """
            The client's certificate, or its CA's, was valid until \(end.ISO8601Format()), and it is \
            \(now.ISO8601Format()). Renew it.
            """
        case .issuerUnregistered(let authority):
            """
            The CA of the client's certificate, \(authority.short), is no longer registered and active. \
            Register or activate it, or give the device a certificate from another.
            """
        case .clientIdentifierMissing:
            """
            The CONNECT has no client id, and no certificate gives one. Configure a client id, or give the \
            certificate a common name.
            """
        case .clientIdentifierMismatch(let found, let needed):
            """
            The CONNECT says client id \"\(found)\", the certificate \"\(needed)\", and they must match. \
            Configure the device with the certificate's.
            """
        }
    }
}
