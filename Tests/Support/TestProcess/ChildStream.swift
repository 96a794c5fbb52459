import Glibc

/// What a child has for a standard stream.
package enum ChildStream: Hashable, Sendable {
    /// `/dev/null`.
    case null
    /// The same as we have.
    case inherited
    /// A pipe, whose other end the ``ChildProcess`` holds.
    case pipe
    /// A file: read as input; created, or emptied, as output.
    case file(String)
    /// A copy of a descriptor of ours, which stays open and stays the caller's.
    case descriptor(Int32)

    /// Opens the stream that will have the descriptor `number` in the child.
    func open(as number: Int32) throws(ChildProcessError) -> StreamEnds {
        switch self {
        case .null: return StreamEnds(child: try Descriptor(opening: "/dev/null", O_RDWR))
        case .inherited: return StreamEnds(child: try Descriptor(copying: number))
        case .descriptor(let own): return StreamEnds(child: try Descriptor(copying: own))
        case .file(let path):
            let flags = number == STDIN_FILENO ? O_RDONLY : O_WRONLY | O_CREAT | O_TRUNC
            return StreamEnds(child: try Descriptor(opening: path, flags))
        case .pipe:
            let pipe = try Pipe()
            return number == STDIN_FILENO
                ? StreamEnds(child: pipe.reading, ours: pipe.writing)
                : StreamEnds(child: pipe.writing, ours: pipe.reading)
        }
    }
}

/// An open stream: what the child gets and, of a pipe, what we keep.
struct StreamEnds: ~Copyable {
    let child: Descriptor
    let ours: Descriptor?

    init(child: consuming Descriptor, ours: consuming Descriptor? = nil) {
        self.child = child
        self.ours = ours
    }
}
