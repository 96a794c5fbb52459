import GRDB
import Glibc

/// Puts a backup in the place of a data directory's state.
///
/// The directory is claimed meanwhile, so no gateway works in it. What was there is moved to a folder in it and kept. A
/// restore that is interrupted leaves a mark that no gateway starts over: begun again, it goes through.
package struct Restoration {
    /// The backup.
    package let backup: BackupFolder
    /// The data directory; made if it is missing.
    package let directory: String

    package init(of backup: BackupFolder, into directory: String) {
        self.backup = backup
        self.directory = directory
    }

    /// What a restore did, or would do.
    package struct Outcome: Hashable, Sendable {
        /// Where the state before is now; nil if there was none.
        package let aside: String?
        /// The files that were moved there.
        package let replaced: [String]
    }

    /// Verifies the backup and puts it in place. Blocks.
    ///
    /// - Parameters:
    ///   - replacing: Whether a state that is there may be moved aside.
    ///   - rehearsing: Copy, verify and tell, and change nothing but to make and claim the data directory.
    ///   - stamp: Names the folder of what was there, as a time of day does.
    package func restore(
        replacing: Bool,
        rehearsing: Bool = false,
        stamp: String,
        progress: @escaping BackupCopy.Progress = { _, _ in }
    ) throws(BackupError) -> Outcome {
        try backup.verify()
        do {
            let claimed = try DataDirectory(claiming: directory, restoring: true)
            let outcome = try withExtendedLifetime(claimed) {
                let present = Self.present(in: directory)
                guard present.isEmpty || replacing || rehearsing else {
                    throw BackupError.stateExists(directory: directory, files: present)
                }
                let aside = present.isEmpty ? nil : "\(directory)/replaced-\(stamp)"
                let outcome = Outcome(aside: aside, replaced: present)
                let new = claimed.path(of: "restoring")
                defer { FileOperation.removeFolder(new) }
                // The service must be able to claim what root has claimed.
                try giveToOwner(claimed.path(of: DataDirectory.lockFile))
                try stage(new, progress)
                if rehearsing { return outcome }
                try replace(outcome, claimed, new)
                return outcome
            }
            return outcome
        } catch let error as BackupError {
            throw error
        } catch let error as StorageError {
            throw .storage(error)
        } catch {
            throw .storage(.failed(operation: "be restored", reason: "\(error)"))
        }
    }

    /// Copies the backup's files to a folder and checks that this version can work with them.
    private func stage(_ new: String, _ progress: BackupCopy.Progress) throws {
        FileOperation.removeFolder(new)
        _ = try SystemCall.makeDirectory(new, mode: mode_t(DataDirectory.directoryMode))
        var done = 0
        for file in backup.manifest.files {
            let path = "\(new)/\(file.name.name)"
            try FileOperation.copy(backup.path(of: file), to: path) { count in
                done += count
                progress(done, backup.manifest.bytes)
            }
            try check(file, path)
            try giveToOwner(path)
        }
        try FileOperation.synchronize(new)
    }

    /// The mark first; then the old files out, the new ones in, and the mark away.
    private func replace(_ outcome: Outcome, _ claimed: DataDirectory, _ new: String) throws {
        // The folder of a run that was interrupted within the same second is used again.
        if let aside = outcome.aside {
            _ = try SystemCall.makeDirectory(aside, mode: mode_t(DataDirectory.directoryMode))
            try giveToOwner(aside)
        }
        try claimed.markRestoring()
        for name in outcome.replaced {
            guard let aside = outcome.aside else { continue }
            try FileOperation.move(claimed.path(of: name), to: "\(aside)/\(name)")
        }
        for file in backup.manifest.files {
            try FileOperation.move("\(new)/\(file.name.name)", to: claimed.path(of: file.name.name))
        }
        try FileOperation.synchronize(directory)
        try claimed.unmarkRestoring()
    }

    /// What the manifest cannot know: whether this version of Sluice can work with the file.
    private func check(_ file: BackupManifest.File, _ path: String) throws {
        guard try FileOperation.digest(path) == file.sha256 else {
            throw BackupError.differentContent(
                path: path,
                found: try FileOperation.digest(path),
                needed: file.sha256
            )
        }
        try BackupCopy.translating(path) {
            let queue = try BackupCopy.open(path, readonly: true)
            try queue.read { try file.name.check($0, path: path) }
            try queue.close()
        }
    }

    /// The databases of a data directory and their journals, as they are named there.
    private static func present(in directory: String) -> [String] {
        StoredFile.allCases.flatMap { [$0.name] + StoredFile.journals(of: $0.name) }
            .filter { FileOperation.exists("\(directory)/\($0)") }
    }

    /// Root restores for the service's user, who owns the data directory.
    private func giveToOwner(_ path: String) throws(StorageError) {
        guard geteuid() == 0 else { return }
        let owner = try SystemCall.status(directory)
        guard chown(path, owner.st_uid, owner.st_gid) == 0 else {
            throw .inaccessible(path: path, call: "chown", errno: errno)
        }
    }
}
