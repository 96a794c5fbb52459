/// Where the program begins.
///
/// `main` only calls: what is written inside it would belong to the main actor, and the gateway's own threads could not
/// call it.
@main
enum EntryPoint {
    static func main() async {
        await CommandLineRun.run(Array(CommandLine.arguments.dropFirst()))
    }
}
