/// A value of a client that a pattern has put in.
enum SubstitutedValue: UInt8, CaseIterable {
    /// `%c`
    case clientID
    /// `%u`
    case userName
    /// `%n`, the common name of its certificate.
    case commonName
    /// `%o`, the organizational unit of its certificate.
    case organizationalUnit

    fileprivate init?(letter: UInt8) {
        switch letter {
        case UInt8(ascii: "c"): self = .clientID
        case UInt8(ascii: "u"): self = .userName
        case UInt8(ascii: "n"): self = .commonName
        case UInt8(ascii: "o"): self = .organizationalUnit
        default: return nil
        }
    }
}

/// One level of a pattern that a client's values are put into: `%c`, or `device-%c`.
struct LevelTemplate: Hashable {
    private let beginning: ContiguousArray<UInt8>
    private let parts: [Part]

    private struct Part: Hashable {
        let value: SubstitutedValue
        /// What stands behind it, up to the next value.
        let end: ContiguousArray<UInt8>
    }

    /// The template in a level; nil for one that has no value in it.
    init?(_ level: some Collection<UInt8>) {
        var literals: [ContiguousArray<UInt8>] = [[]]
        var values: [SubstitutedValue] = []
        var rest = ArraySlice(level)
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%"), let value = rest.first.flatMap(SubstitutedValue.init(letter:)) {
                values.append(value)
                literals.append([])
                rest.removeFirst()
            } else {
                literals[literals.count - 1].append(byte)
            }
        }
        guard !values.isEmpty else { return nil }
        beginning = literals[0]
        parts = zip(values, literals.dropFirst()).map { Part(value: $0, end: $1) }
    }

    /// How a level of a topic fits.
    enum Fit {
        case no
        case yes
        /// A value has a character in it that means something in a topic: it gives nothing, and takes away everything
        /// that it could stand for.
        case onlyToDeny
    }

    /// Compares a level with the template, a client's values put in.
    func fit(_ level: UnsafeRawBufferPointer, _ client: AccessClient) -> Fit {
        var rest = level
        for part in parts {
            guard let value = client[part.value] else { return .no }
            guard value.isHarmless else { return .onlyToDeny }
        }
        guard Self.take(beginning, from: &rest) else { return .no }
        for part in parts {
            guard let value = client[part.value], Self.take(value.bytes, from: &rest),
                Self.take(part.end, from: &rest)
            else { return .no }
        }
        return rest.isEmpty ? .yes : .no
    }

    /// The level with a client's values in it; nil where one is missing or not harmless.
    func filled(for client: AccessClient) -> ContiguousArray<UInt8>? {
        var level = beginning
        for part in parts {
            guard let value = client[part.value], value.isHarmless else { return nil }
            level += value.bytes
            level += part.end
        }
        return level
    }

    @inline(__always)
    private static func take(_ bytes: ContiguousArray<UInt8>, from rest: inout UnsafeRawBufferPointer) -> Bool {
        guard bytes.count <= rest.count else { return false }
        let start = UnsafeRawBufferPointer(rebasing: rest[..<bytes.count])
        guard bytes.withUnsafeBytes({ $0.elementsAreEqual(to: start) }) else { return false }
        rest = UnsafeRawBufferPointer(rebasing: rest[bytes.count...])
        return true
    }
}
