package import MQTTCodec

/// A session in the store: unique for as long as anything stored may refer to it, never the client id, since a client's
/// next session must not inherit what is left of the one before.
package struct SessionKey: Hashable, Comparable, Sendable, BitwiseCopyable {
    /// The number, from 1; 0 is no session.
    package let number: UInt64

    /// Takes a number.
    package init(_ number: UInt64) {
        self.number = number
    }

    package static func < (left: SessionKey, right: SessionKey) -> Bool { left.number < right.number }
}

/// One stored record; a store reads them in the order of these cases.
package enum StoredRecord: Sendable {
    /// The key of the hash that retained messages know their publishers by. One record, without a key of its own.
    case publisherKey(UInt64)
    /// A message; its key is `id`.
    case message(StoredMessage)
    /// A session; its key is `key`.
    case session(StoredSession)
    /// A will; its key is `id`.
    case will(StoredWill)
    /// A subscription; its key is `session` and `filter`.
    case subscription(StoredSubscription)
    /// A delivery; its key is `session` and `sequence`.
    case delivery(StoredDelivery)
    /// A QoS 2 message that a client has sent and not yet released; its key is both.
    case inbound(SessionKey, packetID: UInt16)
    /// A retained message; its key is `topic`.
    case retained(StoredRetained)
}

/// A session that outlives its connection.
package struct StoredSession: Sendable {
    /// What everything else of the session refers to it by.
    package var key: SessionKey
    /// The client's identifier. Two sessions never have the same at one time.
    package var clientID: ClientID
    /// The session expiry interval in seconds; `UInt32.max` for ever.
    package var expiryInterval: UInt32
    /// When the session ends; nil while it is connected, and for one that never does.
    package var deadline: WallTime?
    /// What the client proved itself with.
    package var credential: Credential?
    /// Who issued the credential.
    package var issuer: Credential?

    /// Describes a session.
    package init(
        key: SessionKey,
        clientID: ClientID,
        expiryInterval: UInt32,
        deadline: WallTime? = nil,
        credential: Credential? = nil,
        issuer: Credential? = nil
    ) {
        self.key = key
        self.clientID = clientID
        self.expiryInterval = expiryInterval
        self.deadline = deadline
        self.credential = credential
        self.issuer = issuer
    }
}

/// A will that has not been published. It stands on its own, so that publishing it is one commit with its removal,
/// whatever becomes of its session.
package struct StoredWill: Sendable {
    /// The will's key.
    package var id: UInt64
    /// The session whose will it is.
    package var session: SessionKey
    /// The message's number in the store.
    package var message: UInt64
    /// The message expiry interval in seconds, which begins to run when the will is published.
    package var expiryInterval: UInt32?
    /// Seconds between the end of the connection and the will.
    package var delay: UInt32
    /// When it is due; nil while its client is connected.
    package var due: WallTime?

    /// Describes a will.
    package init(
        id: UInt64,
        session: SessionKey,
        message: UInt64,
        expiryInterval: UInt32?,
        delay: UInt32,
        due: WallTime? = nil
    ) {
        self.id = id
        self.session = session
        self.message = message
        self.expiryInterval = expiryInterval
        self.delay = delay
        self.due = due
    }
}

/// One subscription of a session.
package struct StoredSubscription: Sendable {
    /// Whose it is.
    package var session: SessionKey
    /// The filter as the client wrote it, `$share/name/` included.
    package var filter: [UInt8]
    /// The QoS granted.
    package var qos: QoS
    /// Whether the session's own messages stay away.
    package var noLocal: Bool
    /// Whether the RETAIN flag is forwarded as it was published.
    package var retainAsPublished: Bool
    /// The subscription identifier, 0 for none.
    package var identifier: UInt32
    /// Whether the retained messages it brings have not all been sent: after a restart they are sent anew.
    package var bringsRetained: Bool

    /// Describes a subscription.
    package init(
        session: SessionKey,
        filter: [UInt8],
        qos: QoS,
        noLocal: Bool = false,
        retainAsPublished: Bool = false,
        identifier: UInt32 = 0,
        bringsRetained: Bool = false
    ) {
        self.session = session
        self.filter = filter
        self.qos = qos
        self.noLocal = noLocal
        self.retainAsPublished = retainAsPublished
        self.identifier = identifier
        self.bringsRetained = bringsRetained
    }
}

/// One message for one session, waiting or in flight.
package struct StoredDelivery: Sendable {
    /// How far its exchange has come.
    package enum Stage: UInt8, Sendable, CaseIterable {
        /// It has not been sent under an identifier that is stored.
        case waiting = 0
        /// Sent or about to be, QoS 1.
        case awaitsPuback = 1
        /// Sent or about to be, QoS 2.
        case awaitsPubrec = 2
        /// The receiver has it; PUBREL is sent or about to be.
        case awaitsPubcomp = 3
    }

    /// Whose it is.
    package var session: SessionKey
    /// Its place among the session's deliveries.
    package var sequence: UInt64
    /// The message's number; 0 once the receiver has it.
    package var message: UInt64
    /// The QoS it goes with.
    package var qos: QoS
    /// Whether it goes with RETAIN.
    package var retain: Bool
    /// The subscription identifiers it goes with.
    package var identifiers: [UInt32]
    /// The whole filter of the shared subscription it came by; nil for any other.
    package var sharedFilter: [UInt8]?
    /// Its packet identifier; 0 while it waits.
    package var packetID: UInt16
    /// How far its exchange has come.
    package var stage: Stage

    /// Describes a delivery.
    package init(
        session: SessionKey,
        sequence: UInt64,
        message: UInt64,
        qos: QoS,
        retain: Bool = false,
        identifiers: [UInt32] = [],
        sharedFilter: [UInt8]? = nil,
        packetID: UInt16 = 0,
        stage: Stage = .waiting
    ) {
        self.session = session
        self.sequence = sequence
        self.message = message
        self.qos = qos
        self.retain = retain
        self.identifiers = identifiers
        self.sharedFilter = sharedFilter
        self.packetID = packetID
        self.stage = stage
    }
}

/// What a topic retains.
package struct StoredRetained: Sendable {
    /// The topic; the message has it too.
    package var topic: [UInt8]
    /// The message's number.
    package var message: UInt64
    /// By what its publisher is known; see `StoredRecord.publisherKey`. 0 for one that proved nothing.
    package var publisher: UInt64

    /// Describes a retained message.
    package init(topic: [UInt8], message: UInt64, publisher: UInt64) {
        self.topic = topic
        self.message = message
        self.publisher = publisher
    }
}
