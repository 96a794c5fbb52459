package import struct FoundationEssentials.Date

/// Every kind of event with its fields; a field whose argument is `nil` is left out.
extension ClusterEventDraft {
    /// `fingerprint`, `caFingerprint`, `commonName`, `clientID`, `state` (`active`, …), `source` (`manual`, `automatic`),
    /// `principal`.
    package static func certificateRegistered(
        at time: Date,
        fingerprint: Fingerprint,
        ca: Fingerprint?,
        commonName: String?,
        clientID: String?,
        state: String,
        source: String,
        by principal: Principal? = nil
    ) -> ClusterEventDraft {
        ClusterEventDraft(
            .certificateRegistered,
            at: time,
            [
                "fingerprint": .text(fingerprint.hex), "caFingerprint": .text(ca?.hex), "commonName": .text(commonName),
                "clientID": .text(clientID), "state": .text(state), "source": .text(source),
                "principal": .text(principal?.description),
            ]
        )
    }

    /// `reason` (the refusal's code), `words`, `accessPoint`, `address`, `serverName`, `fingerprint`, `serial`, `commonName`,
    /// `clientID`, `caFingerprint`: as far as the refusal knows them.
    package static func certificateRejected(_ note: RefusalNote) -> ClusterEventDraft {
        ClusterEventDraft(
            .certificateRejected,
            at: note.time,
            [
                "reason": .text(note.reason), "words": .text(note.words), "accessPoint": .text(note.accessPoint),
                "address": .text(note.address), "serverName": .text(note.serverName),
                "fingerprint": .text(note.fingerprint?.hex), "serial": .text(note.serial?.hex),
                "commonName": .text(note.commonName), "clientID": .text(note.clientID),
                "caFingerprint": .text(note.ca?.hex),
            ]
        )
    }

    /// `fingerprint`, `change` (`activated`, `deactivated`, `revoked`, `deleted`, `purged`, `client-id`), `state` (absent
    /// once deleted), `clientID`, `principal`.
    package static func certificateChanged(
        at time: Date,
        fingerprint: Fingerprint,
        change: String,
        state: String?,
        clientID: String?,
        by principal: Principal? = nil
    ) -> ClusterEventDraft {
        ClusterEventDraft(
            .certificateChanged,
            at: time,
            [
                "fingerprint": .text(fingerprint.hex), "change": .text(change), "state": .text(state),
                "clientID": .text(clientID), "principal": .text(principal?.description),
            ]
        )
    }

    /// `clientID`, `accessPoint`, `address`, `serverName`, `tlsVersion` (absent without TLS), `fingerprint`, `userName`,
    /// `protocolVersion`, `cleanStart`, `keepAlive` (seconds, 0 for none), `sessionPresent`.
    package static func clientConnected(
        at time: Date,
        clientID: String,
        accessPoint: String,
        address: String,
        serverName: String?,
        tlsVersion: TLSProtocolVersion?,
        fingerprint: Fingerprint?,
        userName: String?,
        protocolVersion: String? = nil,
        cleanStart: Bool? = nil,
        keepAlive: Int? = nil,
        sessionPresent: Bool? = nil
    ) -> ClusterEventDraft {
        ClusterEventDraft(
            .clientConnected,
            at: time,
            [
                "clientID": .text(clientID), "accessPoint": .text(accessPoint), "address": .text(address),
                "serverName": .text(serverName), "tlsVersion": .text(tlsVersion?.rawValue),
                "fingerprint": .text(fingerprint?.hex), "userName": .text(userName),
                "protocolVersion": .text(protocolVersion), "cleanStart": cleanStart.map(EventValue.flag),
                "keepAlive": keepAlive.map(EventValue.number), "sessionPresent": sessionPresent.map(EventValue.flag),
            ]
        )
    }

    /// What went over one connection, as the broker counts it.
    package struct ClientTraffic: Hashable, Sendable {
        let receivedMessages: Int
        let receivedBytes: Int
        let sentMessages: Int
        let sentBytes: Int

        /// PUBLISH packets and bytes of all packets, from the client and to it.
        package init(receivedMessages: Int, receivedBytes: Int, sentMessages: Int, sentBytes: Int) {
            self.receivedMessages = receivedMessages
            self.receivedBytes = receivedBytes
            self.sentMessages = sentMessages
            self.sentBytes = sentBytes
        }
    }

