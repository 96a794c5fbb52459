import Credentials
import MQTTCodec
package import OpenSSL
import Reactors
package import Registry

/// What the observer is told: noted on the way, reported once.
extension ConnectionRecord {
    /// The handshake is done, and its certificate proved.
    func proved(_ proof: PeerProof, _ state: ClusterState) {
        notes?.certificate = PresentedCertificate(proof.facts)
        let anchor = proof.chain.anchor
        notes?.authority = anchor
        let now = entrance.services.date()
        notes?.rotations += state.supersededAuthorities.values.compactMap { superseded in
            guard now < superseded.until else { return nil }
            let needsOld = superseded.ca.fingerprint == anchor
            guard needsOld || superseded.replacedBy == anchor else { return nil }
            return RotationUse(superseded: superseded.ca.fingerprint, neededOld: needsOld)
        }
    }

    /// The handshake has failed at the client's certificate, or for another reason.
    func failed(_ session: TLSConnection) {
        guard let notes else { return }
        notes.alertSent = session.alertSent
        notes.alertReceived = session.alertReceived
        notes.certificate = session.refusedPeerFacts.flatMap { PresentedCertificate($0) }
    }

    /// How the client has to prove itself, and what its handshake tells about a grace period.
    func secured(by mode: AuthenticationMode, _ use: RotationUse?) {
        notes?.mode = mode
        if let use { notes?.rotations.append(use) }
    }

    /// A CONNECT was read.
    func requested(_ packet: ConnectPacket) {
        guard let notes else { return }
        notes.clientID = ClientIdentifier(packet.clientIdentifier.string)
    }

    func reportAdmission(_ identity: DeviceIdentity, _ clientID: ClientIdentifier, isNewlyRegistered: Bool) {
        guard let observer = entrance.services.observer, let notes else { return }
        self.notes = nil
        observer.clientAdmitted(
            AdmissionReport(
                connection: facts(notes),
                identity: identity,
                clientID: clientID,
                isNewlyRegistered: isNewlyRegistered
            )
        )
    }

    func reportRefusal(_ refusal: Refusal) {
        guard let observer = entrance.services.observer, let notes else { return }
        self.notes = nil
        var report = RefusalReport(connection: facts(notes), refusal: refusal)
        report.certificate = notes.certificate
        report.authority = notes.authority
        report.clientID = notes.clientID
        report.alertSent = notes.alertSent
        report.alertReceived = notes.alertReceived
        observer.connectionRefused(report)
    }

    /// A sample of what is refused before any TLS, so that `explain` finds it and a flood costs nothing.
    static func reportAtAccept(_ refusal: Refusal, peer: SocketAddress, by entrance: Entrance, now: MonotonicTime) {
        guard let observer = entrance.services.observer, entrance.services.floodSample.take(at: now) else { return }
        let facts = ConnectionFacts(
            accessPoint: entrance.accessPoint.name,
            peer: peer,
            time: entrance.services.date()
        )
        observer.connectionRefused(RefusalReport(connection: facts, refusal: refusal))
    }

    private func facts(_ notes: AdmissionNotes) -> ConnectionFacts {
        var facts = ConnectionFacts(accessPoint: entrance.accessPoint.name, peer: peer, time: entrance.services.date())
        facts.serverName = serverName
        facts.offer = notes.offer
        facts.tlsVersion = session?.version
        facts.isResumed = session?.isResumed ?? false
        facts.mode = notes.mode
        facts.mqttVersion = protocolVersion
        facts.rotations = notes.rotations
        return facts
    }
}

extension TLSOffer {
    /// The versions that a ClientHello offers.
    init(_ hello: borrowing ClientHello) {
        let versions = hello.offeredVersions.map { TLSProtocolVersion($0) }
        if hello.listsVersions {
            self.init(supportedVersions: versions)
        } else {
            self.init(legacyVersion: versions.max() ?? .tls1_0)
        }
    }
}

extension TLSProtocolVersion {
    /// The registry's word for a version that was negotiated or offered.
    package init(_ version: TLSVersion) {
        switch version {
        case .tls1_0: self = .tls1_0
        case .tls1_1: self = .tls1_1
        case .tls1_2: self = .tls1_2
        case .tls1_3: self = .tls1_3
        }
    }
}
