import COpenSSL
import Glibc

/// An OpenSSL library context: its own provider tables, method caches and random generators.
///
/// One for each reactor, so that handshakes on different cores share no lock inside OpenSSL. It is kept alive by
/// everything that was made in it.
package final class LibraryContext: Sendable {
    /// The process's default library context, for everything that is not on a reactor.
    package static let process = LibraryContext(adopting: nil)

    // Sendable: an OSSL_LIB_CTX is made to be shared by threads, and the pointer itself never changes.
    nonisolated(unsafe) let pointer: OpaquePointer?

    /// Makes a library context of its own, without any configuration file.
    package init() throws(OpenSSLError) {
        LibraryContext.ignoreBrokenPipes
        pointer = try LibraryCall.make("OSSL_LIB_CTX_new") { OSSL_LIB_CTX_new() }
    }

    private init(adopting pointer: OpaquePointer?) {
        LibraryContext.ignoreBrokenPipes
        self.pointer = pointer
    }

    deinit {
        if let pointer { OSSL_LIB_CTX_free(pointer) }
    }

    /// The version of the OpenSSL library that is loaded, such as "OpenSSL 3.0.22 25 Aug 2026".
    package static var version: String {
        String(cString: OpenSSL_version(OPENSSL_VERSION))
    }

    /// libssl writes to sockets with write(2), which has no MSG_NOSIGNAL: without this a peer that hangs up kills
    /// the process.
    private static let ignoreBrokenPipes: Void = {
        _ = signal(SIGPIPE, SIG_IGN)
    }()
}
