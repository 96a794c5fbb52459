internal import CLinux

/// A thread for what blocks, so that no event loop does.
package enum BlockingThread {
    /// Runs `body` on a thread of its own; signals go elsewhere, as they do for a reactor's thread.
    package static func start(_ name: String, _ body: @escaping @Sendable () -> Void) throws(ReactorError) {
        let job = Unmanaged.passRetained(Job(body))
        var thread: UInt = 0
        let result = clinux_thread_start(
            &thread,
            name,
            { argument in
                if let argument { Unmanaged<Job>.fromOpaque(argument).takeRetainedValue().body() }
                return nil
            },
            job.toOpaque()
        )
        guard result == 0 else {
            job.release()
            throw .callFailed(.pthread_create, errno: -result)
        }
        clinux_thread_detach(thread)
    }

    private final class Job: Sendable {
        let body: @Sendable () -> Void

        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }
}
