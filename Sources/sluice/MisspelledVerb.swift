import Node

/// A verb that does not exist, told with the one that was meant: the argument parser by itself knows of misspelled options
/// only.
enum MisspelledVerb {
    /// What to say of a command line, if that is what is wrong with it.
    static func words(for arguments: [String]) -> String? {
        guard var command = try? CommandTree.read().command else { return nil }
        var line = "sluice"
        for argument in arguments where !command.shownCommands.isEmpty {
            guard !argument.hasPrefix("-"), argument != "help" else { return nil }
            guard let verb = command.shownCommands.first(where: { $0.commandName == argument }) else {
                let nearest = NearestName.of(argument, among: command.shownCommands.map(\.commandName))
                let meant = nearest.map { " Did you mean: \(line) \($0)?" } ?? ""
                return "There is no \(line) \(argument.printable()).\(meant) See: \(line) --help"
            }
            line += " \(verb.commandName)"
            command = verb
        }
        return nil
    }
}
