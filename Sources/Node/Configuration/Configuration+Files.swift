import Credentials
import Foundation

extension Configuration {
    /// Checks that the files which the configuration names are there and can be read, and the ACL file that it holds rules.
    /// Blocks; changes nothing.
    ///
    /// Those of `bootstrap:` count only while there is no registry yet: nobody reads them afterwards.
    ///
    /// - Throws: a ``ConfigurationError`` with every file that cannot be read.
    package func checkFiles() throws(ConfigurationError) {
        let isNew = !FileManager.default.fileExists(atPath: dataDirectory)
        var problems = settings.compactMap { setting -> ConfigurationProblem? in
            guard setting.place.namesFile(isNew: isNew), let reason = Self.unreadable(setting.value) else { return nil }
            return ConfigurationProblem(
                origin: setting.origin,
                setting: setting.path,
                fact: .unreadableFile(setting.value, reason: reason)
            )
        }
        do throws(ConfigurationError) {
            _ = try accessRules()
        } catch {
            problems += error.problems
        }
        guard problems.isEmpty else { throw ConfigurationError(problems: problems.sorted()) }
    }

    /// Why a file cannot be read; nil if it can.
    private static func unreadable(_ path: String) -> String? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { return String(cString: strerror(errno)) }
        defer { close(descriptor) }
        var facts = stat()
        guard fstat(descriptor, &facts) == 0, facts.st_mode & S_IFMT == S_IFREG else { return "not a file" }
        return nil
    }
}

extension SettingPath {
    /// Whether the setting is the path of a file that must be there.
    fileprivate func namesFile(isNew: Bool) -> Bool {
        guard case .key(let section)? = steps.first else { return false }
        let key = steps.last { if case .key = $0 { true } else { false } }
        guard case .key(let name)? = key else { return false }
        switch section {
        case "keyEncryption", "revocationLists", "jwt", "serverCertificates", "admin":
            return name == "file" || name.hasSuffix("File")
        case "bootstrap": return isNew && (name == "cas" || name.hasSuffix("File"))
        default: return false
        }
    }
}
