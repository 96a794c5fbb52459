import COpenSSL

/// One entry of OpenSSL's error queue: which part of the library failed, and why.
package struct LibraryReason: Sendable, Hashable, CustomStringConvertible {
    /// The part of OpenSSL that reported it (ERR_LIB_SSL, ERR_LIB_X509, …).
    package let library: Int32
    /// The reason code, unique only within its library.
    package let reason: Int32
    /// OpenSSL's own words for it, with the detail it attached.
    package let description: String
}

/// OpenSSL's error queue of the current thread.
///
/// Every function of this target leaves it empty, so that the next call on the thread, for another connection, is
/// never blamed for what went wrong in this one.
enum ErrorQueue {
    /// Forgets what is queued.
    static func clear() {
        ERR_clear_error()
    }

    /// Takes everything out, oldest (the root cause) first.
    static func drain() -> [LibraryReason] {
        var reasons: [LibraryReason] = []
        while true {
            var detail: UnsafePointer<CChar>?
            var flags: Int32 = 0
            let code = ERR_get_error_all(nil, nil, nil, &detail, &flags)
            guard code != 0 else { return reasons }
            var words = "error \(code)"
            if let text = ERR_reason_error_string(code) { words = String(cString: text) }
            if flags & ERR_TXT_STRING != 0, let detail, detail.pointee != 0 {
                words += " (\(String(cString: detail)))"
            }
            reasons.append(
                LibraryReason(
                    library: sluice_ERR_GET_LIB(code),
                    reason: sluice_ERR_GET_REASON(code),
                    description: words
                )
            )
        }
    }
}

/// The ritual of a call that may fail: clear the queue, call, compare with the documented value, collect the reasons.
enum LibraryCall {
    /// Runs a call that documents 1 as its only success.
    static func require(_ name: StaticString, _ call: () -> Int32) throws(OpenSSLError) {
        ErrorQueue.clear()
        guard call() == 1 else { throw .library(call: "\(name)", reasons: ErrorQueue.drain()) }
    }

    /// Runs a call that returns an object, or null when it failed.
    static func make<Result>(_ name: StaticString, _ call: () -> Result?) throws(OpenSSLError) -> Result {
        ErrorQueue.clear()
        guard let result = call() else { throw .library(call: "\(name)", reasons: ErrorQueue.drain()) }
        return result
    }

    /// Runs a call that fills a buffer and returns its length, or a negative number when it failed.
    static func length(_ name: StaticString, _ call: () -> Int32) throws(OpenSSLError) -> Int {
        ErrorQueue.clear()
        let length = call()
        guard length >= 0 else { throw .library(call: "\(name)", reasons: ErrorQueue.drain()) }
        return Int(length)
    }
}
