import Foundation
import SQLiteStorage
import Testing

@Suite struct DataDirectoryTests {
    private let directory = TemporaryDirectory()

    @Test func `is made for its owner alone`() throws {
        let claimed = try DataDirectory(claiming: directory.path)
        #expect(try permissions(of: claimed.path) == 0o700)
    }

    @Test func `is refused when others may look into it`() throws {
        try FileManager.default.createDirectory(atPath: directory.path, withIntermediateDirectories: true)
        try FileManager.default.setAttributes([.posixPermissions: 0o750], ofItemAtPath: directory.path)
        #expect(throws: StorageError.permissions(path: directory.path, found: 0o750, needed: 0o700)) {
            try DataDirectory(claiming: directory.path)
        }
    }

    @Test func `is refused when it is a file`() throws {
        try Data().write(to: URL(fileURLWithPath: directory.path))
        #expect(throws: StorageError.notADirectory(path: directory.path)) {
            try DataDirectory(claiming: directory.path)
        }
    }

    @Test func `is refused below a path that does not exist`() {
        let path = directory.path + "/deeper"
        #expect(throws: StorageError.inaccessible(path: path, call: "mkdir", errno: 2)) {
            try DataDirectory(claiming: path)
        }
    }

    @Test func `is claimed once, and free again when let go of`() throws {
        do {
            let first = try DataDirectory(claiming: directory.path)
            #expect(throws: StorageError.inUse(path: directory.path, processID: getpid())) {
                try DataDirectory(claiming: directory.path)
            }
            withExtendedLifetime(first) {}
        }
        _ = try DataDirectory(claiming: directory.path)
    }

    @Test func `is refused while another process holds it, naming that process`() throws {
        _ = try DataDirectory(claiming: directory.path)
        let holder = try OtherProcess.holding(lock: directory.path + "/lock")
        #expect(throws: StorageError.inUse(path: directory.path, processID: holder.processID)) {
            try DataDirectory(claiming: directory.path)
        }
        let error = StorageError.inUse(path: directory.path, processID: holder.processID)
        #expect(error.description.contains("in use by process \(holder.processID)"))
    }

    @Test func `is free again after the other process was killed`() throws {
        _ = try DataDirectory(claiming: directory.path)
        try OtherProcess.holding(lock: directory.path + "/lock").kill()
        _ = try DataDirectory(claiming: directory.path)
    }
}
