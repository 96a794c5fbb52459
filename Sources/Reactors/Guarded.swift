internal import CLinux

/// A value that one thread at a time can reach.
///
/// Swift's own `Mutex` would do, but ThreadSanitizer cannot see into the part of it that waits and takes every contended
/// lock for a race; a POSIX mutex it knows.
@usableFromInline
// Sendable: the value is only reached with the lock held.
package struct Guarded<Value: Sendable>: ~Copyable, @unchecked Sendable {
    @usableFromInline let lock = POSIXLock()
    @usableFromInline let value: UnsafeMutablePointer<Value>

    /// Wraps a first value.
    package init(_ value: Value) {
        self.value = .allocate(capacity: 1)
        self.value.initialize(to: value)
    }

    deinit {
        value.deinitialize(count: 1)
        value.deallocate()
    }

    /// Runs `body` while no other thread can. It must not come back to the same lock, nor release what could.
    @inlinable
    package borrowing func withLock<Result>(_ body: (inout Value) -> Result) -> Result {
        lock.acquire()
        defer { lock.release() }
        return body(&value.pointee)
    }
}

/// A POSIX mutex at an address that does not change.
@usableFromInline
// Sendable: locking and unlocking from several threads is what it is for.
struct POSIXLock: ~Copyable, @unchecked Sendable {
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>

    init() {
        mutex = .allocate(capacity: 1)
        mutex.initialize(to: pthread_mutex_t())
        clinux_mutex_create(mutex)
    }

    deinit {
        clinux_mutex_destroy(mutex)
        mutex.deallocate()
    }

    @usableFromInline
    borrowing func acquire() {
        clinux_mutex_lock(mutex)
    }

    @usableFromInline
    borrowing func release() {
        clinux_mutex_unlock(mutex)
    }
}
