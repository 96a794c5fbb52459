/// Whether a node can serve devices, and if not, why; the answer of `/readyz`, where `[-]` is a problem and `[!]` a warning.
package struct Readiness: Codable, Hashable, Sendable {
    /// Each thing that must hold, with the reason when it does not.
    package var checks: [Check]

    package init(checks: [Check]) {
        self.checks = checks
    }

    /// Whether all that must hold does.
    package var isReady: Bool { checks.allSatisfy { $0.problem == nil } }

    /// One thing that must hold.
    package struct Check: Codable, Hashable, Sendable {
        /// Its name in one word.
        package var name: String
        /// Nil when all is well.
        package var problem: String?
        /// What somebody should look at although it does not keep the node from serving; nil for nothing.
        package var warning: String?

        package init(name: String, problem: String?, warning: String? = nil) {
            self.name = name
            self.problem = problem
            self.warning = warning
        }
    }
}
