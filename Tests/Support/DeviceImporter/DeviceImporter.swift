import Foundation
import Registry
import SQLiteStorage

/// A program for tests to kill: imports invented client certificates into a data directory, or goes on with an import
/// that it finds there, and says on each line how many are registered.
///
///     device-importer DIRECTORY ROWS
@main
enum DeviceImporter {
    static func main() async throws {
        guard CommandLine.arguments.count == 3, let count = Int(CommandLine.arguments[2]) else {
            FileHandle.standardError.write(Data("device-importer DIRECTORY ROWS\n".utf8))
            exit(64)
        }
        let registry = try SQLiteRegistryStore(in: DataDirectory(claiming: CommandLine.arguments[1]))
        let authority = try authority()
        if try await registry.load() == nil {
            let transition = try ClusterState.initial().applying(.registerCAs([authority]), at: Date())
            try await registry.save(transition, audit: [])
        }
        let devices = try await DeviceControl(
            store: registry.devices,
            rules: RegistrationRules(automaticActivation: { true }, authorityState: { _ in .active })
        )
        devices.observe { _ in say("registered \(devices.counts.total)") }
        let jobs = JobControl(devices: devices, now: { Date() }, sleep: { try await Task.sleep(for: $0) })
        try await jobs.resume()
        let job: ImportJob
        if let found = try await jobs.list().first(where: { $0.state != .failed }) {
            job = found
        } else {
            let rows = try (0..<count).map { ImportRow(line: $0 + 1, .registration(try registration($0, authority))) }
            job = try await jobs.startImport(
                ImportRequest(name: "killed", by: Principal(kind: .system, role: .admin), unthrottled: true),
                rows: rows
            )
        }
        await jobs.wait(for: job.id)
        let state = try await jobs.job(job.id).state
        say("\(state)")
    }

    private static func say(_ words: String) {
        FileHandle.standardOutput.write(Data((words + "\n").utf8))
    }

    private static func registration(_ number: Int, _ authority: RegisteredCA) throws -> DeviceRegistration {
        var facts = ClientCertificateFacts(fingerprint: try fingerprint(number))
        facts.commonName = "device \(number)"
        return DeviceRegistration(
            facts: facts,
            authority: authority.fingerprint,
            clientID: ClientIdentifier("client \(number)"),
            initialState: .active
        )
    }

    private static func fingerprint(_ number: Int) throws -> Fingerprint {
        var bytes = [UInt8](repeating: 0xAB, count: Fingerprint.length)
        withUnsafeBytes(of: number.littleEndian) { bytes.replaceSubrange(0..<$0.count, with: $0) }
        return try Fingerprint(bytes)
    }

    private static func authority() throws -> RegisteredCA {
        let fingerprint = try Fingerprint([UInt8](repeating: 0xCA, count: Fingerprint.length))
        guard let serial = SerialNumber(hex: "01") else { throw RegistryError.serialNumber("01") }
        return RegisteredCA(
            name: nil,
            certificate: CertificateDescription(
                fingerprint: fingerprint,
                serial: serial,
                subject: "CN=CA",
                issuer: "CN=CA",
                commonName: "CA",
                organizationalUnit: nil,
                names: [],
                notBefore: Date(timeIntervalSince1970: 0),
                notAfter: Date(timeIntervalSince1970: 4_000_000_000),
                key: .ed25519
            ),
            der: [1],
            registeredAt: Date()
        )
    }
}
