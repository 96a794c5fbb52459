import Reactors

@testable import MQTTBroker

extension BrokerBench {
    /// What the broker answers to an asynchronous question while the test drives its reactors; call it off Swift's pool.
    func asking<Answer: Sendable>(_ question: @escaping @Sendable (Broker) async -> Answer) -> Answer {
        let box = AnswerBox<Answer>()
        Task { [broker] in
            let answer = await question(broker)
            box.answer.withLock { $0 = answer }
        }
        while true {
            run()
            if let answer = box.answer.withLock(\.self) { return answer }
        }
    }
}

private final class AnswerBox<Answer: Sendable>: Sendable {
    let answer = Guarded<Answer?>(nil)
}
