/// A certificate's serial number in lower-case hexadecimal; unique only within the CA that gave it.
package struct SerialNumber: Hashable, Sendable, CustomStringConvertible {
    /// Lower-case hexadecimal digits without separators.
    package let hex: String

    /// Lowers the digits and drops colons; `nil` if anything but hexadecimal digits remains, or nothing.
    package init?(hex: String) {
        let digits = hex.lowercased().filter { $0 != ":" }
        guard !digits.isEmpty, digits.utf8.allSatisfy({ Hexadecimal.value(ofDigit: $0) != nil }) else { return nil }
        self.hex = digits
    }

    package var description: String { hex }
}
