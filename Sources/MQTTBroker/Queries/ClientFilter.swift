package import MQTTCodec
import Reactors

/// Which sessions a list is to show; everything that is given must hold.
///
/// Who has no connection is known by client id and credential alone: a filter by user, access point, version or address
/// shows connected clients only.
package struct ClientFilter: Hashable, Sendable {
    /// Whether a session's client is there.
    package enum State: String, Hashable, Sendable, CaseIterable {
        /// It is connected.
        case connected
        /// It is not, and the session waits for it.
        case waiting
    }

    /// Connected or waiting; both if nil.
    package var state: State?
    /// What the client id begins with.
    package var prefix: String?
    /// The user name that was accepted.
    package var userName: String?
    /// The name of the access point that it came in by.
    package var accessPoint: String?
    /// The protocol that it speaks.
    package var version: ProtocolVersion?
    /// The address that it comes from, without a port.
    package var address: String?
    /// What it proved itself with.
    package var credential: Credential?

    /// A filter that shows every session.
    package init() {}

    /// Whether it asks for what only a connection has.
    fileprivate var needsConnection: Bool {
        state == .connected || userName != nil || accessPoint != nil || version != nil || address != nil
    }
}

extension BrokerShard {
    /// The session of a slot, if it is one that `filter` shows and its client id comes behind `after`.
    func session(
        inSlot number: UInt32,
        meeting filter: ClientFilter,
        after: ClientID?
    ) -> UnsafeMutablePointer<Session>? {
        let slot = slots.pointee[number]
        guard slot.pointee.generation != 0 else { return nil }
        let isConnected = slot.pointee.form.contains(.connected)
        if isConnected ? filter.state == .waiting : filter.needsConnection { return nil }
        let session = slot.pointee.session
        if let after, session.pointee.clientID <= after { return nil }
        if let prefix = filter.prefix, !session.pointee.clientID.bytes.starts(with: prefix.utf8) { return nil }
        if let credential = filter.credential {
            let entry = session.pointee.credentialEntry
            guard entry != 0, credentials.pointee.credentials(of: entry).credential == credential else { return nil }
        }
        guard filter.needsConnection, let client = session.pointee.connection?.client else { return session }
        return client.meets(filter) ? session : nil
    }
}

extension ConnectedClient {
    fileprivate func meets(_ filter: ClientFilter) -> Bool {
        if let name = filter.userName, profile.userName != name { return false }
        if let accessPoint = filter.accessPoint, profile.accessPoint != accessPoint { return false }
        if let wanted = filter.version, version != wanted { return false }
        if let address = filter.address, peer.host != address { return false }
        return true
    }
}

extension ClientID: Comparable {
    /// In the order of their bytes, which is the order of their code points.
    package static func < (left: ClientID, right: ClientID) -> Bool {
        left.bytes.withUnsafeBytes { left in
            right.bytes.withUnsafeBytes { left.precedes($0) }
        }
    }
}
