package import Foundation
package import SQLiteStorage

extension Configuration {
    /// Copies the node's state (registry, journals, the broker's sessions and messages) into a new folder, while a gateway
    /// runs or not. Blocks.
    ///
    /// Not in it: this configuration, the files it names, and the master key, without which the private keys in the
    /// backup cannot be opened.
    package func backUp(
        to folder: String,
        now: Date = Date(),
        progress: @escaping BackupCopy.Progress
    ) throws(BackupError) -> BackupManifest {
        try BackupCopy(of: dataDirectory, to: folder)
            .make(version: SluiceVersion.current, node: node.name, now: now, progress: progress)
    }

    /// Verifies a backup and puts it in the place of the node's state, which no gateway may be working with. Blocks.
    ///
    /// - Parameters:
    ///   - replacing: Whether a state that is there may be moved aside.
    ///   - rehearsing: Verify and tell, and replace nothing.
    package func restore(
        _ backup: BackupFolder,
        replacing: Bool,
        rehearsing: Bool,
        now: Date = Date(),
        progress: @escaping BackupCopy.Progress
    ) throws(BackupError) -> Restoration.Outcome {
        // 20270115T080000Z: colons are trouble in file names.
        let stamp = now.ISO8601Format().filter { $0 != "-" && $0 != ":" }
        return try Restoration(of: backup, into: dataDirectory)
            .restore(replacing: replacing, rehearsing: rehearsing, stamp: stamp, progress: progress)
    }
}
