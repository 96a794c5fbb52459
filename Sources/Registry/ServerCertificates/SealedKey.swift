/// A private key as it is stored: encrypted, bound to its certificate, opaque to the registry.
package struct SealedKey: Hashable, Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The sealed bytes, in the form that their sealer defines.
    package let bytes: [UInt8]

    /// Takes bytes that a sealer made.
    package init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    package var description: String { "SealedKey(redacted)" }

    package var debugDescription: String { description }

    package var customMirror: Mirror { Mirror(self, children: []) }
}
