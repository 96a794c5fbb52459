import Foundation

/// Runs what blocks on a thread of its own: Swift's pool has as many threads as cores, and a broker's `drain` needs one.
func offPool<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result {
    try await withCheckedThrowingContinuation { continuation in
        Thread.detachNewThread { continuation.resume(with: .init(catching: body)) }
    }
}
