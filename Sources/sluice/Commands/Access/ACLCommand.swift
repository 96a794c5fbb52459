import ArgumentParser
import Foundation
import Node

/// `sluice acl`: what the rules of the ACL file say, without a gateway.
struct ACLCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "acl",
        abstract: "What the ACL file lets clients publish, subscribe to and receive.",
        discussion: """
            The file is backend.builtin.aclFile of the configuration, in Mosquitto's grammar. A running gateway reads it \
            again by sluice reload.

            Example: sluice acl check --client-id pump-7 --publish plant/1/temperature
            """,
        subcommands: [Check.self]
    )

    struct Check: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Ask the rules one question, and show the rule that decides.",
            discussion: """
                The exit code is 0 when it is allowed and 1 when it is not.

                --publish asks about a message that the client sends, --subscribe about a filter that it asks for, --read \
                about a message that comes to it by whatever filter.

                Examples:
                  sluice acl check --client-id pump-7 --user bob --publish plant/1/temperature
                  sluice acl check --client-id pump-7 --cn pump-7 --ou plant-1 --subscribe 'plant/#'
                """
        )

        @Option(name: .customLong("client-id"), help: "The client's id, %c in patterns.")
        var clientID: String

        @Option(help: ArgumentHelp("The user name that it proved, %u in patterns.", valueName: "name"))
        var user: String?

        @Option(help: ArgumentHelp("The common name of its certificate, %n in patterns.", valueName: "name"))
        var cn: String?

        @Option(help: ArgumentHelp("The organizational unit of its certificate, %o in patterns.", valueName: "name"))
        var ou: String?

        @Option(help: ArgumentHelp("Whether it may publish to this topic.", valueName: "topic"))
        var publish: String?

        @Option(help: ArgumentHelp("Whether it may subscribe to this filter.", valueName: "filter"))
        var subscribe: String?

        @Option(help: ArgumentHelp("Whether it may get a message of this topic.", valueName: "topic"))
        var read: String?

        @Option(
            name: .customLong("acl-file"),
            help: ArgumentHelp("Ask this file and not the configuration's.", valueName: "file"),
            completion: .file()
        )
        var aclFile: String?

        @OptionGroup var configuration: ConfigurationOption

        @OptionGroup(title: "Output") var output: OutputOptions

        func validate() throws {
            guard questions.count == 1 else {
                throw ValidationError("Give one of --publish, --subscribe and --read.")
            }
        }

        func run() throws {
            let check = AccessCheck(try rules())
            for (action, topic) in questions {
                let answer: AccessCheck.Answer
                do throws(AccessCheck.BadTopic) {
                    answer = try check.answer(
                        action,
                        topic,
                        clientID: clientID,
                        userName: user,
                        commonName: cn,
                        organizationalUnit: ou
                    )
                } catch {
                    throw CommandFailure(.badInput, "--\(action.rawValue) \(error)")
                }
                try print(answer)
                guard answer.isAllowed else { throw ExitCode(CommandStatus.answerIsNo.rawValue) }
            }
        }

        private var questions: [(AccessCheck.Action, String)] {
            [(.publish, publish), (.subscribe, subscribe), (.read, read)].compactMap { action, topic in
                topic.map { (action, $0) }
            }
        }

        private func rules() throws(CommandFailure) -> AccessRulesFile {
            let file: AccessRulesFile?
            let loaded = try aclFile == nil ? configuration.load() : nil
            do throws(ConfigurationError) {
                if let aclFile {
                    file = try AccessRulesFile(path: aclFile)
                } else {
                    file = try loaded?.accessRules()
                }
            } catch {
                throw CommandFailure(.badConfiguration, "The rules cannot be used.\n\(error)")
            }
            guard let file else {
                throw CommandFailure(
                    .badConfiguration,
                    "The configuration names no ACL file, so every client may do everything but publish to $SYS and "
                        + "$events. Name one as backend.builtin.aclFile, or here (--acl-file FILE)."
                )
            }
            return file
        }

        private func print(_ answer: AccessCheck.Answer) throws {
            let printer = ResultPrinter(options: output)
            guard !printer.isForPrograms else {
                let value = JSONValue.object([
                    "allowed": .boolean(answer.isAllowed),
                    "place": answer.place.map { .text($0) } ?? .null,
                    "rule": .text(answer.words),
                ])
                return try printer.printValue(Data(try value.json(indented: false).utf8))
            }
            let place = answer.place.map { "\($0): " } ?? ""
            printer.write("\(answer.isAllowed ? "allowed" : "denied")  \(place)\(answer.words)\n")
        }
    }
}
