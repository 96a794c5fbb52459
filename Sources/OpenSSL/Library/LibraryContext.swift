import COpenSSL
import Glibc

/// An OpenSSL library context: its own provider tables, method caches and random generators.
///
/// One for each reactor, so that handshakes on different cores share no lock inside OpenSSL.
///
/// Never freed: OpenSSL 3.0 leaves a handler with every thread that drew random numbers in a context, and a thread that
/// ends after the context was freed would run into freed memory. A process makes as many as it has reactors.
package final class LibraryContext: Sendable {
    /// The process's default library context, for everything that is not on a reactor.
    package static let process = LibraryContext(adopting: nil)

    // Sendable: an OSSL_LIB_CTX is made to be shared by threads, and the pointer itself never changes.
    nonisolated(unsafe) let pointer: OpaquePointer?

    /// Makes a library context of its own, without any configuration file.
    package init() throws(OpenSSLError) {
        LibraryContext.processSetup
        pointer = try LibraryCall.make("OSSL_LIB_CTX_new") { OSSL_LIB_CTX_new() }
    }

    private init(adopting pointer: OpaquePointer?) {
        LibraryContext.processSetup
        self.pointer = pointer
    }

    /// The version of the OpenSSL library that is loaded, such as "OpenSSL 3.0.22 25 Aug 2026".
    package static var version: String {
        String(cString: OpenSSL_version(OPENSSL_VERSION))
    }

    /// What must hold before the library is used at all; done once.
    private static let processSetup: Void = {
        // libssl writes to sockets with write(2), which has no MSG_NOSIGNAL: without this a peer that hangs up kills
        // the process.
        _ = signal(SIGPIPE, SIG_IGN)
        // The library would free its locks in an exit handler, under the feet of threads that still use it.
        _ = OPENSSL_init_crypto(UInt64(OPENSSL_INIT_NO_ATEXIT), nil)
    }()
}
