import Foundation
import TestProcess

/// A server under load: Sluice, or a peer from Debian with a configuration that is fair to it.
final class Server {
    enum Kind: String {
        case sluice = "Sluice"
        case mosquitto = "Mosquitto"
        case haproxy = "HAProxy"
    }

    let kind: Kind
    let port: UInt16
    private var children: [(role: String, process: ChildProcess)] = []
    private let directory: URL

    /// What the load generator's `--pids` takes: "proxy=1,broker=2".
    var processes: String {
        children.map { "\($0.role)=\($0.process.processID)" }.joined(separator: ",")
    }

    init(_ kind: Kind, bench: Bench) throws {
        self.kind = kind
        port = try freePort()
        directory = bench.directory.appendingPathComponent(kind.rawValue)
        try? FileManager.default.removeItem(at: directory)
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        switch kind {
        case .sluice: try startSluice(bench)
        case .mosquitto: try startMosquitto(bench.keys)
        case .haproxy: try startHAProxy(bench.keys)
        }
        do {
            try waitUntilListening(on: port)
        } catch {
            stop()
            throw error
        }
    }

    func stop() {
        for child in children { child.process.send(signal: SIGTERM) }
        for child in children { _ = child.process.wait() }
        children = []
    }

    private func startSluice(_ bench: Bench) throws {
        let keys = bench.keys
        try shell(bench.sluice.path, ["init", directory.path, "--hostname", keys.domain])
        let file = directory.appendingPathComponent("bench.yaml")
        try Data(
            """
            node: { name: bench }
            dataDir: \(directory.path)/data
            keyEncryption: { file: \(directory.path)/master.key }
            accessPoints:
              - name: public
                kind: public
                hostname: \(keys.domain)
                listeners: [{ address: "127.0.0.1:\(port)", protocol: mqtts }]
            admission:
              handshakesPerSecond: 1000000
              perSource: { rate: 1000000, burst: 1000000 }
            backend: { builtin: { maxQueuedMessages: 100000 } }
            log: { format: text, level: warning }
            bootstrap:
              mode: two-way
              defaultCertificate: { chainFile: \(keys.server.path), keyFile: \(keys.serverKey.path) }
              cas: [\(keys.authority.path)]
            """.utf8
        ).write(to: file)
        try start("broker", bench.sluice.path, ["serve", "--config", file.path])
    }

    private func startMosquitto(_ keys: BenchKeys) throws {
        try start(
            "broker",
            "/usr/sbin/mosquitto",
            configuration: """
                per_listener_settings false
                allow_anonymous true
                persistence false
                set_tcp_nodelay true
                max_inflight_messages 0
                max_queued_messages 0
                max_queued_bytes 0
                max_connections -1
                log_dest none
                user \(NSUserName())
                listener \(port) 127.0.0.1
                cafile \(keys.authority.path)
                certfile \(keys.server.path)
                keyfile \(keys.serverKey.path)
                require_certificate true
                use_identity_as_username true

                """,
            flag: "-c"
        )
    }

    /// HAProxy with its defaults in front of a Mosquitto without TLS.
    private func startHAProxy(_ keys: BenchKeys) throws {
        let plain = try freePort()
        try start(
            "broker",
            "/usr/sbin/mosquitto",
            configuration: """
                listener \(plain) 127.0.0.1
                allow_anonymous true
                persistence false
                set_tcp_nodelay true
                max_inflight_messages 0
                max_queued_messages 0
                max_connections -1
                log_dest none

                """,
            flag: "-c"
        )
        try waitUntilListening(on: plain)
        try start(
            "proxy",
            "/usr/sbin/haproxy",
            configuration: """
                global
                    nbthread 2
                    maxconn 9800
                defaults
                    mode tcp
                    timeout connect 10s
                    timeout client 1h
                    timeout server 1h
                frontend devices
                    bind 127.0.0.1:\(port) ssl crt \(keys.serverWithKey.path) ca-file \(keys.authority.path) verify required
                    default_backend broker
                backend broker
                    server one 127.0.0.1:\(plain)

                """,
            flag: "-f",
            extra: ["-db"]
        )
    }

    private func start(
        _ role: String,
        _ program: String,
        configuration: String,
        flag: String,
        extra: [String] = []
    ) throws {
        let file = directory.appendingPathComponent("\(role).conf")
        try Data(configuration.utf8).write(to: file)
        try start(role, program, [flag, file.path] + extra)
    }

    private func start(_ role: String, _ program: String, _ arguments: [String]) throws {
        let log = directory.appendingPathComponent("\(role).log")
        children.append((role, try ChildProcess(program, arguments, output: .file(log.path))))
    }

    private func waitUntilListening(on port: UInt16) throws {
        for _ in 0..<500 {
            if isListening(on: port) { return }
            usleep(20_000)
        }
        let logs = children.map {
            (try? String(contentsOf: directory.appendingPathComponent("\($0.role).log"), encoding: .utf8)) ?? ""
        }
        throw Bench.Failure.notListening(kind, port: port, log: logs.joined(separator: "\n"))
    }
}

private func loopback(_ port: UInt16) -> sockaddr_in {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = in_addr_t(0x7f00_0001).bigEndian
    address.sin_port = port.bigEndian
    return address
}

/// Calls a socket function with an IPv4 address on loopback.
private func withLoopback(_ port: UInt16, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Int32 {
    var address = loopback(port)
    return withUnsafePointer(to: &address) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
    }
}

private func isListening(on port: UInt16) -> Bool {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    return withLoopback(port) { connect(descriptor, $0, $1) } == 0
}

/// A port that was free a moment ago.
private func freePort() throws -> UInt16 {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    guard withLoopback(0, { bind(descriptor, $0, $1) }) == 0 else { throw POSIXError(.EADDRINUSE) }
    var address = sockaddr_in()
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let result = withUnsafeMutablePointer(to: &address) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &length) }
    }
    guard result == 0 else { throw POSIXError(.EADDRINUSE) }
    return UInt16(bigEndian: address.sin_port)
}
