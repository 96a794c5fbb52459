/// Something with messages for a reactor.
@usableFromInline
package protocol Mail: AnyObject, Sendable {
    /// Called on the reactor after the mailbox announced itself.
    func deliver()
}

/// Messages from any thread to one reactor, delivered there in batches.
///
/// A sender's messages arrive in the order sent; those of several senders are interleaved. A whole batch costs at most one
/// wake-up of the reactor, and none while the reactor is busy. Messages to a reactor that has stopped are never delivered.
package final class Mailbox<Element: Sendable>: Mail {
    @usableFromInline let reactor: Reactor
    @usableFromInline let waiting = Guarded<[Element]>([])
    // Sendable: touched only in `deliver`, on the reactor's thread.
    nonisolated(unsafe) private var spare: [Element] = []
    private let receive: @Sendable ([Element]) -> Void

    /// `receive` runs on the reactor with every message sent since the last batch; it must not keep the array.
    package init(reactor: Reactor, deliver receive: @escaping @Sendable ([Element]) -> Void) {
        self.reactor = reactor
        self.receive = receive
    }

    /// Sends one message. Any thread; does not block on the receiver.
    @inlinable
    package func send(_ element: Element) {
        let isFirst = waiting.withLock { waiting in
            waiting.append(element)
            return waiting.count == 1
        }
        if isFirst { reactor.announce(self) }
    }

    /// Sends several messages in order, nothing between them. Any thread.
    @inlinable
    package func send(contentsOf elements: some Collection<Element> & Sendable) {
        guard !elements.isEmpty else { return }
        let isFirst = waiting.withLock { waiting in
            let wasEmpty = waiting.isEmpty
            waiting.append(contentsOf: elements)
            return wasEmpty
        }
        if isFirst { reactor.announce(self) }
    }

    /// Sends everything in `batch`, leaving it empty but with room for the next. The cheapest way: where nothing waits yet,
    /// the two arrays merely change places. Any thread.
    @inlinable
    package func send(draining batch: inout [Element]) {
        guard !batch.isEmpty else { return }
        let isFirst = waiting.withLock { waiting in
            let wasEmpty = waiting.isEmpty
            if wasEmpty { swap(&waiting, &batch) } else { waiting.append(contentsOf: batch) }
            return wasEmpty
        }
        batch.removeAll(keepingCapacity: true)
        if isFirst { reactor.announce(self) }
    }

    package func deliver() {
        var batch = spare
        spare = []
        waiting.withLock { swap(&$0, &batch) }
        receive(batch)
        // A burst's memory is not kept for ever.
        if batch.capacity <= MailboxLimits.retainedCapacity {
            batch.removeAll(keepingCapacity: true)
            spare = batch
        }
    }
}

/// The limits of every mailbox.
enum MailboxLimits {
    /// Messages a mailbox keeps room for between batches.
    static let retainedCapacity = 4096
}
