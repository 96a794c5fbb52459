import Foundation
import Synchronization

/// Writes log lines to a descriptor from a thread of its own, so that a reader who is slow never holds an event loop.
///
/// At most ``capacity`` bytes wait; lines beyond that are dropped, and their number is written when there is room again.
package final class LogWriter: Sendable {
    /// The most bytes that wait to be written.
    package static let capacity = 4 << 20

    private struct Pending {
        var lines: [UInt8] = []
        var dropped = 0
        var droppedSinceStart = 0
        var isClosed = false
    }

    private let pending = Mutex(Pending())
    private let wake = DispatchSemaphore(value: 0)
    private let finished = DispatchSemaphore(value: 0)
    private let descriptor: Int32

    /// Begins a thread that writes to `descriptor`, which stays the caller's.
    package init(descriptor: Int32 = STDERR_FILENO) {
        self.descriptor = descriptor
        let thread = Thread { [self] in work() }
        thread.name = "log"
        thread.start()
    }

    /// Queues one line, which must end in a line feed. Never blocks on the descriptor.
    package func write(_ line: String) {
        let wasEmpty = pending.withLock { pending in
            guard pending.lines.count + line.utf8.count <= Self.capacity else {
                pending.dropped += 1
                pending.droppedSinceStart += 1
                return false
            }
            let wasEmpty = pending.lines.isEmpty
            pending.lines.append(contentsOf: line.utf8)
            return wasEmpty
        }
        if wasEmpty { wake.signal() }
    }

    /// Lines that were dropped because too much waited.
    package var droppedLines: Int { pending.withLock { $0.droppedSinceStart } }

    /// Writes what is queued and ends the thread; waits for it at most `seconds`. Lines after this are lost.
    package func close(waitingAtMost seconds: Double = 2) {
        pending.withLock { $0.isClosed = true }
        wake.signal()
        _ = finished.wait(timeout: .now() + seconds)
    }

    private func work() {
        defer { finished.signal() }
        while true {
            wake.wait()
            let (lines, dropped, isClosed) = pending.withLock { pending in
                defer { (pending.lines, pending.dropped) = ([], 0) }
                return (pending.lines, pending.dropped, pending.isClosed)
            }
            writeAll(lines)
            if dropped > 0 { writeAll(Array("log: \(dropped) lines dropped, the reader is too slow\n".utf8)) }
            if isClosed { return }
        }
    }

    private func writeAll(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { buffer in
            var rest = buffer[...]
            while !rest.isEmpty {
                let count = Foundation.write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
                if count < 0 && errno == EINTR { continue }
                // Nobody reads any more: there is no one left to tell.
                guard count > 0 else { return }
                rest = rest.dropFirst(count)
            }
        }
    }
}
