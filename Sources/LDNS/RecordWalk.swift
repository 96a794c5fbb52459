/// A walk over the records of an answer that checks every byte and builds nothing.
struct RecordWalk {
    let bytes: [UInt8]
    var position: Int
    private var hasEDNS = false

    /// Compression pointers of one name; a real one has a few.
    private static let maximumPointers = 127
    /// RFC 7901. Never asked for; libldns 1.8.3 crashes when it prints an empty one.
    private static let ednsChainOption = 13

    init(bytes: [UInt8], position: Int) {
        self.bytes = bytes
        self.position = position
    }

    /// Checks all sections up to the message's last byte.
    mutating func checkAllRecords() throws(MalformedReason) {
        let counts = [6, 8, 10].map { Int(bytes[$0]) << 8 | Int(bytes[$0 + 1]) }
        let total = counts.reduce(0, +)
        guard total <= AnswerScan.maximumRecords else { throw .tooManyRecords(total) }
        for (section, count) in counts.enumerated() {
            for _ in 0..<count {
                try checkRecord(isAdditional: section == 2)
            }
        }
        guard position == bytes.count else { throw .trailingBytes(bytes.count - position) }
    }

    private mutating func checkRecord(isAdditional: Bool) throws(MalformedReason) {
        let owner = position
        try skipName(before: bytes.count)
        guard bytes.count - position >= 10 else { throw .cutOff }
        let type = RecordType(rawValue: UInt16(number(at: position)))
        let classNumber = number(at: position + 2)
        let length = number(at: position + 8)
        position += 10
        guard length <= bytes.count - position else { throw .cutOff }
        guard length <= AnswerScan.maximumDataLength else { throw .dataTooLong(type, length: length) }
        let end = position + length

        if type == .opt {
            guard isAdditional, !hasEDNS, bytes[owner] == 0 else { throw .edns }
            hasEDNS = true
            try checkOptions(before: end)
        } else {
            guard classNumber == 1 else { throw .recordClass(UInt16(classNumber)) }
            do throws(MalformedReason) {
                try checkData(of: type, before: end)
            } catch .cutOff {
                throw .dataShape(type, length: length)
            }
        }
        // A field that ends before RDLENGTH makes libldns read the rest as the next record.
        guard position == end else { throw .dataShape(type, length: length) }
    }

    private mutating func checkData(of type: RecordType, before end: Int) throws(MalformedReason) {
        switch type {
        case .a: try skip(4, before: end)
        case .aaaa: try skip(16, before: end)
        case .cname, .ns, .dname: try skipName(before: end)
        case .soa:
            try skipName(before: end)
            try skipName(before: end)
            try skip(20, before: end)
        case .ds, .dnskey: try skipRest(atLeast: 5, before: end)
        case .rrsig:
            try skip(18, before: end)
            try skipName(before: end, compressed: false)
            try skipRest(atLeast: 1, before: end)
        case .nsec:
            try skipName(before: end, compressed: false)
            try skipTypeBitmap(before: end)
        case .nsec3:
            try skip(4, before: end)
            try skipCounted(before: end)
            try skipCounted(before: end, atLeast: 1)
            try skipTypeBitmap(before: end)
        case .caa:
            try skip(1, before: end)
            try skipCounted(before: end, atLeast: 1)
            try skipRest(atLeast: 0, before: end)
        default: throw .recordType(type)
        }
    }

    private mutating func checkOptions(before end: Int) throws(MalformedReason) {
        while position < end {
            guard end - position >= 4 else { throw .edns }
            let code = number(at: position)
            let length = number(at: position + 2)
            guard code != Self.ednsChainOption, length <= end - position - 4 else { throw .edns }
            position += 4 + length
        }
    }

    /// Moves behind a name. Its pointers may only go backwards, so the walk ends; the part in place stays before `end`.
    private mutating func skipName(before end: Int, compressed: Bool = true) throws(MalformedReason) {
        var cursor = position
        var segment = position
        var limit = end
        var expanded = 0
        var pointers = 0
        var behind: Int?
        while true {
            guard cursor < limit else { throw .name }
            let length = Int(bytes[cursor])
            switch length {
            case 0:
                position = behind ?? cursor + 1
                return
            case 1...63:
                expanded += length + 1
                cursor += length + 1
                guard expanded < DNSName.maximumWireLength else { throw .name }
            case 0xC0...:
                guard compressed, cursor + 1 < limit else { throw .name }
                let target = number(at: cursor) & 0x3FFF
                guard target >= Query.headerLength, target < segment else { throw .name }
                pointers += 1
                guard pointers <= Self.maximumPointers else { throw .name }
                behind = behind ?? cursor + 2
                limit = segment
                cursor = target
                segment = target
            default:
                throw .name
            }
        }
    }

    /// RFC 4034 § 4.1.2: windows in rising order, 1–32 bytes each.
    private mutating func skipTypeBitmap(before end: Int) throws(MalformedReason) {
        var lastWindow = -1
        while position < end {
            guard end - position >= 2 else { throw .cutOff }
            let window = Int(bytes[position])
            let length = Int(bytes[position + 1])
            guard window > lastWindow, (1...32).contains(length) else { throw .cutOff }
            lastWindow = window
            try skip(2 + length, before: end)
        }
    }

    private mutating func skipCounted(before end: Int, atLeast minimum: Int = 0) throws(MalformedReason) {
        guard position < end, Int(bytes[position]) >= minimum else { throw .cutOff }
        try skip(1 + Int(bytes[position]), before: end)
    }

    private mutating func skipRest(atLeast minimum: Int, before end: Int) throws(MalformedReason) {
        guard end - position >= minimum else { throw .cutOff }
        position = end
    }

    private mutating func skip(_ count: Int, before end: Int) throws(MalformedReason) {
        guard end - position >= count else { throw .cutOff }
        position += count
    }

    /// The 16-bit number at `index`, which the caller has found to be in bounds.
    private func number(at index: Int) -> Int {
        Int(bytes[index]) << 8 | Int(bytes[index + 1])
    }
}
