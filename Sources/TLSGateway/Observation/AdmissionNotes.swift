import OpenSSL
import Registry

/// What admission finds out beyond what the log line needs: kept for the observer's report, and let go with it, so that
/// an idle connection does not carry it.
final class AdmissionNotes {
    var offer: TLSOffer?
    var mode: AuthenticationMode?
    var rotations: [RotationUse] = []
    var certificate: PresentedCertificate?
    var authority: Fingerprint?
    var clientID: ClientIdentifier?
    var alertSent: TLSAlert?
    var alertReceived: TLSAlert?
    var isNewlyRegistered = false
}
