/// A certificate's serial number in lower-case hexadecimal; unique only within the CA that gave it.
///
/// A sign in front is kept: certificates with negative serial numbers exist, though RFC 5280 § 4.1.2.2 forbids them.
package struct SerialNumber: Hashable, Sendable, CustomStringConvertible {
    /// Lower-case hexadecimal digits without separators.
    package let hex: String

    /// Lowers the digits and drops colons; `nil` if anything but hexadecimal digits remains, or nothing.
    package init?(hex: String) {
        let digits = hex.lowercased().filter { $0 != ":" }
        let magnitude = digits.hasPrefix("-") ? digits.dropFirst() : digits[...]
        guard !magnitude.isEmpty, magnitude.utf8.allSatisfy({ Hexadecimal.value(ofDigit: $0) != nil }) else {
            return nil
        }
        self.hex = digits
    }

    package var description: String { hex }
}
