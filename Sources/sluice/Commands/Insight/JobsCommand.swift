import AdminAPI
import ArgumentParser

/// `sluice jobs`: long work that the gateway does by itself.
struct JobsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "jobs",
        abstract: "Long work that the gateway does by itself: imports.",
        discussion: "Example: sluice jobs list",
        subcommands: [List.self, Show.self, Cancel.self]
    )

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List the jobs, those that are over included.",
            discussion: "Example: sluice jobs list -o wide"
        )

        @OptionGroup var list: ListOptions

        func run() async throws {
            try await list.printList(["jobs"], query: [:], of: JobResource.self)
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show how far a job is, and what could not be done.",
            discussion: """
                With --follow: until it ends; exit code 1 if it was not finished, or not all of it could be done.

                Example: sluice jobs show 7 --follow
                """
        )

        @Argument(help: "The job's number.")
        var job: String

        @Flag(help: "Show the progress until the job ends.")
        var follow = false

        @OptionGroup var management: ManagementOptions

        func run() async throws {
            guard follow else { return try await management.printOne(["jobs", job], of: JobResource.self) }
            let client = try management.gateway.client()
            try await JobProgress(client: client, id: job).follow(printer: management.printer)
        }
    }

    struct Cancel: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Stop a job; what it has done stays.",
            discussion: "Example: sluice jobs cancel 7"
        )

        @Argument(help: "The job's number.")
        var job: String

        @OptionGroup var change: ChangeOptions

        func run() async throws {
            try await change.change(.delete, ["jobs", job])
        }
    }
}
