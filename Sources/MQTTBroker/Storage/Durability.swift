/// When a message that somebody must keep is acknowledged.
package enum Durability: String, Sendable, CaseIterable {
    /// After the commit that holds it: what was acknowledged survives `kill -9` and the loss of power.
    case commit
    /// At once; the commit follows within `StoreTiming.relaxedDelay`. A crash can lose what was acknowledged since.
    case relaxed
    /// Nothing is stored: sessions and messages end with the process.
    case none
}
