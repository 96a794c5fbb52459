/// Hears what became of every connection: once, when it is admitted or refused.
///
/// Called on reactors, possibly several at a time, from within their loops: it must not block. Refusals that come in
/// floods before any TLS are told only as a sample (``AdmissionSettings/reportedFloodsPerSecond``); the counters have them
/// all.
package protocol GatewayObserver: AnyObject, Sendable {
    /// A client goes to the backend.
    func clientAdmitted(_ report: AdmissionReport)

    /// A connection was not admitted.
    func connectionRefused(_ report: RefusalReport)
}
