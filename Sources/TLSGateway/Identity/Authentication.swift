import Reactors

/// A client whose identity takes time to find out: stands in for its ``Admission`` until the answer is there, while the
/// reactor serves others.
///
/// The deadline of the CONNECT goes on running, and whoever leaves meanwhile is let go.
// Sendable: touched on the stream's reactor alone; other threads only carry it back there.
final class Authentication: StreamHandler, @unchecked Sendable {
    private let admission: Admission
    private var request: ConnectRequest?
    private var inquiry: IdentityDesk.Inquiry?

    private init(_ request: consuming ConnectRequest, for admission: Admission) {
        self.admission = admission
        self.request = .some(request)
    }

    /// Asks, and takes over the stream until the answer comes.
    static func begin(
        _ question: IdentityQuestion,
        about request: consuming ConnectRequest,
        for admission: Admission
    ) throws(Refusal) {
        let stream = request.secured.stream
        let reactor = stream.reactor
        let services = admission.entrance.services
        let authentication = Authentication(request, for: admission)
        // A reactor that has stopped drops the answer: it has ended its streams.
        authentication.inquiry = try services.desk.take(question, at: services.date()) { answer in
            reactor.post { authentication.answered(answer) }
        }
        stream.handler = authentication
    }

    private func answered(_ answer: IdentityDesk.Answer) {
        guard let request = request.take() else { return }
        let stream = request.secured.stream
        do throws(Refusal) {
            let proved = try answer.get()
            stream.resumeReading()
            try admission.admit(request, as: proved)
        } catch {
            admission.refuse(stream, error)
        }
    }

    /// Ends the wait without an answer; `false` if it was over already.
    private func abandon() -> Bool {
        inquiry?.abandon()
        return request.take() != nil
    }

    func streamOpened(_ stream: Stream) {}

    func stream(_ stream: Stream, received bytes: UnsafeRawBufferPointer) -> Int {
        // A client may send on behind its CONNECT [MQTT-3.1.4-6]; nothing of it is read before it is let in.
        stream.pauseReading()
        return 0
    }

    func streamEnded(_ stream: Stream) {
        if abandon() { admission.refuse(stream, .authenticationAbandoned) }
    }

    func streamDeadlinePassed(_ stream: Stream) {
        let limit = admission.entrance.services.settings.connectTimeout
        if abandon() { admission.refuse(stream, .authenticationTimedOut(after: limit)) }
    }

    func streamShouldEnd(_ stream: Stream) {
        if abandon() { admission.refuse(stream, .shuttingDown) }
    }

    func stream(_ stream: Stream, closedBecause reason: StreamCloseReason) {
        guard abandon() else { return }
        if case .reactorStopped = reason {
            admission.record.refused(.shuttingDown)
        } else {
            admission.record.refused(.authenticationAbandoned)
        }
    }
}
