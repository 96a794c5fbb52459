import FoundationEssentials
import GRDB

/// A folder that `BackupCopy` made, with its manifest read.
package struct BackupFolder: Sendable {
    /// The folder.
    package let path: String
    /// What it says of itself.
    package let manifest: BackupManifest

    /// Reads the manifest. Blocks; throws `BackupError.noManifest`, `.newerFormat` or `.incompleteManifest`.
    package init(_ path: String) throws(BackupError) {
        self.path = path
        let file = "\(path)/\(BackupManifest.fileName)"
        let bytes: [UInt8]
        do {
            bytes = try FileOperation.read(file, limit: BackupManifest.largest)
        } catch {
            throw .noManifest(path: path, reason: "\(BackupManifest.fileName) cannot be read (\(Self.cause(error)))")
        }
        let data = Data(bytes)
        // The layout first: what else a newer manifest has, this version may not understand.
        guard let layout = try? JSONDecoder().decode(Layout.self, from: data) else {
            throw .noManifest(path: path, reason: "\(BackupManifest.fileName) is no manifest")
        }
        guard layout.format <= BackupManifest.currentFormat else {
            throw .newerFormat(found: layout.format, known: BackupManifest.currentFormat)
        }
        guard let manifest = try? BackupManifest.decoder.decode(BackupManifest.self, from: data) else {
            throw .noManifest(path: path, reason: "\(BackupManifest.fileName) is no manifest")
        }
        // Their sum is shown as progress.
        guard manifest.files.allSatisfy({ (0...Self.largestFile).contains($0.bytes) }) else {
            throw .noManifest(path: path, reason: "\(BackupManifest.fileName) tells of impossible lengths")
        }
        let names = manifest.files.map(\.name)
        guard names.contains(.registry), Set(names).count == names.count else { throw .incompleteManifest(path: file) }
        self.manifest = manifest
    }

    /// A database file has at most 2³² pages of 64 KiB, in bytes. sqlite.org/limits.html
    private static let largestFile = 1 << 48

    /// Reads every file and compares it with the manifest. Blocks; throws the first difference.
    package func verify(progress: BackupCopy.Progress = { _, _ in }) throws(BackupError) {
        var done = 0
        for file in manifest.files {
            let path = path(of: file)
            guard FileOperation.exists(path) else { throw .missingFile(path: path) }
            do {
                let length = try FileOperation.length(path)
                guard length == file.bytes else {
                    throw BackupError.differentLength(path: path, found: length, needed: file.bytes)
                }
                let digest = try FileOperation.digest(path)
                guard digest == file.sha256 else {
                    throw BackupError.differentContent(path: path, found: digest, needed: file.sha256)
                }
            } catch let error as BackupError {
                throw error
            } catch let error as StorageError {
                throw .storage(error)
            } catch {
                throw .storage(.failed(operation: "be compared", reason: "\(error)"))
            }
            done += file.bytes
            progress(done, manifest.bytes)
        }
    }

    func path(of file: BackupManifest.File) -> String { "\(path)/\(file.name.name)" }

    private struct Layout: Codable {
        var format: Int
    }

    private static func cause(_ error: StorageError) -> String {
        guard case .inaccessible(_, let call, let number) = error else { return "\(error)" }
        return "\(call): \(SystemCall.message(for: number))"
    }
}
