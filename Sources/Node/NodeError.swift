package import Credentials
package import Registry

/// Why a node could not start; what the parts it is made of throw comes through as it is.
package enum NodeError: Error, Hashable, Sendable, CustomStringConvertible {
    /// A file that the configuration names cannot be read.
    case unreadableFile(String, reason: String)
    /// A certificate file that the configuration names is there, but is of no use.
    case unusableFile(String, CredentialsError)

    /// A file is there for a slot that serves nothing.
    case emptySlot(ServerCertificateSlot, file: String)

    package var description: String {
        switch self {
        case .unreadableFile(let file, let reason):
            "\(file), which the configuration names, cannot be read: \(reason)"
        case .unusableFile(let file, let error):
            "\(file), which the configuration names, cannot be used: \(error)"
        case .emptySlot(let slot, let file):
            "\(file) belongs to \(slot), which serves no certificate; bind one to it"
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
