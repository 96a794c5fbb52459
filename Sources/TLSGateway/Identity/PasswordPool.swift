import Credentials
import Dispatch
import Registry
import Synchronization

/// A few threads that check passwords: PBKDF2 is slow on purpose, and a reactor that did it would serve nobody else.
///
/// How many checks wait is the ``IdentityDesk``'s matter.
final class PasswordPool: Sendable {
    private let workers: [DispatchQueue]
    private let next = Atomic<UInt>(0)
    private let checker = PasswordChecker()

    /// - Parameter workers: threads at most, one at least.
    init(workers count: Int) {
        workers = (0..<max(1, count)).map { DispatchQueue(label: "sluice.password-\($0)", qos: .utility) }
    }

    /// Runs `body` on one of the threads, in the order submitted there.
    func submit(_ body: @escaping @Sendable (PasswordChecker) -> Void) {
        let number = next.wrappingAdd(1, ordering: .relaxed).oldValue
        workers[Int(number % UInt(workers.count))].async { [checker] in body(checker) }
    }
}

/// Compares a password with a stored hash. Blocks for as long as the hash was made to cost.
final class PasswordChecker: Sendable {
    /// Iterations of the last hash that belonged to a user: what an unknown user has to cost.
    private let usualIterations = Atomic<Int>(PasswordHash.defaultIterations)

    /// Gives the user whose password it is, or refuses: a wrong password, and an unknown user as slowly.
    func check(_ password: [UInt8], of user: UserRecord?) throws(Refusal) -> UserRecord {
        guard let user else {
            // The time that this takes must not tell which names exist.
            _ = try? PasswordHash(hashing: password, iterations: usualIterations.load(ordering: .relaxed))
            throw .userUnknown
        }
        guard let hash = try? PasswordHash(parsing: user.passwordHash.text) else { throw .passwordHashUnreadable }
        usualIterations.store(hash.iterations, ordering: .relaxed)
        guard hash.matches(password) else { throw .passwordWrong }
        guard user.isEnabled else { throw .userDisabled }
        return user
    }
}
