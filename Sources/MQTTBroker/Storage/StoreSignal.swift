import Glibc
import Reactors

/// A value that one thread at a time can reach, and a way to wait until it has changed.
// Sendable: the value is only reached with the lock held.
final class StoreSignal<Value: Sendable>: @unchecked Sendable {
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private let condition: UnsafeMutablePointer<pthread_cond_t>
    private var value: Value

    init(_ value: Value) {
        self.value = value
        mutex = .allocate(capacity: 1)
        mutex.initialize(to: pthread_mutex_t())
        pthread_mutex_init(mutex, nil)
        condition = .allocate(capacity: 1)
        condition.initialize(to: pthread_cond_t())
        var attributes = pthread_condattr_t()
        pthread_condattr_init(&attributes)
        pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
        pthread_cond_init(condition, &attributes)
        pthread_condattr_destroy(&attributes)
    }

    deinit {
        pthread_cond_destroy(condition)
        condition.deallocate()
        pthread_mutex_destroy(mutex)
        mutex.deallocate()
    }

    /// Runs `body` while no other thread can, and wakes who waits.
    func change<Result>(_ body: (inout Value) -> Result) -> Result {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        pthread_cond_signal(condition)
        return body(&value)
    }

    /// Runs `body` again after each change, and at the time it names, until it gives something.
    func wait<Result>(_ body: (inout Value, _ wake: inout MonotonicTime) -> Result?) -> Result {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        while true {
            var wake = MonotonicTime.distantFuture
            if let result = body(&value, &wake) { return result }
            if wake == .distantFuture {
                pthread_cond_wait(condition, mutex)
            } else {
                var time = timespec(
                    tv_sec: Int(wake.nanoseconds / 1_000_000_000),
                    tv_nsec: Int(wake.nanoseconds % 1_000_000_000)
                )
                pthread_cond_timedwait(condition, mutex, &time)
            }
        }
    }
}
