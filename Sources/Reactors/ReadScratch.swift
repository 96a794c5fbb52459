/// The one read buffer of a reactor: every stream reads into it and nothing stays there after the read.
struct ReadScratch: ~Copyable {
    /// Bytes: four TLS records, and the most one stream may read in one turn.
    static let size = 64 << 10

    let buffer: UnsafeMutableRawBufferPointer

    init() {
        buffer = .allocate(byteCount: Self.size, alignment: 64)
    }

    deinit {
        buffer.deallocate()
    }
}
