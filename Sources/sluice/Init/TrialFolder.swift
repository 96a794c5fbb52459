import Credentials
import Foundation
import OpenSSL

/// The folder that `sluice init` makes.
struct TrialFolder {
    let path: String
    let hostname: String
    let listen: String
    /// The devices' common names and file names, one at least.
    var devices = ["device-1"]
    /// Whether devices are registered one by one, each by itself, or let in for their CA.
    var registersDevices = false
    private let masterKey = "master.key"

    /// The first device.
    var device: String { devices[0] }

    /// The files, by name, with what is in them and whether only the owner may read them.
    func files(now: Date) throws(OpenSSLError) -> [(name: String, content: String, isSecret: Bool)] {
        let keys = try TrialKeys(hostname: hostname, devices: devices, now: now)
        var files = [
            ("ca.crt", try keys.authority.certificate.pem, false),
            ("ca.key", try keys.authority.key.pkcs8PEM, true),
            ("server.crt", try keys.server.certificate.pem, false),
            ("server.key", try keys.server.key.pkcs8PEM, true),
            ("sluice.yaml", configuration, false),
        ]
        for (name, device) in keys.devices {
            files.append(("\(name).crt", try device.certificate.pem, false))
            files.append(("\(name).key", try device.key.pkcs8PEM, true))
        }
        return files
    }

    /// Makes the folder and its files; none of them may be there yet.
    func write(now: Date) throws(CommandFailure) {
        let files: [(name: String, content: String, isSecret: Bool)]
        do {
            files = try self.files(now: now)
        } catch {
            throw CommandFailure(.badInput, "The keys cannot be made: \(error)")
        }
        if let taken = (files.map(\.name) + [masterKey]).first(where: {
            FileManager.default.fileExists(atPath: "\(path)/\($0)")
        }) {
            throw CommandFailure(
                .badInput,
                "\(path)/\(taken) is there already, and init overwrites nothing. Choose another folder, or remove that one."
            )
        }
        do {
            try FileManager.default.createDirectory(
                atPath: path,
                withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700]
            )
        } catch {
            throw CommandFailure(.badInput, "The folder \(path) cannot be made: \(SystemWords.of(error)).")
        }
        for file in files { try create(file.name, file.content, mode: file.isSecret ? 0o600 : 0o644) }
        do {
            _ = try MasterKeyPlace.createFile(at: "\(path)/\(masterKey)")
        } catch {
            throw CommandFailure(.badInput, "\(error)")
        }
    }

    /// Creates a file that is not there, with its mode from the first moment.
    private func create(_ name: String, _ content: String, mode: mode_t) throws(CommandFailure) {
        let descriptor = open("\(path)/\(name)", O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
        guard descriptor >= 0 else { throw failure(name) }
        let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        do {
            try handle.write(contentsOf: Data(content.utf8))
        } catch {
            throw CommandFailure(.badInput, "\(path)/\(name) cannot be written: \(SystemWords.of(error)).")
        }
    }

    private func failure(_ name: String) -> CommandFailure {
        CommandFailure(.badInput, "\(path)/\(name) cannot be made: \(String(cString: strerror(errno))).")
    }
}
