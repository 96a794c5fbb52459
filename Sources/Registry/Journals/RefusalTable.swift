import struct FoundationEssentials.Date

/// The records of the refusal journal: places in an array, threaded by lists.
///
/// Every record hangs in one list by age (one for records that name a device, one for the others), and in one list for
/// each thing that it is found by. All are doubly linked through the places, so that adding, renewing and dropping a
/// record cost the same however many share an address or a server name.
struct RefusalTable {
    private struct Place {
        var record: RefusalRecord
        var key: RefusalKey
        var bytes: Int
        var traces: [RefusalTrace]
        var age = Link()
        var links = InlineArray<6, Link>(repeating: Link())
    }

    /// A record's neighbours in one list, by place; -1: none.
    private struct Link {
        var newer: Int32 = -1
        var older: Int32 = -1
    }

    /// A list by age.
    private struct AgeList {
        var newest: Int32 = -1
        var oldest: Int32 = -1
        var count = 0
    }

    private var places: [Place?] = []
    private var free: [Int32] = []
    private var byKey: [RefusalKey: Int32] = [:]
    private var heads: [RefusalTrace: Int32] = [:]
    private var named = AgeList()
    private var nameless = AgeList()
    private var bytes = 0
    private let capacity: Int
    private let byteLimit: Int

    /// Of the records, how many may name no device: a quarter.
    private var namelessCapacity: Int { max(1, capacity / 4) }

    init(capacity: Int, byteLimit: Int) {
        self.capacity = capacity
        self.byteLimit = byteLimit
    }

    var count: Int { byKey.count }

    /// The age of the record that was quiet the longest.
    var oldestTime: Date? {
        [named.oldest, nameless.oldest].compactMap { record(at: $0)?.lastTime }.min()
    }

    mutating func note(_ note: RefusalNote) {
        let key = RefusalKey(note)
        if let index = byKey[key] {
            renew(index, with: note)
        } else {
            insert(note, key: key)
        }
        while byKey.count > 1, byKey.count > capacity || bytes > byteLimit || nameless.count > namelessCapacity {
            let isNamelessDue = nameless.count > namelessCapacity || named.count == 0
            drop(isNamelessDue ? nameless.oldest : named.oldest)
        }
    }

    func find(
        _ traces: [RefusalTrace],
        where isMatch: (RefusalTrace, RefusalNote) -> Bool,
        limit: Int
    ) -> [RefusalRecord] {
        var found: Set<Int32> = []
        for trace in traces {
            var index = heads[trace] ?? -1
            while let place = place(at: index) {
                if isMatch(trace, place.record.note) { found.insert(index) }
                index = place.links[trace.kind].older
            }
        }
        let records = found.compactMap { record(at: $0) }
        return Array(records.sorted { $0.lastTime > $1.lastTime }.prefix(limit))
    }

    func recent(_ limit: Int) -> [RefusalRecord] {
        var records: [RefusalRecord] = []
        var (first, second) = (named.newest, nameless.newest)
        while records.count < limit {
            switch (place(at: first), place(at: second)) {
            case (let left?, let right?) where left.record.lastTime >= right.record.lastTime:
                records.append(left.record)
                first = left.age.older
            case (_, let right?):
                records.append(right.record)
                second = right.age.older
            case (let left?, nil):
                records.append(left.record)
                first = left.age.older
            case (nil, nil):
                return records
            }
        }
        return records
    }

    private func place(at index: Int32) -> Place? { index < 0 ? nil : places[Int(index)] }

    private func record(at index: Int32) -> RefusalRecord? { place(at: index)?.record }

    private mutating func renew(_ index: Int32, with note: RefusalNote) {
        guard let place = place(at: index) else { return }
        let size = Self.size(of: note)
        bytes += size - place.bytes
        unlinkAge(of: index)
        places[Int(index)]?.bytes = size
        places[Int(index)]?.record = RefusalRecord(
            note: note,
            count: place.record.count + 1,
            firstTime: place.record.firstTime
        )
        linkAge(of: index)
    }

