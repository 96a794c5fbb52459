import COpenSSL

/// A client's session, to be resumed on another connection.
package final class TLSSession: Sendable {
    // Sendable: the session is not changed any more, and its reference count is atomic.
    nonisolated(unsafe) private let handle: SSLSessionHandle

    init(adopting handle: consuming SSLSessionHandle) {
        self.handle = handle
    }

    var pointer: OpaquePointer { handle.pointer }

    /// A reference of its own to the same session.
    func reference() -> SSLSessionHandle {
        SSL_SESSION_up_ref(handle.pointer)
        return SSLSessionHandle(adopting: handle.pointer)
    }

    /// Can it be resumed? In TLS 1.3 only a session with a ticket can.
    package var isResumable: Bool { SSL_SESSION_is_resumable(handle.pointer) == 1 }
}
