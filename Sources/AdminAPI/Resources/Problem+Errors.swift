import Credentials
import Hummingbird
import OpenSSL
import Registry

extension Problem {
    /// Any error that a route can end with. What is not known by its type is the gateway's own failure, whose words
    /// stay in its log.
    init(any error: any Error) {
        switch error {
        case let problem as Problem: self = problem
        case let error as RegistryError: self.init(error)
        case let error as ClusterControlError: self.init(error)
        case let error as DeviceError: self.init(error)
        case let error as UserError: self.init(error)
        case let error as TokenError: self.init(error)
        case let error as CredentialsError: self.init(error)
        case let error as ProofFailure: self.init(unusable: error.code, "\(error)")
        case let error as ClientCertificateFailure: self.init(unusable: error.code, "\(error)")
        case let error as StapleFailure: self.init(unusable: error.code, "\(error)")
        case let error as RevocationListError: self.init(unusable: error.code, "\(error)")
        case let refusal as ReloadRefusal: self.init(refusal)
        case let error as HTTPError where error.status == .contentTooLarge:
            self = .bodyTooLarge(limit: RequestBody.largest)
        default: self = .internalError()
        }
    }
}
