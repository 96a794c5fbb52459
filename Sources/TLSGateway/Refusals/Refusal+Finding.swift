import FoundationEssentials
import MQTTCodec
import OpenSSL
import Registry
import WebSocket

extension Refusal: CustomStringConvertible {
    /// What was found and what was needed, then what to do about it.
    package var description: String { "\(finding) \(remedy)" }
}

extension Refusal {
    /// What was found, and what was needed: whole sentences, without passwords, tokens or user names.
    package var finding: String {
        switch self {
        case .sourceNotAllowed(let source, let accessPoint):
            "\(source) is not in the allow list of access point \"\(accessPoint)\"."
        case .sourceTooFast(let source, let allowed):
            "\(source) begins handshakes faster than \(allowed.rate) per second after a burst of \(allowed.burst)."
        case .tooManyHandshakes(let allowed):
            "More handshakes arrive than the \(allowed) per second allowed."
        case .tooManyConnections(let open, let allowed):
            "\(open) connections are open, \(allowed) are allowed."
        case .shuttingDown:
            "This node is shutting down."
        case .outOfResources(let error):
            "No TLS connection could be made: \(error)"
        case .notTLS(let found):
            "No TLS ClientHello arrived, one is needed (\(found))."
        case .helloMalformed(let defect):
            "The ClientHello is malformed: \(defect)."
        case .serverNameMissing:
            "The client sent no server name, and no certificate stands in for it."
        case .serverNameUnusable:
            "The client sent a server name that no certificate could bear."
        case .serverNameUnknown(let name):
            "No bound certificate serves \(name)."
        case .serverNameRetired(let name):
            "\(name) is retired: its certificate was unbound."
        case .noServerCertificate:
            "No server certificate is bound, one is needed."
        case .tlsVersionOutOfRange(let offered, let allowed):
            """
            The client offers TLS \(offered.map(\.description).joined(separator: ", ")), \(allowed.lowerBound) \
            to \(allowed.upperBound) is needed.
            """
        case .noCommonAlgorithm(let facts):
            "Client and server have no cipher suite or signature algorithm in common (\(facts))."
        case .clientCertificateMissing:
            "The client sent no certificate, and this access point needs one."
        case .clientCertificateRefused(let failure):
            "The client's certificate was refused. \(failure.finding)"
        case .serverCertificateRefused(let alert):
            "The client refused the server's certificate with alert \(alert)."
        case .handshakeFailed(let failure):
            "The handshake failed: \(failure)."
        case .handshakeTimedOut(let limit):
            "The handshake was not finished within \(limit)."
        case .handshakeAbandoned:
            "The client closed the connection before the handshake was finished."
        case .upgradeRefused(let failure):
            failure.description
        case .upgradeTimedOut(let limit):
            "No complete request for a WebSocket arrived within \(limit)."
        case .upgradeAbandoned:
            "The client closed the connection before a complete request for a WebSocket."
        case .framesMalformed(let violation):
            "The client sent \(violation)."
        case .connectTimedOut(let limit):
            "No complete CONNECT arrived within \(limit)."
        case .connectAbandoned:
            "The client closed the connection before a complete CONNECT."
        case .connectMissing(let found):
            "The first packet was \(found), CONNECT was needed."
        case .connectMalformed(let error):
            "The first packet is not a well-formed CONNECT. \(error)"
        case .connectTooLarge(let bytes, let allowed):
            "The CONNECT has \(bytes) bytes, \(allowed) are allowed."
        case .protocolVersionUnknown(let level):
            """
            The client speaks MQTT of protocol level \(level.map(String.init) ?? "unknown"); 3 (3.1), 4 \
            (3.1.1) and 5 (5.0) are spoken here.
            """
        case .certificateExpired(let end, let now):
            """
            The client's certificate, or its CA's, was valid until \(end.ISO8601Format()), and it is \
            \(now.ISO8601Format()).
            """
        case .issuerUnregistered(let authority):
            "The CA of the client's certificate, \(authority.short), is no longer registered and active."
        case .issuerGraceEnded(let authority, let end, let now):
            """
            The CA of the client's certificate, \(authority.short), was replaced and trusted until \
            \(end.ISO8601Format()), and it is \(now.ISO8601Format()).
            """
        case .certificateWithdrawn(let failure):
            "The client's certificate does not pass any more. \(failure.finding)"
        case .certificateUnregistered(let certificate):
            "Certificate \(certificate.short) is not registered, and automatic registration is off."
        case .certificateRespelt(let certificate, let registered):
            """
            Certificate \(certificate.short) is the registered \(registered.short) with its signature spelt otherwise, \
            and not the very bytes that were registered.
            """
        case .certificateInactive(let certificate):
            "Certificate \(certificate.short) is registered but inactive."
        case .certificatePendingActivation(let certificate):
            "Certificate \(certificate.short) was registered automatically and waits for activation."
        case .certificateRevoked(let certificate):
            "Certificate \(certificate.short) is revoked."
        case .certificateBarred(let certificate):
            "Certificate \(certificate.short) was deleted, which bars it from being registered automatically again."
        case .registrationRateExceeded(let wait):
            "More certificates want to be registered than the cluster registers per second; room is there in \(wait)."
        case .registrationFailed(let error):
            "The client's certificate could not be registered: \(error)"
        case .anonymousNotAllowed:
            "The client gave no user name, and anonymous clients are not allowed."
        case .passwordMissing:
            "The client gave a user name and no password."
        case .userUnknown:
            "No user of the name that the client gave is known."
        case .passwordWrong:
            "The password is not the user's."
        case .userDisabled:
            "The password is right, but the user is disabled."
        case .passwordHashUnreadable:
            "The stored hash of the user's password cannot be read."
        case .tokenRefused(let failure):
            "The client's token does not hold: \(failure)"
        case .authenticationOverloaded(let waiting, let allowed):
            "\(waiting) clients wait to be authenticated, \(allowed) may."
        case .authenticationTimedOut(let limit):
            "The client was not authenticated within \(limit) of its handshake."
        case .authenticationAbandoned:
            "The client closed the connection while it was being authenticated."
        case .clientIdentifierMissing:
            "The CONNECT has no client id, and neither the certificate nor its record gives one."
        case .clientIdentifierMismatch(let found, let needed):
            "The CONNECT says client id \"\(found)\", the client proved to be \"\(needed)\", and they must match."
        }
    }
}
