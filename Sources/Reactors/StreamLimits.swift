/// The limits every stream starts with.
package enum StreamLimits {
    /// Bytes of unconsumed input a stream keeps unless its handler allows more or less.
    package static let bufferedInput = 64 << 10
    /// Queued bytes above which a stream counts as backed up.
    package static let highWaterMark = 256 << 10
    /// Queued bytes at which a backed-up stream is drained.
    package static let lowWaterMark = 64 << 10
    /// How long a closing stream may take to get rid of what is queued.
    package static let flushTime = Duration.seconds(5)
    /// How long a closed connection waits for the peer to close too, so that no reset overtakes the last bytes sent.
    static let lingerTime = Duration.seconds(1)
    /// Connections of one reactor that may wait like that at a time; beyond it they are closed at once.
    static let lingering = 1024
    /// The most one stream writes in one turn, in bytes, before others get theirs.
    static let writePerTurn = 256 << 10
    /// The least room offered to a read when much unconsumed input waits: one TLS record.
    static let readRoom = 16 << 10
}
