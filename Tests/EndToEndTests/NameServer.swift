import Foundation
import TestProcess

/// NSD serving zone files on a free port of 127.0.0.1, until it is stopped.
final class NameServer: Sendable {
    let address: String
    private let process: ChildProcess

    private init(address: String, process: ChildProcess) {
        self.address = address
        self.process = process
    }

    static func start(zones: URL, serving names: [String]) async throws -> NameServer {
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent("sluice-nsd-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        let probe = socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0)
        let port = try bindLoopback(probe)
        close(probe)
        let lists = names.map { "zone:\n    name: \"\($0).\"\n    zonefile: \"\($0).zone\"\n" }.joined()
        let file = directory.appendingPathComponent("nsd.conf")
        try Data(
            """
            server:
                ip-address: 127.0.0.1@\(port)
                username: ""
                chroot: ""
                zonesdir: "\(zones.path)"
                database: ""
                pidfile: ""
                xfrdfile: ""
                xfrdir: "\(directory.path)"
                zonelistfile: "\(directory.path)/zone.list"
                logfile: "\(directory.path)/log"
                server-count: 1
                rrl-ratelimit: 0
            remote-control:
                control-enable: no
            \(lists)
            """.utf8
        ).write(to: file)
        let process = try ChildProcess("/usr/sbin/nsd", ["-d", "-c", file.path])
        let server = NameServer(address: "127.0.0.1:\(port)", process: process)
        _ = try await eventually("NSD answers") { () -> Bool? in
            let result = try await run(
                RunningGateway.program,
                [
                    "cname", "check", names[0], "--resolver", server.address, "--timeout", "1s", "--target",
                    "mqtt-7f3a-sh-public.mqtt.example.net",
                ]
            )
            return result.status == 3 ? nil : true
        }
        return server
    }

    /// Tells NSD to end. Does not wait: the tests' threads are few.
    func stop() {
        let process = process
        Thread.detachNewThread { process.stop() }
    }
}

/// Binds a socket to a free port of 127.0.0.1 and gives the port.
func bindLoopback(_ descriptor: Int32) throws -> UInt16 {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = in_addr_t(0x7f00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let result = withUnsafeMutablePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            bind(descriptor, $0, length) == 0 && getsockname(descriptor, $0, &length) == 0
        }
    }
    guard result else { throw CommandFailure(description: "cannot bind a socket: errno \(errno)") }
    return UInt16(bigEndian: address.sin_port)
}