    /// `clientID`, `reason` (a word such as `disconnect`, `keep-alive`, `revoked`), `accessPoint`, `seconds` (how long it
    /// was connected), `receivedMessages`, `receivedBytes`, `sentMessages`, `sentBytes` (of the broker, by that connection).
    package static func clientDisconnected(
        at time: Date,
        clientID: String,
        reason: String,
        accessPoint: String?,
        seconds: Int?,
        traffic: ClientTraffic? = nil
    ) -> ClusterEventDraft {
        ClusterEventDraft(
            .clientDisconnected,
            at: time,
            [
                "clientID": .text(clientID), "reason": .text(reason), "accessPoint": .text(accessPoint),
                "seconds": seconds.map(EventValue.number),
                "receivedMessages": traffic.map { .number($0.receivedMessages) },
                "receivedBytes": traffic.map { .number($0.receivedBytes) },
                "sentMessages": traffic.map { .number($0.sentMessages) },
                "sentBytes": traffic.map { .number($0.sentBytes) },
            ]
        )
    }

    /// `domain`, `accessPoint`, `status` (the verdict now), `was` (the verdict before).
    package static func domainChanged(
        at time: Date,
        domain: DomainName,
        accessPoint: String?,
        status: String,
        was: String?
    ) -> ClusterEventDraft {
        ClusterEventDraft(
            .domainChanged,
            at: time,
            [
                "domain": .text(domain.text), "accessPoint": .text(accessPoint), "status": .text(status),
                "was": .text(was),
            ]
        )
    }

    /// `fingerprint`, `use` (`server`, `ca`, `client`), `label` (a slot, a name, a client id), `notAfter` (RFC 3339),
    /// `days` (whole days left, below zero once expired), `names`.
    package static func certificateExpiring(
        at time: Date,
        fingerprint: Fingerprint,
        use: String,
        label: String?,
        notAfter: Date,
        names: [DomainName]
    ) -> ClusterEventDraft {
        let secondsOfDay = 86_400.0
        let days = (notAfter.timeIntervalSince(time) / secondsOfDay).rounded(.down)
        return ClusterEventDraft(
            .certificateExpiring,
            at: time,
            [
                "fingerprint": .text(fingerprint.hex), "use": .text(use), "label": .text(label),
                "notAfter": .text(notAfter.timestamp), "days": .number(Int(days)),
                "names": names.isEmpty ? nil : .list(names.map(\.text)),
            ]
        )
    }

    /// The client certificates as a whole: `use` (`client`), `expiring` (how many end within 30 days), `expired`.
    package static func clientCertificatesExpiring(at time: Date, expiring: Int, expired: Int) -> ClusterEventDraft {
        ClusterEventDraft(
            .certificateExpiring,
            at: time,
            ["use": .text("client"), "expiring": .number(expiring), "expired": .number(expired)]
        )
    }

    /// `slot`, `change` (`bound`, `replaced`, `unbound`, `enabled`, `disabled`, `grace-ended`, …), `fingerprint`, `names`,
    /// `principal`.
    package static func serverCertificateChanged(
        at time: Date,
        slot: ServerCertificateSlot,
        change: String,
        fingerprint: Fingerprint?,
        names: [DomainName],
        by principal: Principal? = nil
    ) -> ClusterEventDraft {
        ClusterEventDraft(
            .serverCertificateChanged,
            at: time,
            [
                "slot": .text(slot.description), "change": .text(change), "fingerprint": .text(fingerprint?.hex),
                "names": names.isEmpty ? nil : .list(names.map(\.text)), "principal": .text(principal?.description),
            ]
        )
    }

    /// `fingerprint`, `label`, `change` (`registered`, `activated`, `deactivated`, `replaced`, `unregistered`,
    /// `grace-ended`, …), `state` (absent once unregistered), `principal`.
    package static func caCertificateChanged(
        at time: Date,
        fingerprint: Fingerprint,
        label: String,
        change: String,
        state: CAState?,
        by principal: Principal? = nil
    ) -> ClusterEventDraft {
        ClusterEventDraft(
            .caCertificateChanged,
            at: time,
            [
                "fingerprint": .text(fingerprint.hex), "label": .text(label), "change": .text(change),
                "state": .text(state?.rawValue), "principal": .text(principal?.description),
            ]
        )
    }
}

extension EventValue {
    /// A text, or nothing.
    fileprivate static func text(_ text: String?) -> EventValue? {
        guard let text else { return nil }
        return EventValue.text(text)
    }
}
