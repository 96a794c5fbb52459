import COpenSSL
import Glibc
import Synchronization

/// An OpenSSL library context: its own provider tables, method caches and random generators.
///
/// One for each reactor, so that handshakes on different cores share no lock inside OpenSSL. Everything that was made
/// in it keeps it alive.
package final class LibraryContext: Sendable {
    /// The process's default library context, for everything that is not on a reactor.
    package static let process = LibraryContext(default: ())

    // Sendable: an OSSL_LIB_CTX is made to be shared by threads, and the pointer itself never changes.
    nonisolated(unsafe) let pointer: OpaquePointer?

    /// Takes a library context that nobody uses any more, or makes one, without any configuration file.
    package init() throws(OpenSSLError) {
        LibraryContext.prepareProcess
        if let unused = LibraryContext.unused.withLock({ $0.popLast() }) {
            pointer = unused.pointer
        } else {
            pointer = try LibraryCall.make("OSSL_LIB_CTX_new") { OSSL_LIB_CTX_new() }
        }
    }

    private init(default: ()) {
        LibraryContext.prepareProcess
        pointer = nil
    }

    deinit {
        guard let pointer else { return }
        let reference = Reference(pointer: pointer)
        LibraryContext.unused.withLock { $0.append(reference) }
    }

    /// The version of the OpenSSL library that is loaded, such as "OpenSSL 3.0.22 25 Aug 2026".
    package static var version: String {
        String(cString: OpenSSL_version(OPENSSL_VERSION))
    }

    /// Library contexts to use again. They are never freed. Each thread that has drawn random numbers in one keeps a
    /// destructor that points into it, and runs it when the thread ends (OpenSSL 3.0 has no way to take it back from
    /// another thread); and a cached session's certificate points into the context that it was received in.
    private static let unused = Mutex<[Reference]>([])

    // Sendable: as for `pointer` above.
    private struct Reference: @unchecked Sendable {
        let pointer: OpaquePointer
    }

    private static let prepareProcess: Void = {
        // libssl writes to sockets with write(2), which has no MSG_NOSIGNAL: without this a peer that hangs up kills
        // the process.
        _ = signal(SIGPIPE, SIG_IGN)
        // Otherwise exit() tears OpenSSL down under the threads that still use it.
        OPENSSL_init_crypto(UInt64(OPENSSL_INIT_NO_ATEXIT), nil)
    }()
}
