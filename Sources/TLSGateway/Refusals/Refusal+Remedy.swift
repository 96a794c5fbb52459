import MQTTCodec
import OpenSSL
import Registry
import WebSocket

extension Refusal {
    /// What to do about it, for whoever runs the device or the cluster.
    package var remedy: String {
        switch self {
        case .sourceNotAllowed: "Add its range under allow, or connect from a listed one."
        case .sourceTooFast: "Let it back off, or raise admission.perSource."
        case .tooManyHandshakes: "Add a node, or raise admission.handshakesPerSecond."
        case .tooManyConnections: "Add a node, or raise admission.maxConnections."
        case .shuttingDown: "Connect again: another node, or the restarted one, answers."
        case .outOfResources: "Look at the node's memory."
        case .notTLS: "Turn TLS on in the client, or send it to a plain listener."
        case .helloMalformed: "Update the client's TLS library."
        case .serverNameMissing: "Have the client send SNI, or enable the default certificate."
        case .serverNameUnusable: "Correct the host name the client is configured with."
        case .serverNameUnknown: "Bind a certificate with that name, or correct the name the client asks for."
        case .serverNameRetired: "Bind a certificate for it again, or move the client to another name."
        case .noServerCertificate: "Bind one with `sluice server-certs bind CERT`."
        case .tlsVersionOutOfRange: "Update the client, or widen the range with `sluice tls set --min VERSION`."
        case .noCommonAlgorithm: "Update the client, or bind a certificate with another kind of key."
        case .clientCertificateMissing: "Give the device a certificate from a registered CA."
        case .clientCertificateRefused(.unknownIssuer):
            """
            Register that CA with `sluice ca-certs register --ca FILE`, have the device send its intermediates, or give it \
            another certificate.
            """
        case .clientCertificateRefused(let failure): failure.remedy
        case .serverCertificateRefused: "Check which CA the device trusts and which name it expects."
        case .handshakeFailed: "Check the client's TLS library and what lies between it and this node."
        case .handshakeTimedOut: "Check the client's network, or raise admission.handshakeTimeout."
        case .handshakeAbandoned, .upgradeAbandoned, .connectAbandoned: "Look into the client's own log: it says why."
        case .upgradeRefused(.originNotAllowed):
            "Add the page's origin to the listener's origins, if it is one of yours."
        case .upgradeRefused(.pathUnknown): "Correct the path in the client, or set the listener's path."
        case .upgradeRefused(.notHTTP): "Turn WebSocket on in the client, or send it to an mqtts listener."
        case .upgradeRefused(.subprotocolMissing): "Have the client offer it: new WebSocket(url, \"mqtt\")."
        case .upgradeRefused, .framesMalformed:
            "Connect with an MQTT client over WebSocket, and look at what lies between it and this node."
        case .upgradeTimedOut: "Check the client's network, or raise admission.connectTimeout."
        case .connectTimedOut: "Send CONNECT first, or raise admission.connectTimeout."
        case .connectMissing:
            "Point the client at an MQTT broker's port only if it speaks MQTT, and update its library."
        case .connectMalformed: "Check that the client speaks MQTT here, and update its library."
        case .connectTooLarge: "Shorten its will, user name or password, or raise admission.maxConnectBytes."
        case .protocolVersionUnknown: "Configure the client for one of those."
        case .certificateExpired: "Renew the certificate."
        case .issuerUnregistered(let authority):
            """
            Activate that CA with `sluice ca-certs activate \(authority.short)`, or register it again with \
            `sluice ca-certs register --ca FILE`, or give the device a certificate from another.
            """
        case .issuerGraceEnded: "Give the device a certificate of the CA that took its place."
        case .certificateWithdrawn(let failure): failure.remedy
        case .certificateUnregistered:
            """
            Register it with `sluice client-certs register --cert FILE`, or turn automatic registration on with \
            `sluice mode set one-device-one-certificate --registration automatic`.
            """
        case .certificateRespelt(_, let registered):
            """
            Give the device the certificate as it was issued: `sluice client-certs show \(registered.short)` tells its \
            fingerprint.
            """
        case .certificateInactive(let certificate), .certificatePendingActivation(let certificate):
            "Activate it with `sluice client-certs activate \(certificate.short)`."
        case .certificateRevoked: "Revocation is final: give the device a new certificate."
        case .certificateBarred(let certificate):
            "Lift the bar with `sluice client-certs purge \(certificate.hex)`."
        case .registrationRateExceeded: "Let the device try again, import in bulk, or raise registration.ratePerSecond."
        case .registrationFailed: "Look at the node's storage; the device may try again."
        case .anonymousNotAllowed:
            "Give the client a user, allow anonymous clients with `sluice mode set one-way --anonymous on`, or use two-way mode."
        case .passwordMissing, .passwordWrong:
            "Correct the password in the client, or set the user's with `sluice users set-password NAME`."
        case .userUnknown: "Correct the user name in the client, or add the user with `sluice users add NAME`."
        case .userDisabled: "Enable the user with `sluice users enable NAME`, or give the client another."
        case .passwordHashUnreadable: "Set the user's password anew with `sluice users set-password NAME`."
        case .tokenRefused: "Have a new token issued, and check it against the keys, issuer and audience under jwt."
        case .authenticationOverloaded: "Let clients back off, add a node, or raise admission.maxAuthenticating."
        case .authenticationTimedOut: "Look at the node's storage and load; the client may try again."
        case .authenticationAbandoned: "Give the client a longer connect timeout, or look into its own log."
        case .clientIdentifierMissing: "Configure a client id, or give the certificate's record one."
        case .clientIdentifierMismatch: "Configure the device with that id, or choose another clientIDPolicy."
        }
    }

