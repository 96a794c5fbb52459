/// Why a node could not start.
package enum NodeError: Error, Hashable, Sendable, CustomStringConvertible {
    /// A file that the configuration names cannot be read.
    case unreadableFile(String, String)

    package var description: String {
        switch self {
        case .unreadableFile(let file, let reason):
            "cannot read \(file), which the configuration names: \(reason)"
        }
    }
}
