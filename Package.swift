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

let package = Package(
    name: "sluice",
    platforms: [.macOS(.v15)],
    targets: []
)
