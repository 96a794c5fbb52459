/// An MQTT client identifier that is not empty.
package struct ClientIdentifier: Hashable, Sendable, CustomStringConvertible {
    /// The identifier as the device or the registry has it.
    package let text: String

    /// The longest identifier in bytes of UTF-8: an MQTT string's length field has 16 bits. MQTT 5.0 § 1.5.4
    package static let maximumLength = 65_535

    /// `nil` if the text is empty, too long for MQTT, or holds U+0000 [MQTT-1.5.4-2].
    package init?(_ text: String) {
        guard !text.isEmpty, text.utf8.count <= Self.maximumLength, !text.utf8.contains(0) else { return nil }
        self.text = text
    }

    /// Takes a text back that was checked when it was stored.
    init(checked text: String) { self.text = text }

    /// Byte by byte, as MQTT and the broker's sessions compare them: to Swift's strings a letter with an accent and the
    /// same letter followed by the accent are one, but as client ids they are two clients.
    package static func == (left: ClientIdentifier, right: ClientIdentifier) -> Bool {
        left.text.utf8.elementsEqual(right.text.utf8)
    }

    package func hash(into hasher: inout Hasher) {
        for byte in text.utf8 { hasher.combine(byte) }
    }

    package var description: String { text }
}
