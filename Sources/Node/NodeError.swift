package import Credentials

/// Why a node could not start; what the parts it is made of throw comes through as it is.
package enum NodeError: Error, Hashable, Sendable, CustomStringConvertible {
    /// A file that the configuration names cannot be read.
    case unreadableFile(String, reason: String)
    /// A certificate file that the configuration names is there, but is of no use.
    case unusableFile(String, CredentialsError)

    package var description: String {
        switch self {
        case .unreadableFile(let file, let reason):
            "\(file), which the configuration names, cannot be read: \(reason)"
        case .unusableFile(let file, let error):
            "\(file), which the configuration names, cannot be used: \(error)"
        }
    }

    /// Runs `body`; what is wrong with a certificate is told with the file it came from.
    static func naming<Value>(_ file: String, _ body: () throws(CredentialsError) -> Value) throws(NodeError) -> Value {
        do {
            return try body()
        } catch {
            throw .unusableFile(file, error)
        }
    }
}
