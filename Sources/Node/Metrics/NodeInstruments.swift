import CoreMetrics

/// What the node counts as it happens, because nothing else does.
struct NodeInstruments: Sendable {
    /// How a certificate came, or would have come, into the registry.
    enum RegistrationMethod: String, Sendable, CaseIterable { case manual, automatic }

    /// What became of it.
    enum RegistrationResult: String, Sendable, CaseIterable {
        case registered
        case rateLimited = "rate_limited"
        case barred, failed
    }

    let registry: MetricRegistry
    private let registrations: [RegistrationMethod: [RegistrationResult: Counter]]
    /// From a revocation to the moment when its last session had ended.
    let revocationEffect: CoreMetrics.Timer
    /// Connections that needed a certificate that has been replaced.
    let graceUses: Counter
    /// Events that no client could be told of, because too many waited.
    let eventsDropped: Counter

    init() {
        let registry = MetricRegistry([
            MetricDescription(
                "registrations_total",
                .counter,
                "Client certificates that were registered or turned down, by how they came."
            ),
            MetricDescription(
                "revocation_effect_seconds",
                .histogram,
                "From a revocation or deactivation to the end of its last session.",
                bounds: [0.001, 0.005, 0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]
            ),
            MetricDescription(
                "certificate_grace_uses_total",
                .counter,
                "Connections that needed a certificate that has been replaced."
            ),
            MetricDescription(
                "events_dropped_total",
                .counter,
                "Events that too many waited before, so that it was left out."
            ),
        ])
        self.registry = registry
        var registrations: [RegistrationMethod: [RegistrationResult: Counter]] = [:]
        for method in RegistrationMethod.allCases {
            for result in RegistrationResult.allCases {
                registrations[method, default: [:]][result] = Counter(
                    label: "registrations_total",
                    dimensions: [("method", method.rawValue), ("result", result.rawValue)],
                    factory: registry
                )
            }
        }
        self.registrations = registrations
        revocationEffect = CoreMetrics.Timer(
            label: "revocation_effect_seconds",
            dimensions: [],
            preferredDisplayUnit: .seconds,
            factory: registry
        )
        graceUses = Counter(label: "certificate_grace_uses_total", factory: registry)
        eventsDropped = Counter(label: "events_dropped_total", factory: registry)
    }

    /// Counts a registration.
    func registered(_ method: RegistrationMethod, _ result: RegistrationResult, _ amount: Int = 1) {
        registrations[method]?[result]?.increment(by: amount)
    }
}
