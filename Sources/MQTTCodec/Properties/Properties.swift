/// The properties of a packet in the order they stand in; none allocate nothing. MQTT 5.0 § 2.2.2
///
/// A property of which there may be one is read and set by its name. Setting it to nil takes it out.
package struct Properties: Sendable, Hashable {
    /// All properties in order.
    package private(set) var list: [Property]

    package init() { list = [] }

    /// Properties in the given order; what may stand where is checked by the encoder.
    package init(_ list: [Property]) { self.list = list }

    package var isEmpty: Bool { list.isEmpty }

    /// Adds one at the end, without replacing an equal one.
    package mutating func append(_ property: Property) { list.append(property) }

    /// Takes out all of one kind.
    package mutating func removeAll(_ identifier: PropertyIdentifier) { list.removeAll { $0.identifier == identifier } }

    /// Puts `property` in the place of the one of its kind, or at the end; nil takes that kind out.
    mutating func set(_ identifier: PropertyIdentifier, _ property: Property?) {
        guard let property else { return removeAll(identifier) }
        if let index = list.firstIndex(where: { $0.identifier == identifier }) {
            list[index] = property
        } else {
            list.append(property)
        }
    }

    func first<Value>(_ value: (Property) -> Value?) -> Value? {
        for property in list { if let value = value(property) { return value } }
        return nil
    }
}

extension Properties: ExpressibleByArrayLiteral {
    package init(arrayLiteral elements: Property...) { list = elements }
}
