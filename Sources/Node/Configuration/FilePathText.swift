/// Paths of the configuration file, made absolute.
enum FilePathText {
    /// `path` taken from `directory` (absolute) unless it is absolute itself, without `.`, `..` and double slashes.
    static func absolute(_ path: String, relativeTo directory: String) -> String {
        var steps: [Substring] = []
        for step in (path.hasPrefix("/") ? path : "\(directory)/\(path)").split(separator: "/") where step != "." {
            if step == ".." { _ = steps.popLast() } else { steps.append(step) }
        }
        return "/" + steps.joined(separator: "/")
    }
}
