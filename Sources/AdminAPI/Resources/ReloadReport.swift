/// What a reload of the configuration file did.
package struct ReloadReport: Codable, Hashable, Sendable {
    /// The settings whose value is another now.
    package var changes: [Change]
    /// Settings that changed in the file and take effect at the next start only.
    package var pendingRestart: [Change]

    package init(changes: [Change], pendingRestart: [Change]) {
        self.changes = changes
        self.pendingRestart = pendingRestart
    }

    /// One setting whose value is another.
    package struct Change: Codable, Hashable, Sendable {
        /// Its path, such as `log.level`.
        package var setting: String
        /// Nil where the setting was not given.
        package var old: String?
        /// The new value; nil where it is not given any more.
        package var new: String?

        package init(setting: String, old: String?, new: String?) {
            self.setting = setting
            self.old = old
            self.new = new
        }
    }
}

/// Why a reload left the old configuration in force.
package struct ReloadRefusal: Error, Hashable, Sendable {
    /// One problem an entry, with its place.
    package var problems: [String]

    package init(problems: [String]) {
        self.problems = problems
    }
}
