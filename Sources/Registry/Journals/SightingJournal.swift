import Synchronization

/// What was seen of clients since the last drain: coalesced, bounded, in memory.
///
/// A client that comes a hundred times between two drains is one observation with a count of 100. `note` takes one short
/// lock and one hash look-up; when more clients come than fit, by number or by the bytes of what they say of themselves (a
/// client id may have 64 KiB), the newest are counted and forgotten.
package final class SightingJournal: Sendable {
    private let pending = Mutex(SightingBatch())
    private let capacity: Int
    private let byteLimit: Int

    /// Clients kept between two drains, unless said otherwise: two seconds' worth of the fastest admission by far.
    package static let defaultCapacity = 65_536
    /// Bytes of text kept between two drains, unless said otherwise: 32 MiB, half a KiB for each client.
    package static let defaultByteLimit = 32 << 20

    /// A journal for so many clients, and so many bytes of text, between two drains.
    package init(capacity: Int = defaultCapacity, byteLimit: Int = defaultByteLimit) {
        self.capacity = capacity
        self.byteLimit = byteLimit
    }

    /// Remembers a sighting until the next drain. From any thread; never waits for storage.
    package func note(_ sighting: Sighting) {
        pending.withLock { $0.add(sighting, capacity: capacity, byteLimit: byteLimit) }
    }

    /// Everything since the last drain, to be stored.
    package func drain() -> SightingBatch {
        pending.withLock { batch in
            let drained = batch
            batch = SightingBatch()
            return drained
        }
    }
}

/// Coalesced sightings on their way to the store.
package struct SightingBatch: Sendable {
    /// A client with one certificate.
    private struct Key: Hashable {
        let client: SightedClient
        let fingerprint: Fingerprint?
    }

    private var byClient: [Key: SightingObservation] = [:]
    private var bytes = 0
    /// Sightings that did not fit.
    package private(set) var dropped = 0

    /// A batch with nothing in it.
    package init() {}

    /// What was observed, in no order.
    package var observations: some Collection<SightingObservation> & Sendable { byClient.values }

    /// Whether there is nothing to store.
    package var isEmpty: Bool { byClient.isEmpty }

    /// When each certificate was seen last: what `DeviceControl` marks.
    package var certificatesSeen: [Fingerprint: SightingObservation] {
        var seen: [Fingerprint: SightingObservation] = [:]
        for observation in byClient.values {
            guard let fingerprint = observation.last.fingerprint else { continue }
            if let other = seen[fingerprint], other.last.time >= observation.last.time { continue }
            seen[fingerprint] = observation
        }
        return seen
    }

    /// Adds a sighting: to its client's observation, or as a new one while there is room.
    package mutating func add(_ sighting: Sighting, capacity: Int = .max, byteLimit: Int = .max) {
        let key = Key(client: sighting.client, fingerprint: sighting.fingerprint)
        if let index = byClient.index(forKey: key) {
            bytes -= byClient.values[index].last.textLength
            byClient.values[index].add(sighting)
            bytes += byClient.values[index].last.textLength
        } else if byClient.count < capacity, bytes + sighting.textLength <= byteLimit {
            byClient[key] = SightingObservation(sighting)
            bytes += sighting.textLength
        } else {
            dropped += 1
        }
    }
}

extension Sighting {
    /// The bytes of what the client says of itself.
    fileprivate var textLength: Int {
        [clientID, serverName, commonName].reduce(address.utf8.count) { $0 + ($1?.utf8.count ?? 0) }
    }
}

/// One client's sightings between two drains.
package struct SightingObservation: Hashable, Sendable {
    /// The newest of them.
    package private(set) var last: Sighting
    /// How many they were.
    package private(set) var count = 1
    /// What they tell about open grace periods, by the superseded certificate.
    package private(set) var rotations: [Fingerprint: RotationTally] = [:]

    init(_ sighting: Sighting) {
        last = sighting
        tally(sighting)
    }

    mutating func add(_ sighting: Sighting) {
        count += 1
        if sighting.time >= last.time { last = sighting }
        tally(sighting)
    }

    private mutating func tally(_ sighting: Sighting) {
        for use in sighting.rotations {
            rotations[use.superseded, default: RotationTally()].add(use, at: sighting.time)
        }
    }
}
