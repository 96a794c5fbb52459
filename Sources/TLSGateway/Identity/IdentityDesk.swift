import Foundation
import Registry
import Synchronization

/// Answers the questions of admission that take longer than a look into memory, so that no reactor waits for them.
///
/// How many clients may wait is bounded; how long each may wait is the deadline of its CONNECT.
final class IdentityDesk: Sendable {
    /// What a question comes to.
    typealias Answer = Result<ProvedIdentity, Refusal>

    private let devices: DeviceControl
    private let passwords: PasswordPool
    private let waiting = Atomic<Int>(0)
    private let capacity: Int

    init(_ identity: IdentityServices, _ settings: AdmissionSettings) {
        devices = identity.devices
        passwords = PasswordPool(workers: settings.passwordWorkers)
        capacity = settings.maxAuthenticating
    }

    /// Takes a question; `answer` comes once, from any thread, unless the inquiry is abandoned before.
    func take(
        _ question: IdentityQuestion,
        at now: Date,
        then answer: @escaping @Sendable (Answer) -> Void
    ) throws(Refusal) -> Inquiry {
        let count = waiting.add(1, ordering: .relaxed).newValue
        guard count <= capacity else {
            waiting.subtract(1, ordering: .relaxed)
            throw .authenticationOverloaded(waiting: count - 1, allowed: capacity)
        }
        let inquiry = Inquiry()
        let close: @Sendable (Answer) -> Void = { [self] result in
            waiting.subtract(1, ordering: .relaxed)
            if !inquiry.isAbandoned { answer(result) }
        }
        switch question {
        case .password(let password, let user):
            passwords.submit { checker in
                guard !inquiry.isAbandoned else { return close(.failure(.authenticationAbandoned)) }
                close(Self.answer(to: password, of: user, checker))
            }
        case .registration(let registration, let standing, let certificate):
            Task { [devices] in
                let outcome = await devices.registerAutomatically(registration, at: now)
                close(Self.answer(to: outcome, standing, certificate))
            }
        }
        return inquiry
    }

    /// Has a record that came from a list learn what its device's certificate says; nobody waits for it. What goes wrong is
    /// made good at the device's next connection.
    func learn(_ unrecorded: DeviceRegistration?, at now: Date) {
        guard let unrecorded else { return }
        Task { [devices] in _ = try? await devices.learn(unrecorded, at: now) }
    }

    /// Clients that wait for an answer now.
    var waitingCount: Int { waiting.load(ordering: .relaxed) }

    private static func answer(to password: [UInt8], of user: UserRecord?, _ checker: PasswordChecker) -> Answer {
        Answer { () throws(Refusal) in
            let user = try checker.check(password, of: user)
            return ProvedIdentity(
                identity: .user(user.name.text),
                clientID: user.clientID,
                standing: .user(user.name, user.passwordHash)
            )
        }
    }

    private static func answer(
        to outcome: AutomaticRegistration,
        _ standing: Standing.Certificate,
        _ certificate: DeviceCertificate
    ) -> Answer {
        Answer { () throws(Refusal) in
            let entry: DeviceEntry
            var isNew = false
            switch outcome {
            case .registered(let registered): (entry, isNew) = (registered, true)
            case .alreadyRegistered(let registered): entry = registered
            case .rateLimited(let wait): throw .registrationRateExceeded(retryAfter: wait)
            case .barred: throw .certificateBarred(certificate.fingerprint)
            case .failed(.authorityNotActive(let authority)), .failed(.noSuchCA(let authority)):
                throw .issuerUnregistered(authority)
            case .failed(.overloaded(let waiting, let limit)):
                throw .authenticationOverloaded(waiting: waiting, allowed: limit)
            case .failed(let error): throw .registrationFailed(error)
            }
            try standing.admits(entry)
            return ProvedIdentity(
                identity: .certificate(certificate),
                clientID: entry.clientID,
                standing: .certificate(standing),
                isNewlyRegistered: isNew
            )
        }
    }

    /// One client's wait for an answer.
    final class Inquiry: Sendable {
        private let abandoned = Atomic<Bool>(false)

        /// The client is gone: nobody wants the answer. A registration that has begun is carried through all the same.
        func abandon() { abandoned.store(true, ordering: .relaxed) }

        var isAbandoned: Bool { abandoned.load(ordering: .relaxed) }
    }
}