    private mutating func insert(_ note: RefusalNote, key: RefusalKey) {
        let size = Self.size(of: note)
        let place = Place(
            record: RefusalRecord(note: note, count: 1, firstTime: note.time),
            key: key,
            bytes: size,
            traces: RefusalTrace.traces(of: note)
        )
        let index: Int32
        if let reused = free.popLast() {
            index = reused
            places[Int(index)] = place
        } else {
            index = Int32(places.count)
            places.append(place)
        }
        byKey[key] = index
        bytes += size
        linkAge(of: index)
        for trace in place.traces {
            let head = heads[trace] ?? -1
            places[Int(index)]?.links[trace.kind] = Link(newer: -1, older: head)
            if head >= 0 { places[Int(head)]?.links[trace.kind].newer = index }
            heads[trace] = index
        }
    }

    private mutating func drop(_ index: Int32) {
        guard let place = place(at: index) else { return }
        unlinkAge(of: index)
        for trace in place.traces {
            let link = place.links[trace.kind]
            if link.newer >= 0 {
                places[Int(link.newer)]?.links[trace.kind].older = link.older
            } else {
                heads[trace] = link.older >= 0 ? link.older : nil
            }
            if link.older >= 0 { places[Int(link.older)]?.links[trace.kind].newer = link.newer }
        }
        byKey[place.key] = nil
        bytes -= place.bytes
        places[Int(index)] = nil
        free.append(index)
    }

    private mutating func linkAge(of index: Int32) {
        guard let place = place(at: index) else { return }
        var list = place.key.namesDevice ? named : nameless
        places[Int(index)]?.age = Link(newer: -1, older: list.newest)
        if list.newest >= 0 { places[Int(list.newest)]?.age.newer = index }
        list.newest = index
        if list.oldest < 0 { list.oldest = index }
        list.count += 1
        setAgeList(list, namesDevice: place.key.namesDevice)
    }

    private mutating func unlinkAge(of index: Int32) {
        guard let place = place(at: index) else { return }
        var list = place.key.namesDevice ? named : nameless
        if place.age.newer >= 0 {
            places[Int(place.age.newer)]?.age.older = place.age.older
        } else {
            list.newest = place.age.older
        }
        if place.age.older >= 0 {
            places[Int(place.age.older)]?.age.newer = place.age.newer
        } else {
            list.oldest = place.age.newer
        }
        list.count -= 1
        setAgeList(list, namesDevice: place.key.namesDevice)
    }

    private mutating func setAgeList(_ list: AgeList, namesDevice: Bool) {
        if namesDevice { named = list } else { nameless = list }
    }

    /// About what a record costs beside its texts: its place, its links, its share of the two dictionaries.
    private static let overhead = 600

    private static func size(of note: RefusalNote) -> Int {
        let texts = [
            note.reason, note.words, note.remedy, note.accessPoint, note.address, note.serverName ?? "",
            note.commonName ?? "", note.clientID ?? "", note.alert ?? "", note.connack ?? "", note.state ?? "",
            note.rule ?? "", note.serial?.hex ?? "",
        ]
        return texts.reduce(overhead) { $0 + $1.utf8.count }
    }
}

/// What makes two refusals the same one, repeated: everything but the time, and words that may tell times.
struct RefusalKey: Hashable {
    private let reason: String
    private let accessPoint: String
    private let address: String
    private let serverName: String?
    private let fingerprint: Fingerprint?
    private let serial: SerialNumber?
    private let commonName: String?
    private let clientID: String?
    private let ca: Fingerprint?

    init(_ note: RefusalNote) {
        reason = note.reason
        accessPoint = note.accessPoint
        address = note.address
        serverName = note.serverName
        fingerprint = note.fingerprint
        serial = note.serial
        commonName = note.commonName
        clientID = note.clientID
        ca = note.ca
    }

    /// Whether the refusal says which device it was.
    var namesDevice: Bool { fingerprint != nil || clientID != nil }
}