    /// The setting or rule of the cluster that decided; `nil` where the peer or the node failed by itself.
    package var rule: String? {
        switch self {
        case .sourceNotAllowed: "accessPoints.allow"
        case .sourceTooFast: "admission.perSource"
        case .tooManyHandshakes: "admission.handshakesPerSecond"
        case .tooManyConnections: "admission.maxConnections"
        case .handshakeTimedOut: "admission.handshakeTimeout"
        case .upgradeTimedOut, .connectTimedOut, .authenticationTimedOut: "admission.connectTimeout"
        case .upgradeRefused(.originNotAllowed): "accessPoints.listeners.origins"
        case .upgradeRefused(.pathUnknown): "accessPoints.listeners.path"
        case .connectTooLarge: "admission.maxConnectBytes"
        case .authenticationOverloaded: "admission.maxAuthenticating"
        case .serverNameMissing, .serverNameUnusable, .serverNameUnknown: "unknownSNI"
        case .serverNameRetired: "retired names"
        case .tlsVersionOutOfRange: "tls"
        case .clientCertificateMissing, .clientCertificateRefused, .issuerUnregistered, .issuerGraceEnded: "CA registry"
        case .certificateWithdrawn: "revocation list"
        case .certificateUnregistered: "automaticRegistration"
        case .certificateRespelt: "client certificate registry"
        case .certificatePendingActivation: "automaticActivation"
        case .certificateInactive, .certificateRevoked, .certificateBarred: "client certificate registry"
        case .registrationRateExceeded: "registration.ratePerSecond"
        case .anonymousNotAllowed: "anonymous"
        case .passwordMissing, .userUnknown, .passwordWrong, .userDisabled, .passwordHashUnreadable: "users"
        case .tokenRefused: "jwt"
        case .clientIdentifierMissing, .clientIdentifierMismatch: "clientIDPolicy"
        case .shuttingDown, .outOfResources, .notTLS, .helloMalformed, .noServerCertificate, .noCommonAlgorithm,
            .serverCertificateRefused, .handshakeFailed, .handshakeAbandoned, .upgradeRefused, .upgradeAbandoned,
            .framesMalformed, .connectAbandoned, .connectMissing,
            .connectMalformed, .protocolVersionUnknown, .certificateExpired, .registrationFailed,
            .authenticationAbandoned:
            nil
        }
    }
}
