import Credentials
import Logging
import MQTTBroker
import Reactors
import Registry
import TLSGateway

/// The configuration file, key by key: which settings there are, of which kind, in which range, with which default.
struct ConfigurationSchema {
    let root: SectionReader
    /// What relative paths are taken from.
    let directory: String
    let host: Configuration.HostFacts

    /// Reads all of it. Nil, or a value that must not be used, when `root.reading` has problems afterwards.
    func read(file: String) -> Configuration? {
        let node = nodeSettings()
        let dataDirectory = root.value("dataDir", path, default: "\(directory)/data")
        let accessPoints = AccessPointSchema(root: root).read()
        let dns = DNSSettings(resolvers: root.section("dns") { $0.list("resolvers", .resolver) })
        let keyEncryption = root.section("keyEncryption") { masterKeyPlace($0) }
        let (builtin, durability, aclFile) = root.section("backend") { backend in
            backend.section("builtin") {
                (BrokerSchema(section: $0).read(), DurabilitySchema(section: $0).read(), $0.optional("aclFile", path))
            }
        }
        var broker = builtin
        let admission = root.section("admission") { admissionSettings($0) }
        let limits = root.section("limits") { clusterLimits($0, broker: &broker) }
        let credentials = CredentialSchema(root: root, path: path)
        let registration = credentials.registration()
        let jwt = credentials.jwt()
        let serverCertificates = credentials.serverCertificates(limits)
        let revocationLists = credentials.revocationLists()
        let admin = root.section("admin") {
            AdminSchema(section: $0, directory: directory, dataDirectory: dataDirectory).read()
        }
        let log = root.section("log") { logSettings($0) }
        let shutdown = root.section("shutdown") { shutdownSettings($0) }
        let bootstrap = root.section("bootstrap") { BootstrapSchema(section: $0, path: path).read() }
        return Configuration(
            file: file,
            node: node,
            dataDirectory: dataDirectory,
            accessPoints: accessPoints,
            dns: dns,
            keyEncryption: keyEncryption,
            broker: broker,
            aclFile: aclFile,
            durability: durability,
            admission: admission,
            limits: limits,
            registration: registration,
            jwt: jwt,
            serverCertificates: serverCertificates,
            revocationLists: revocationLists,
            admin: admin,
            log: log,
            shutdown: shutdown,
            bootstrap: bootstrap,
            settings: root.reading.settings
        )
    }

    private var path: ScalarKind<String> { .path(relativeTo: directory) }

    private func nodeSettings() -> NodeSettings {
        root.section("node") { section in
            NodeSettings(
                name: section.value("name", .name, default: host.name),
                reactors: section.value("reactors", .number(1...256), default: host.cores)
            )
        }
    }

    private func masterKeyPlace(_ section: SectionReader) -> MasterKeyPlace {
        let variable = section.optional("variable", .environmentVariable)
        let file = section.optional("file", path)
        switch (file, variable) {
        case (let file?, nil): return .file(path: file)
        case (nil, let variable?): return .environment(variable: variable)
        case (_?, let variable?):
            section.report(
                .contradiction(found: "file and variable are given", needed: "give one of them"),
                at: "variable"
            )
            return .environment(variable: variable)
        case (nil, nil):
            return .file(path: section.value("file", path, default: "\(directory)/master.key"))
        }
    }

    private func admissionSettings(_ section: SectionReader) -> AdmissionSettings {
        var settings = AdmissionSettings()
        settings.handshakesPerSecond = section.value(
            "handshakesPerSecond",
            .rate,
            default: settings.handshakesPerSecond
        )
        settings.perSource = section.section("perSource") { source in
            AdmissionSettings.SourceAllowance(
                rate: source.value("rate", .rate, default: settings.perSource.rate),
                burst: source.value("burst", .rate, default: settings.perSource.burst)
            )
        }
        let timeout = ScalarKind.duration(.milliseconds(100) ... .seconds(600))
        settings.handshakeTimeout = section.value("handshakeTimeout", timeout, default: settings.handshakeTimeout)
        settings.connectTimeout = section.value("connectTimeout", timeout, default: settings.connectTimeout)
        let connections = ScalarKind.number(1...10_000_000)
        settings.maxConnections = section.value("maxConnections", connections, default: settings.maxConnections)
        settings.maxConnectBytes = section.value(
            "maxConnectSize",
            .byteCount(256...(1 << 20)),
            default: settings.maxConnectBytes
        )
        return settings
    }

    private func clusterLimits(_ section: SectionReader, broker: inout BrokerConfiguration) -> ClusterLimits {
        let product = ClusterLimits()
        broker.maximumSubscriptionsPerClient = section.value(
            "subscriptionsPerClient",
            .number(1...1_000_000),
            default: broker.maximumSubscriptionsPerClient
        )
        return ClusterLimits(
            customServerCertificates: section.value(
                "customServerCertificates",
                .number(0...64),
                default: product.customServerCertificates
            ),
            authorities: section.value("cas", .number(0...1024), default: product.authorities)
        )
    }

    private func logSettings(_ section: SectionReader) -> LogSettings {
        LogSettings(
            format: section.value("format", .choice, default: .json),
            level: section.value("level", .choice, default: .info)
        )
    }

    private func shutdownSettings(_ section: SectionReader) -> ShutdownSettings {
        let span = ScalarKind.duration(.zero ... .seconds(3600))
        return ShutdownSettings(
            drainDelay: section.value("drainDelay", span, default: .zero),
            deadline: section.value("deadline", span, default: .seconds(30))
        )
    }
}
