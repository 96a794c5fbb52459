import Foundation
import Testing

@testable import AdminAPI

@Suite struct `The admin socket` {
    @Test func `is its owner's alone, in a folder that is its owner's alone`() async throws {
        try await AdminFixture.run { api in
            let mode = try FileManager.default.attributesOfItem(atPath: api.socket)[.posixPermissions] as? NSNumber
            #expect(mode?.intValue == 0o600)
            let folder = (api.socket as NSString).deletingLastPathComponent
            let folderMode = try FileManager.default.attributesOfItem(atPath: folder)[.posixPermissions] as? NSNumber
            #expect(folderMode?.intValue == 0o700)
        }
    }

    @Test func `is not taken from a gateway that answers on it`() async throws {
        try await AdminFixture.run { api in
            #expect(throws: AdminSocket.Failure.inUse(path: api.socket)) { try AdminSocket.prepare(api.socket) }
            let answer = try await api.request("GET", "/livez")
            #expect(answer.status == 200)
        }
    }

    @Test func `is replaced when nobody answers on it any more`() async throws {
        try await AdminFixture.run { api in
            let stale = api.folder + "/stale.sock"
            try Self.bindAndAbandon(stale)
            #expect(FileManager.default.fileExists(atPath: stale))
            try AdminSocket.prepare(stale)
            #expect(!FileManager.default.fileExists(atPath: stale))
        }
    }

    @Test func `never replaces a file that is no socket`() async throws {
        try await AdminFixture.run { api in
            let file = api.folder + "/precious"
            try Data("x".utf8).write(to: URL(fileURLWithPath: file))
            #expect(throws: AdminSocket.Failure.notASocket(path: file)) { try AdminSocket.prepare(file) }
        }
    }

    @Test func `is not put into a folder that others can write`() async throws {
        try await AdminFixture.run { api in
            let folder = api.folder + "/open"
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
            try FileManager.default.setAttributes([.posixPermissions: 0o777], ofItemAtPath: folder)
            #expect(throws: AdminSocket.Failure.directoryOpenToOthers(path: folder, mode: 0o777)) {
                try AdminSocket.prepare(folder + "/admin.sock")
            }
        }
    }

    /// A socket in the file system whose process is gone.
    private static func bindAndAbandon(_ path: String) throws {
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(path.utf8)) }
        let bound = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        try #require(bound == 0)
    }
}
