package import Foundation
import TestProcess

/// NSD serving zone files on loopback, as a child process; needs Debian's package `nsd`.
package final class NSDServer {
    package let host: String
    package let port: Int
    private let process: ChildProcess
    private let directory: URL

    /// One zone and its file.
    package struct Zone: Sendable {
        package let name: String
        package let file: String

        package init(name: String, file: String) {
            self.name = name
            self.file = file
        }
    }

    /// Starts NSD with the zones of `folder` on a free port of `host`. It may need a moment until it answers.
    package init(host: String = "127.0.53.2", folder: URL, zones: [Zone]) throws {
        let manager = FileManager.default
        directory = manager.temporaryDirectory.appending(path: "sluice-nsd-\(UUID().uuidString)")
        try manager.createDirectory(at: directory, withIntermediateDirectories: true)
        self.host = host
        port = try FreePort.find(host: host)
        let configuration = directory.appending(path: "nsd.conf")
        let text = Self.configuration(
            host: host,
            port: port,
            folder: folder.path(),
            run: directory.path(),
            zones: zones
        )
        try text.write(to: configuration, atomically: true, encoding: .utf8)

        process = try ChildProcess("/usr/sbin/nsd", ["-d", "-c", configuration.path()])
    }

    deinit {
        process.stop()
        try? FileManager.default.removeItem(at: directory)
    }

    /// Whether the child still runs.
    package var isRunning: Bool { process.isRunning }

    private static func configuration(host: String, port: Int, folder: String, run: String, zones: [Zone]) -> String {
        """
        server:
            ip-address: \(host)@\(port)
            username: ""
            chroot: ""
            zonesdir: "\(folder)"
            database: ""
            pidfile: ""
            xfrdfile: ""
            xfrdir: "\(run)"
            zonelistfile: "\(run)/zonelist"
            logfile: "\(run)/log"
            server-count: 1
            rrl-ratelimit: 0
        remote-control:
            control-enable: no
        \(zones.map { "zone:\n    name: \"\($0.name)\"\n    zonefile: \"\($0.file)\"" }.joined(separator: "\n"))

        """
    }
}
