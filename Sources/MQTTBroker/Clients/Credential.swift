/// What somebody proves himself with, as 32 bytes that the broker only compares, such as a certificate's SHA-256 fingerprint.
package struct Credential: Hashable, Sendable, BitwiseCopyable {
    private let first: UInt64
    private let second: UInt64
    private let third: UInt64
    private let fourth: UInt64

    /// Bytes of a credential: those of SHA-256.
    package static let size = 32

    /// Takes 32 bytes; nil for any other number of them.
    package init?(_ bytes: some Collection<UInt8>) {
        guard bytes.count == Self.size else { return nil }
        var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
        withUnsafeMutableBytes(of: &words) { $0.copyBytes(from: bytes) }
        (first, second, third, fourth) = words
    }

    /// The 32 bytes.
    package var bytes: [UInt8] { withBytes { Array($0) } }

    /// Calls `body` with the 32 bytes.
    func withBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        withUnsafeBytes(of: self, body)
    }
}
