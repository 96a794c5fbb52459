/// Where a session lives: a value that any shard may hold without keeping anything alive.
///
/// A slot is used again by later sessions; a handle of an earlier one has an older generation and resolves to nothing.
struct SessionHandle: Hashable, BitwiseCopyable, Sendable {
    var slot: UInt32
    var generation: UInt32
    var shard: UInt16

    /// A handle of no session: slot 0 is never used.
    static let none = SessionHandle(slot: 0, generation: 0, shard: .max)
}
