import FoundationEssentials

/// DER values (X.690) put together by hand: what swift-certificates does not write.
enum DERText {
    static func sequence(_ parts: [UInt8]...) -> [UInt8] { value(0x30, parts.flatMap(\.self)) }
    static func integer(_ magnitude: some Collection<UInt8>) -> [UInt8] {
        let significant = Array(magnitude.drop { $0 == 0 })
        let needsZero = significant.first.map { $0 >= 0x80 } ?? true
        return value(0x02, (needsZero ? [0] : []) + significant)
    }
    static func enumerated(_ number: UInt8) -> [UInt8] { value(0x0A, [number]) }
    static func bitString(_ bytes: [UInt8]) -> [UInt8] { value(0x03, [0] + bytes) }
    static func octets(_ bytes: [UInt8]) -> [UInt8] { value(0x04, bytes) }
    static func boolean(_ isTrue: Bool) -> [UInt8] { value(0x01, [isTrue ? 0xFF : 0]) }
    static func identifier(_ encoded: UInt8...) -> [UInt8] { value(0x06, encoded) }
    /// An explicit or constructed implicit tag.
    static func tagged(_ number: UInt8, _ content: [UInt8]) -> [UInt8] { value(0xA0 | number, content) }

    /// GeneralizedTime, which OpenSSL takes in place of UTCTime too.
    static func time(_ date: Date) -> [UInt8] {
        let digits = date.formatted(.iso8601).filter(\.isNumber)
        return value(0x18, Array("\(digits)Z".utf8))
    }

    static func value(_ tag: UInt8, _ content: [UInt8]) -> [UInt8] { [tag] + length(content.count) + content }

    private static func length(_ count: Int) -> [UInt8] {
        guard count >= 0x80 else { return [UInt8(count)] }
        let bytes = withUnsafeBytes(of: count.bigEndian) { Array($0.drop { $0 == 0 }) }
        return [0x80 | UInt8(bytes.count)] + bytes
    }
}
