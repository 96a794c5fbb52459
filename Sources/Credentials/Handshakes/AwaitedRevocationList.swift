/// A revocation list that is kept in a file, and without which its CA's devices are not let in.
package struct AwaitedRevocationList: Hashable, Sendable {
    /// The CA, by its name or the beginning of its fingerprint; it need not be registered yet.
    package let authority: String
    /// The file, for words alone: whoever watches it registers what it holds.
    package let file: String

    /// Names a CA and the file of its list.
    package init(authority: String, file: String) {
        self.authority = authority
        self.file = file
    }
}
