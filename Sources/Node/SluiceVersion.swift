/// The version of this program.
package enum SluiceVersion {
    /// As `sluice version`, the status and `build_info` tell it; semantic versioning.
    package static let current = "0.1.0"
}
