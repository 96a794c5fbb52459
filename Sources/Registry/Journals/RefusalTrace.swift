/// What a refusal can be found by.
enum RefusalTrace: Hashable {
    case clientID(String)
    case serial(String)
    case commonName(String)
    /// The first two bytes of a fingerprint: what longer prefixes are sought under.
    case fingerprint(UInt16)
    case address(String)
    case serverName(String)

    /// How many kinds there are.
    static let kinds = 6

    /// The kind's place in a record's links.
    var kind: Int {
        switch self {
        case .clientID: 0
        case .serial: 1
        case .commonName: 2
        case .fingerprint: 3
        case .address: 4
        case .serverName: 5
        }
    }

    /// What one refusal is found by: at most one trace of each kind.
    static func traces(of note: RefusalNote) -> [RefusalTrace] {
        var traces: [RefusalTrace] = [.address(note.address)]
        if let clientID = note.clientID { traces.append(.clientID(clientID)) }
        if let serial = note.serial { traces.append(.serial(serial.sought)) }
        if let commonName = note.commonName { traces.append(.commonName(commonName)) }
        if let fingerprint = note.fingerprint { traces.append(.fingerprint(beginning(of: fingerprint))) }
        if let serverName = note.serverName { traces.append(.serverName(serverName.lowercased())) }
        return traces
    }

    /// What a query may stand for, and which of the records found so are really meant.
    static func traces(of query: String) -> (keys: [RefusalTrace], isMatch: (RefusalTrace, RefusalNote) -> Bool) {
        let text = query.cut(to: RefusalJournal.maximumTextLength)
        var keys: [RefusalTrace] = [.clientID(text), .commonName(text), .address(text), .serverName(text.lowercased())]
        if let serial = SerialNumber(hex: text) { keys.append(.serial(serial.sought)) }
        let digits = text.lowercased().utf8.filter { $0 != UInt8(ascii: ":") }
        if digits.count >= shortestPrefix, let beginning = beginning(ofDigits: digits) {
            keys.append(.fingerprint(beginning))
        }
        return (
            keys,
            { trace, note in
                guard case .fingerprint = trace else { return true }
                return note.fingerprint?.hasPrefix(text) ?? false
            }
        )
    }

    /// The fewest digits of a fingerprint that are looked up.
    private static let shortestPrefix = 4

    private static func beginning(of fingerprint: Fingerprint) -> UInt16 {
        UInt16(fingerprint.bytes[0]) << 8 | UInt16(fingerprint.bytes[1])
    }

    private static func beginning(ofDigits digits: [UInt8]) -> UInt16? {
        guard digits.allSatisfy({ Hexadecimal.value(ofDigit: $0) != nil }) else { return nil }
        return UInt16(String(decoding: digits.prefix(shortestPrefix), as: UTF8.self), radix: 16)
    }
}

extension SerialNumber {
    /// The digits without leading zeros: tools differ in how many they write.
    fileprivate var sought: String {
        let digits = hex.drop { $0 == "0" }
        return digits.isEmpty ? "0" : String(digits)
    }
}
