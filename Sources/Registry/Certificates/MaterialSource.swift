/// Where a revocation list or an OCSP staple came from.
package enum MaterialSource: Hashable, Sendable {
    /// Somebody sent it to the admin API.
    case upload
    /// A file of the configuration, by its path, that is watched and read again when it changes.
    case file(String)
}
