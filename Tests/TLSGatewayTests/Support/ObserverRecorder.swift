import Synchronization
import TLSGateway

/// An observer that keeps what it hears.
final class ObserverRecorder: GatewayObserver {
    private let admitted = Mutex<[AdmissionReport]>([])
    private let refused = Mutex<[RefusalReport]>([])

    /// The admissions so far, in order.
    var admissions: [AdmissionReport] { admitted.withLock { $0 } }

    /// The refusals so far, in order.
    var refusals: [RefusalReport] { refused.withLock { $0 } }

    func clientAdmitted(_ report: AdmissionReport) { admitted.withLock { $0.append(report) } }

    func connectionRefused(_ report: RefusalReport) { refused.withLock { $0.append(report) } }
}
