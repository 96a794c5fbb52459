import MQTTCodec

/// The same numbers in every run: SplitMix64.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    mutating func below(_ limit: Int) -> Int { Int(next() % UInt64(limit)) }

    mutating func chance(_ percent: Int) -> Bool { below(100) < percent }

    mutating func bytes(upTo count: Int) -> [UInt8] { (0..<below(count + 1)).map { _ in UInt8(below(256)) } }

    /// Bytes that are text, or nearly so.
    mutating func nearlyText() -> [UInt8] {
        var bytes = text(upTo: 12).bytes
        if !bytes.isEmpty, chance(60) { bytes[below(bytes.count)] = UInt8(below(256)) }
        if chance(20) { bytes.removeLast(min(bytes.count, 1)) }
        return bytes
    }

    mutating func text(upTo count: Int) -> Text {
        let alphabet: [Character] = ["a", "b", "Z", "0", " ", "/", "ä", "€", "\u{FEFF}", "𝄞", "\u{301}", "\u{7F}", "-"]
        let string = String((0..<below(count + 1)).map { _ in alphabet[below(alphabet.count)] })
        return Text(stringLiteral: string)
    }

    mutating func topic() -> TopicName { TopicName(stringLiteral: "t" + text(upTo: 10).string) }

    mutating func filter() -> TopicFilter {
        let levels = ["a", "+", "b c", "", "€", "+"]
        var parts = (0..<(1 + below(4))).map { _ in levels[below(levels.count)] }
        if chance(30) { parts.append("#") }
        let share = chance(20) ? "$share/g\(below(9))/" : ""
        let filter = share + parts.joined(separator: "/")
        return TopicFilter(stringLiteral: filter == share ? "x" : filter)
    }
}
