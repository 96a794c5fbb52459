import Synchronization
import Testing

@testable import Reactors

@Suite struct MailboxTests {
    /// What came, batch by batch.
    private final class Batches: Sendable {
        private let all = Mutex<[[Int]]>([])
        func add(_ batch: [Int]) { all.withLock { $0.append(batch) } }
        var value: [[Int]] { all.withLock { $0 } }
    }

    @Test func `messages sent before a turn come as one batch, in order`() throws {
        let manual = try ManualReactor()
        let batches = Batches()
        let mailbox = Mailbox<Int>(reactor: manual.reactor) { batches.add($0) }
        mailbox.send(1)
        mailbox.send(contentsOf: [2, 3])
        var more = [4, 5]
        mailbox.send(draining: &more)
        manual.turn()
        #expect(batches.value == [[1, 2, 3, 4, 5]])
        #expect(more.isEmpty)
    }

    @Test func `a drained batch leaves room for the next`() throws {
        let manual = try ManualReactor()
        let batches = Batches()
        let mailbox = Mailbox<Int>(reactor: manual.reactor) { batches.add($0) }
        var batch = [1, 2]
        mailbox.send(draining: &batch)
        batch.append(3)
        mailbox.send(draining: &batch)
        manual.turn()
        mailbox.send(contentsOf: [])
        manual.turn()
        #expect(batches.value == [[1, 2, 3]])
    }

    @Test func `what a delivery sends to its own reactor comes in the next turn`() throws {
        let manual = try ManualReactor()
        let batches = Batches()
        let second = Mailbox<Int>(reactor: manual.reactor) { batches.add($0) }
        let first = Mailbox<Int>(reactor: manual.reactor) { batch in
            batches.add(batch)
            second.send(9)
        }
        first.send(1)
        manual.turn()
        #expect(batches.value == [[1]])
        manual.turn()
        #expect(batches.value == [[1], [9]])
    }

    @Test func `a reactor that is awake is not roused`() throws {
        let manual = try ManualReactor()
        let mailbox = Mailbox<Int>(reactor: manual.reactor) { _ in }
        for number in 0..<100 { mailbox.send(number) }
        #expect(manual.reactor.statistics.wakeUps == 0)
    }

    @Test func `a sleeping reactor is roused once for a batch`() throws {
        let wakeUp = try WakeUp()
        #expect(wakeUp.fallAsleep())
        for _ in 0..<100 { wakeUp.rouse() }
        #expect(wakeUp.count == 1)
        #expect(wakeUp.awake())
        #expect(!wakeUp.awake())
        wakeUp.rouse()
        #expect(!wakeUp.fallAsleep(), "there is mail: no time to sleep")
        #expect(wakeUp.count == 1)
    }

    @Test func `jobs run in the order posted`() throws {
        let manual = try ManualReactor()
        let batches = Batches()
        for number in 0..<5 { manual.reactor.post { batches.add([number]) } }
        manual.turn()
        #expect(batches.value == [[0], [1], [2], [3], [4]])
    }

    @Test func `many senders lose nothing and each keeps its order`() async throws {
        let group = try ReactorGroup(count: 2)
        try group.start()
        let (senders, each) = (8, 5000)
        let finished = AsyncStream<Void>.makeStream()
        let seen = Mutex([Int](repeating: 0, count: senders))
        let disorder = Atomic<Int>(0)
        let mailbox = Mailbox<(sender: Int, number: Int)>(reactor: group.reactors[1]) { batch in
            let total = seen.withLock { seen in
                for (sender, number) in batch {
                    if seen[sender] != number { disorder.wrappingAdd(1, ordering: .relaxed) }
                    seen[sender] = number + 1
                }
                return seen.reduce(0, +)
            }
            if total == senders * each { finished.continuation.finish() }
        }
        await withTaskGroup(of: Void.self) { tasks in
            for sender in 0..<senders {
                tasks.addTask {
                    for number in 0..<each { mailbox.send((sender, number)) }
                }
            }
        }
        for await _ in finished.stream {}
        #expect(disorder.load(ordering: .relaxed) == 0)
        #expect(group.reactors[1].statistics.wakeUps <= group.reactors[1].statistics.turns)
        group.stop()
    }

    @Test func `mail to a reactor that has stopped is dropped`() throws {
        let group = try ReactorGroup(count: 1)
        try group.start()
        group.stop()
        let mailbox = Mailbox<Int>(reactor: group.reactors[0]) { _ in Issue.record("delivered") }
        mailbox.send(1)
        group.reactors[0].post { Issue.record("run") }
    }
}
