import Foundation

/// Real clients (Mosquitto's and openssl's) that reach the gateway under a name of the caller's choice.
struct Device: Sendable {
    let gateway: RunningGateway
    let port: Int
    /// The name that the device connects to: its SNI. Resolved by nss_wrapper, so no file of the machine is touched.
    var domain = "mqtt.company.example"
    /// Key and certificate files in the gateway's key directory, without ending; nil shows no certificate.
    var certificate: String? = "device"

    /// A device that reaches the access point under its own name.
    static func reaching(_ gateway: RunningGateway, certificate: String? = "device") async throws -> Device {
        Device(
            gateway: gateway,
            port: try await gateway.port(),
            domain: "mqtt-7f3a-sh-public.mqtt.example.net",
            certificate: certificate
        )
    }

    /// The reason code of the CONNACK that a publish is answered with; nil when there is none.
    ///
    /// - Parameter clientID: Empty: the server is asked to choose.
    func connackCode(clientID: String = "a-device", version: String = "mqttv5") async throws -> Int? {
        let result = try await publish("-V", version, "-i", clientID, "-t", "a", "-m", "b", "-q", "1", "-d")
        let line = result.output.split(separator: "\n").first { $0.contains("received CONNACK (") }
        return line.flatMap { Int($0.split(separator: "(").last?.prefix { $0.isNumber } ?? "") }
    }

    private func environment() throws -> [String: String] {
        let hosts = gateway.directory.appendingPathComponent("hosts-\(UUID().uuidString)")
        try Data("127.0.0.1 \(domain)\n".utf8).write(to: hosts)
        return ["LD_PRELOAD": "libnss_wrapper.so", "NSS_WRAPPER_HOSTS": hosts.path]
    }

    private var identity: [String] {
        guard let certificate else { return [] }
        return ["--cert", gateway.keys.path("\(certificate).crt"), "--key", gateway.keys.path("\(certificate).key")]
    }

    /// `mosquitto_pub`, until it has an acknowledgement.
    ///
    /// - Parameter root: The file of the CA that the device trusts.
    func publish(_ arguments: String..., trusting root: String = "root") async throws -> CommandResult {
        try await publish(arguments, trusting: root)
    }

    /// The same with arguments at hand.
    func publish(_ arguments: [String], trusting root: String = "root") async throws -> CommandResult {
        try await mosquitto("mosquitto_pub", arguments, trusting: root)
    }

    /// `mosquitto_sub`; ends after `-C count` messages or `-W seconds`.
    func subscribe(_ arguments: String...) async throws -> CommandResult {
        try await mosquitto("mosquitto_sub", arguments, trusting: "root")
    }

    private func mosquitto(
        _ program: String,
        _ arguments: [String],
        trusting root: String
    ) async throws -> CommandResult {
        let server = ["-h", domain, "-p", String(port), "--cafile", gateway.keys.path("\(root).crt")]
        return try await run(program, server + identity + arguments, environment: environment())
    }

    /// `openssl s_client` up to the end of the handshake and of its input.
    ///
    /// With `input`, those bytes are sent; the client stays until the server closes when `untilClosed`.
    func handshake(_ arguments: String..., serverName: String? = nil) async throws -> CommandResult {
        let name = (serverName ?? domain).isEmpty ? ["-noservername"] : ["-servername", serverName ?? domain]
        var identity: [String] = []
        if let certificate {
            identity = [
                "-cert", gateway.keys.path("\(certificate).crt"), "-key", gateway.keys.path("\(certificate).key"),
            ]
        }
        return try await run(
            "openssl",
            ["s_client", "-connect", "127.0.0.1:\(port)", "-CAfile", gateway.keys.path("root.crt")] + name + identity
                + arguments
        )
    }
}
