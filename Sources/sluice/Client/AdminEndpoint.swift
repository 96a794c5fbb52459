import Foundation
import OpenSSL

/// Where a gateway's admin API is.
enum AdminEndpoint: Sendable {
    /// The Unix socket of a gateway on this machine. `configuration` is the file that named it.
    case socket(path: String, configuration: String?)
    /// A gateway elsewhere.
    case server(AdminServerAddress)

    /// What people know it by.
    var words: String {
        switch self {
        case .socket(let path, _): path
        case .server(let address): address.url
        }
    }

    /// The Host header.
    var host: String {
        switch self {
        case .socket: "localhost"
        case .server(let address): address.authority
        }
    }
}

/// A gateway's admin address, the token that it is shown, and the CAs that its certificate must chain to.
struct AdminServerAddress: Sendable {
    /// A name or an address, without brackets.
    let host: String
    let port: Int
    /// The token's secret.
    let token: String
    /// The CAs that are believed; nil without TLS.
    let anchors: [Certificate]?

    /// `https` unless it says otherwise; what the admin API's TLS listener is usually given.
    static let defaultPort = 9443

    var url: String { (anchors == nil ? "http://" : "https://") + authority }
    var authority: String { (host.contains(":") ? "[\(host)]" : host) + ":\(port)" }

    /// Reads `https://host[:port]`, or `http://` and a loopback address.
    ///
    /// - Throws: usage when the URL is another, bad input when a file cannot be used.
    init(url text: String, tokenFile: String?, caFile: String?) throws(CommandFailure) {
        guard let url = URLComponents(string: text), let scheme = url.scheme, let found = url.host, !found.isEmpty,
            ["", "/"].contains(url.path), url.query == nil, url.user == nil
        else {
            throw CommandFailure(.usage, "--server \(text): needed https://HOST or https://HOST:PORT and nothing more.")
        }
        let host = found.trimmingCharacters(in: CharacterSet(charactersIn: "[]"))
        switch scheme.lowercased() {
        case "https": anchors = try Self.anchors(caFile)
        case "http" where Self.isLoopback(host): anchors = nil
        case "http":
            throw CommandFailure(
                .usage,
                "--server \(text): a token must not travel unencrypted. Needed https://, or an address of this machine."
            )
        default:
            throw CommandFailure(.usage, "--server \(text): needed https://, found \(scheme)://.")
        }
        guard let tokenFile else {
            throw CommandFailure(
                .usage,
                "--server needs a token: --token-file FILE, or SLUICE_TOKEN_FILE. "
                    + "An administrator makes one on the gateway's machine: sluice tokens create NAME"
            )
        }
        self.host = host
        port = url.port ?? Self.defaultPort
        token = try Self.token(tokenFile)
    }

    private static func isLoopback(_ host: String) -> Bool {
        host == "localhost" || host == "::1" || host.hasPrefix("127.")
    }

    private static func token(_ path: String) throws(CommandFailure) -> String {
        let token = try TextFile.read(path).trimmingCharacters(in: .whitespacesAndNewlines)
        guard !token.isEmpty, token.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw CommandFailure(.badInput, "\(path) holds no token: needed one line as \"tokens create\" printed it.")
        }
        return token
    }

    private static func anchors(_ caFile: String?) throws(CommandFailure) -> [Certificate] {
        guard let path = caFile ?? systemAnchors.first(where: FileManager.default.fileExists) else {
            throw CommandFailure(
                .badInput,
                "This machine has no file of trusted CAs. Name the CA of the gateway's certificate: --ca-file FILE"
            )
        }
        do {
            let certificates = try Certificate.readPEM(try TextFile.read(path))
            guard !certificates.isEmpty else {
                throw CommandFailure(.badInput, "\(path) holds no certificate: needed the CA as PEM.")
            }
            return certificates
        } catch let failure as CommandFailure {
            throw failure
        } catch {
            throw CommandFailure(.badInput, "\(path) cannot be used: \(error)")
        }
    }

    /// Where Debian and its relatives, and Fedora and its own, keep the CAs that the machine trusts.
    private static let systemAnchors = ["/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt"]
}
