/// The subscription identifiers of one delivery: mostly none, seldom one, hardly ever more. [MQTT-3.3.4-3]
struct SubscriptionIdentifiers: RandomAccessCollection, Sendable {
    private let single: UInt32
    private let several: ContiguousArray<UInt32>?

    /// No identifier.
    static let none = SubscriptionIdentifiers(single: 0)

    /// One identifier, or for 0 none.
    init(single identifier: UInt32) {
        single = identifier
        several = nil
    }

    /// Several identifiers.
    init(_ list: ContiguousArray<UInt32>) {
        single = 0
        several = list
    }

    var startIndex: Int { 0 }
    var endIndex: Int { several?.count ?? (single == 0 ? 0 : 1) }
    subscript(_ index: Int) -> UInt32 { several?[index] ?? single }
}
