import Hummingbird
import NIOCore
import Registry

/// How a connection of the admin API proves whose it is.
enum AdminAccess: Sendable {
    /// By what the kernel says about the process at the other end of the Unix socket.
    case peerCredentials(service: UInt32)
    /// By `Authorization: Bearer` with a token of the directory.
    case tokens(@Sendable (_ presented: String) async -> Principal?)

    /// Who sends the request. Throws a 401 or 403 ``Problem``.
    func principal(of request: Request, on channel: any Channel) async throws -> Principal {
        switch self {
        case .peerCredentials(let service):
            try await Self.admin(PeerCredentials.userID(of: channel), service: service)
        case .tokens(let authenticate):
            try await Self.bearer(request, authenticate)
        }
    }

    /// Root and the service's own user administer the cluster; anybody else who can open the socket does nothing.
    static func admin(_ userID: UInt32, service: UInt32) throws(Problem) -> Principal {
        guard userID == 0 || userID == service else { throw .userNotAllowed(userID, service: service) }
        return Principal(kind: .socket(uid: userID), role: .admin)
    }

    /// RFC 6750 § 2.1; the scheme's name in either case (RFC 9110 § 11.1).
    private static func bearer(
        _ request: Request,
        _ authenticate: (String) async -> Principal?
    ) async throws -> Principal {
        guard let header = request.headers[.authorization] else { throw Problem.tokenMissing() }
        let parts = header.split(separator: " ", maxSplits: 1)
        guard parts.count == 2, parts[0].lowercased() == "bearer" else { throw Problem.tokenMissing() }
        guard let principal = await authenticate(String(parts[1])) else { throw Problem.tokenRefused() }
        return principal
    }
}

extension Problem {
    static func userNotAllowed(_ userID: UInt32, service: UInt32) -> Problem {
        Problem(
            code: "user-not-allowed",
            title: "This user may not use the API",
            status: .forbidden,
            detail: "User \(userID) opened the socket; only root and user \(service), whom the gateway runs as, may. "
                + "Run the command as one of them, or use a token."
        )
    }

    static func tokenMissing() -> Problem {
        Problem(
            code: "token-missing",
            title: "A token is needed",
            status: .unauthorized,
            detail: "Found no \"Authorization: Bearer TOKEN\". Make a token: sluice tokens create NAME --role viewer"
        )
    }

    static func tokenRefused() -> Problem {
        Problem(
            code: "token-refused",
            title: "The token is not taken",
            status: .unauthorized,
            detail: "The token is unknown, expired or revoked. See: sluice tokens list"
        )
    }

    static func roleNeeded(_ needed: Role, found: Principal) -> Problem {
        Problem(
            code: "role-needed",
            title: "The role is not enough",
            status: .forbidden,
            detail: "\(found) is \(found.role); this takes \(needed). Use a token with that role."
        )
    }
}
