// swift-tools-version: 6.2
import PackageDescription

/// What every target of ours is built with: Swift 6, explicit existentials and imports, no warning let through.
let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .treatAllWarnings(as: .error),
]

// The arrows of the target graph only point down; each level may import the levels under it, never a sibling that is
// not named here (built with --explicit-target-dependency-import-check error).
let package = Package(
    name: "sluice",
    platforms: [.macOS(.v15)],
    products: [
        .executable(name: "sluice", targets: ["sluice"])
    ],
    dependencies: [
        // Control plane: admin API, DNS transport, command line. The data plane is our own epoll engine (Reactors).
        .package(url: "https://github.com/apple/swift-nio.git", exact: "2.101.2"),
        .package(url: "https://github.com/apple/swift-log.git", exact: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics.git", exact: "2.13.0"),
        .package(url: "https://github.com/apple/swift-argument-parser.git", exact: "1.8.2"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle.git", exact: "2.13.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird.git", exact: "2.28.1"),
        // The HTTP parts that Hummingbird's connections are made of: the admin API's deadlines look at them.
        .package(url: "https://github.com/apple/swift-nio-extras.git", exact: "1.35.2"),
        .package(url: "https://github.com/jpsim/Yams.git", exact: "6.2.2"),
        .package(url: "https://github.com/groue/GRDB.swift.git", exact: "7.10.0"),
        // Tests only: certificates forged by an implementation that is not OpenSSL. Never linked into the product.
        .package(url: "https://github.com/apple/swift-certificates.git", exact: "1.21.1"),
        .package(url: "https://github.com/apple/swift-crypto.git", exact: "4.5.2"),
        .package(url: "https://github.com/apple/swift-asn1.git", exact: "1.7.4"),
    ],
    targets: [
        // 5  the executable
        .executableTarget(
            name: "sluice",
            dependencies: [
                "Node", "AdminAPI", "NameCheck", "LDNS", "TLSGateway", "Credentials", "SQLiteStorage", "Registry",
                "Reactors", "OpenSSL", "MQTTCodec",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Yams", package: "Yams"),
            ],
            swiftSettings: strict
        ),

        // 4  composition root: configuration file -> services
        .target(
            name: "Node",
            dependencies: [
                "AdminAPI", "TLSGateway", "Credentials", "SQLiteStorage", "Registry", "MQTTBroker", "MQTTCodec",
                "Reactors", "WebSocket",
                "OpenSSL",
                .product(name: "CoreMetrics", package: "swift-metrics"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
                .product(name: "Yams", package: "Yams"),
            ],
            swiftSettings: strict
        ),

        // 3  the two faces: HTTP for operators, TLS for devices
        .target(
            name: "AdminAPI",
            dependencies: [
                "Credentials", "OpenSSL", "Registry",
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "Logging", package: "swift-log"),
            ],
            // What the OpenAPI document comes to, for people; the served one is made from the routes.
            exclude: ["OpenAPI/openapi.json"],
            swiftSettings: strict
        ),
        .target(
            name: "TLSGateway",
            dependencies: [
                "Credentials", "OpenSSL", "Registry", "MQTTCodec", "Reactors", "WebSocket",
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: strict
        ),

        // 2  rules and libraries together
        .target(name: "Credentials", dependencies: ["OpenSSL", "Registry"], swiftSettings: strict),
        .target(
            name: "NameCheck",
            dependencies: [
                "LDNS", "Registry",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            exclude: ["Report/dns-check-1.schema.json"],
            swiftSettings: strict
        ),
        .target(
            name: "SQLiteStorage",
            dependencies: [
                "OpenSSL", "Registry", "MQTTBroker", "MQTTCodec", .product(name: "GRDB", package: "GRDB.swift"),
                // The C API itself, where rows are many.
                .product(name: "GRDBSQLite", package: "GRDB.swift"),
            ],
            swiftSettings: strict
        ),

        // 1  one library or mechanism each
        .target(name: "OpenSSL", dependencies: ["COpenSSL"], swiftSettings: strict),
        .target(name: "LDNS", dependencies: ["CLDNS"], swiftSettings: strict),
        .target(
            name: "MQTTBroker",
            dependencies: ["MQTTCodec", "Reactors"],
            // For people.
            exclude: ["Authorization/README.md", "Limits/README.md", "Storage/README.md"],
            swiftSettings: strict
        ),
        .target(name: "Reactors", dependencies: ["CLinux"], swiftSettings: strict),

        // 0  pure rules, and headers
        .target(name: "Registry", swiftSettings: strict),
        .target(name: "MQTTCodec", swiftSettings: strict),
        .target(name: "WebSocket", swiftSettings: strict),
        .systemLibrary(name: "COpenSSL", pkgConfig: "openssl", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(name: "CLDNS", pkgConfig: "ldns", providers: [.apt(["libldns-dev"])]),
        .systemLibrary(name: "CLinux"),

        // What tests share: forged certificates, a device, a name server that lies when told to, child processes.
        .target(
            name: "TestAuthority",
            dependencies: [
                .product(name: "X509", package: "swift-certificates"),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "CryptoExtras", package: "swift-crypto"),
                .product(name: "SwiftASN1", package: "swift-asn1"),
            ],
            path: "Tests/Support/TestAuthority",
            swiftSettings: strict
        ),
        .target(
            name: "TestDevice",
            dependencies: ["MQTTCodec"],
            path: "Tests/Support/TestDevice",
            swiftSettings: strict
        ),
        .systemLibrary(name: "CSpawn", path: "Tests/Support/CSpawn"),
        .target(
            name: "TestProcess",
            dependencies: ["CSpawn"],
            path: "Tests/Support/TestProcess",
            swiftSettings: strict
        ),
        .target(
            name: "TestNameServer",
            dependencies: [
                "TestProcess",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            path: "Tests/Support/TestNameServer",
            swiftSettings: strict
        ),

        // A program to kill in the middle of an import.
        .executableTarget(
            name: "device-importer",
            dependencies: ["Registry", "SQLiteStorage"],
            path: "Tests/Support/DeviceImporter",
            swiftSettings: strict
        ),

        // One test target per target.
        .testTarget(name: "TestProcessTests", dependencies: ["TestProcess"], swiftSettings: strict),
        .testTarget(name: "ReactorsTests", dependencies: ["Reactors", "CLinux"], swiftSettings: strict),
        .testTarget(
            name: "OpenSSLTests",
            dependencies: ["OpenSSL", "TestAuthority", "TestProcess"],
            swiftSettings: strict
        ),
        .testTarget(name: "MQTTCodecTests", dependencies: ["MQTTCodec", "TestDevice"], swiftSettings: strict),
        .testTarget(name: "WebSocketTests", dependencies: ["WebSocket"], swiftSettings: strict),
        .testTarget(
            name: "MQTTBrokerTests",
            dependencies: ["MQTTBroker", "MQTTCodec", "Reactors", "CLinux", "TestDevice", "TestProcess"],
            swiftSettings: strict
        ),
        .testTarget(name: "RegistryTests", dependencies: ["Registry"], swiftSettings: strict),
        .testTarget(
            name: "SQLiteStorageTests",
            dependencies: [
                "SQLiteStorage", "Registry", "MQTTBroker", "MQTTCodec", "TestProcess", "device-importer",
                .product(name: "GRDB", package: "GRDB.swift"),
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "CredentialsTests",
            dependencies: ["Credentials", "OpenSSL", "Registry", "TestAuthority", "TestProcess"],
            swiftSettings: strict
        ),
        .testTarget(name: "LDNSTests", dependencies: ["LDNS"], swiftSettings: strict),
        .testTarget(
            name: "NameCheckTests",
            dependencies: [
                "NameCheck", "LDNS", "Registry", "TestNameServer",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "TLSGatewayTests",
            dependencies: [
                "TLSGateway", "Credentials", "OpenSSL", "Registry", "MQTTCodec", "Reactors", "WebSocket",
                "TestAuthority", "TestDevice", "TestProcess",
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "NodeTests",
            dependencies: [
                "Node", "AdminAPI", "Credentials", "OpenSSL", "Registry", "Reactors", "TLSGateway", "MQTTBroker",
                "MQTTCodec", "WebSocket", "TestAuthority", "TestDevice", "TestProcess",
                .product(name: "CoreMetrics", package: "swift-metrics"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOEmbedded", package: "swift-nio"),
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "AdminAPITests",
            dependencies: [
                "AdminAPI", "Credentials", "OpenSSL", "Registry", "SQLiteStorage", "TestAuthority",
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOEmbedded", package: "swift-nio"),
                .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "sluiceTests",
            dependencies: [
                "sluice", "Node", "AdminAPI", "NameCheck", "LDNS", "TLSGateway", "Credentials", "Registry", "OpenSSL",
                "TestAuthority", "TestProcess",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: strict
        ),

        // The built program with the clients that people use.
        .testTarget(
            name: "EndToEndTests",
            dependencies: ["sluice", "MQTTCodec", "TestAuthority", "TestDevice", "TestProcess"],
            exclude: [
                "browser_page.py", "paho_session.py", "foreign_clients.py", "devices.py", "Durability/stepped_clock.c",
            ],
            swiftSettings: strict
        ),

        // make bench
        .executableTarget(
            name: "sluice-bench",
            dependencies: ["TestProcess", .product(name: "ArgumentParser", package: "swift-argument-parser")],
            path: "Tests/Benchmarks/SluiceBench",
            swiftSettings: strict
        ),
        .executableTarget(
            name: "device-registry-bench",
            dependencies: [
                "Registry", "SQLiteStorage", .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            path: "Tests/Benchmarks/DeviceRegistry",
            swiftSettings: strict
        ),
        .executableTarget(
            name: "broker-store-bench",
            dependencies: [
                "MQTTBroker", "MQTTCodec", "SQLiteStorage",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            path: "Tests/Benchmarks/BrokerStore",
            swiftSettings: strict
        ),
    ]
)
