import Foundation
import Registry

extension Configuration {
    /// What the settings default to on this host.
    package struct HostFacts: Sendable {
        /// The host's name.
        package var name: String
        /// How many processors the process may use.
        package var cores: Int

        package init(name: String, cores: Int) {
            self.name = name
            self.cores = cores
        }

        /// The facts of the host that this process runs on.
        package static var current: HostFacts {
            var buffer = [CChar](repeating: 0, count: 256)
            let found = gethostname(&buffer, buffer.count - 1) == 0
            let name = String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
            return HostFacts(
                name: found && !name.isEmpty ? name : "sluice",
                cores: ProcessInfo.processInfo.activeProcessorCount
            )
        }
    }

    /// Reads and checks the file at `path`, with the `SLUICE_…__…` variables of `environment` laid over it. Blocks; changes
    /// nothing.
    ///
    /// - Throws: a ``ConfigurationError`` with every problem, in the order of the file.
    package static func load(
        _ path: String,
        environment: [String: String] = ProcessInfo.processInfo.environment,
        host: HostFacts = .current
    ) throws(ConfigurationError) -> Configuration {
        let text = try ConfigurationFile.read(path)
        return try parse(text, file: path, environment: environment, host: host)
    }

    /// As `load`, from the file's text. Relative paths are taken from the folder of `file`.
    package static func parse(
        _ text: String,
        file: String,
        environment: [String: String],
        host: HostFacts
    ) throws(ConfigurationError) -> Configuration {
        let tree = try ConfigurationFile.tree(text, file: file)
        let reading = ConfigurationReading(file: file, environment: environment)
        let root = reading.root(tree)
        let absolute = FilePathText.absolute(file, relativeTo: FileManager.default.currentDirectoryPath)
        let directory = FilePathText.absolute(absolute + "/..", relativeTo: "/")
        let draft = ConfigurationSchema(root: root, directory: directory, host: host).read(file: file)
        root.reportUnknownKeys()
        reading.reportUnusedVariables()
        guard reading.problems.isEmpty, let draft else {
            throw ConfigurationError(problems: reading.problems.sorted())
        }
        return draft
    }
}

extension ConfigurationProblem: Comparable {
    /// The order of the file; what is not in it comes first.
    package static func < (left: ConfigurationProblem, right: ConfigurationProblem) -> Bool {
        (left.line, left.column) < (right.line, right.column)
    }

    private var line: Int {
        if case .file(let position) = origin { position.line } else { 0 }
    }

    private var column: Int {
        if case .file(let position) = origin { position.column } else { 0 }
    }
}
