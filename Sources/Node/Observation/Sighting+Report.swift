import OpenSSL
import Registry
import TLSGateway

extension Sighting {
    /// What a connection tells about its client, as far as it came.
    init(_ connection: ConnectionFacts) {
        self.init(time: connection.time, accessPoint: connection.accessPoint, address: "\(connection.address)")
        serverName = connection.serverName?.text
        tlsVersion = connection.tlsVersion.flatMap { TLSProtocolVersion(rawValue: "\($0)") }
        offer = connection.offer
        rotations = connection.rotations
    }

    /// A client that was let in.
    init(_ report: AdmissionReport) {
        self.init(report.connection)
        clientID = report.clientID.text
        fingerprint = report.identity.certificate?.fingerprint
        commonName = report.identity.certificate?.commonName
    }

    /// A client that was not.
    init(_ report: RefusalReport) {
        self.init(report.connection)
        clientID = report.clientID?.text
        fingerprint = report.certificate?.fingerprint
        commonName = report.certificate?.commonName
    }
}
