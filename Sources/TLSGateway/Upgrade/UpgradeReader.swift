import WebSocket

/// Reads the one HTTP request with which a WebSocket begins.
///
/// Bounded in size by ``WebSocket/RequestScanner/limit``, in time by the deadline of the CONNECT, which it does not move.
struct UpgradeReader: ~Copyable {
    private let secured: SecuredConnection
    private var scanner = RequestScanner()

    init(_ secured: consuming SecuredConnection) { self.secured = secured }

    /// What the bytes so far amount to.
    enum Progress: ~Copyable {
        /// Part of a request.
        case incomplete(UpgradeReader)
        /// A whole one, which may be answered by a WebSocket.
        case complete(UpgradeRequest, SecuredConnection)
    }

    /// Looks at everything received so far, from the first byte.
    consuming func read(_ bytes: UnsafeRawBufferPointer, by rules: UpgradeRules) throws(Refusal) -> Progress {
        do throws(UpgradeFailure) {
            guard let size = try scanner.findEnd(in: bytes) else { return .incomplete(self) }
            let head = UnsafeRawBufferPointer(rebasing: bytes[..<size])
            let request = try UpgradeRequest(parsing: head, by: rules)
            // RFC 6455 § 4.1: "the client MUST wait for a response from the server before sending any further data".
            guard size == bytes.count else { throw .bytesBehindRequest }
            return .complete(request, secured)
        } catch {
            throw .upgradeRefused(error)
        }
    }
}
