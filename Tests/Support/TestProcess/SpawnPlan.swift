import CSpawn
import Foundation
import Glibc

/// What posix_spawn(3) is to do in the child before the program starts there.
struct SpawnPlan: ~Copyable {
    struct Failure: Error {
        let errno: Int32
    }

    private var actions = posix_spawn_file_actions_t()
    private var attributes = posix_spawnattr_t()

    /// A plan for a child that blocks no signal and ignores none.
    init() throws(ChildProcessError) {
        try check("posix_spawn_file_actions_init", posix_spawn_file_actions_init(&actions))
        try check("posix_spawnattr_init", posix_spawnattr_init(&attributes))
        var none = sigset_t(), all = sigset_t()
        sigemptyset(&none)
        sigfillset(&all)
        try check("posix_spawnattr_setsigmask", posix_spawnattr_setsigmask(&attributes, &none))
        try check("posix_spawnattr_setsigdefault", posix_spawnattr_setsigdefault(&attributes, &all))
        let flags = Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF)
        try check("posix_spawnattr_setflags", posix_spawnattr_setflags(&attributes, flags))
    }

    deinit {
        var actions = actions, attributes = attributes
        posix_spawnattr_destroy(&attributes)
        posix_spawn_file_actions_destroy(&actions)
    }

    /// Lets the program start in this directory.
    mutating func change(to directory: String) throws(ChildProcessError) {
        let result = posix_spawn_file_actions_addchdir_np(&actions, directory)
        try check("posix_spawn_file_actions_addchdir_np", result)
    }

    /// Gives the child a descriptor under this number. Ours must stay open until the start.
    mutating func give(_ descriptor: borrowing Descriptor, as number: Int32) throws(ChildProcessError) {
        let result = posix_spawn_file_actions_adddup2(&actions, descriptor.number, number)
        try check("posix_spawn_file_actions_adddup2", result)
    }

    /// Closes all but the standard streams in the child: not everything opens its descriptors with O_CLOEXEC.
    mutating func closeOthers() throws(ChildProcessError) {
        let result = posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1)
        try check("posix_spawn_file_actions_addclosefrom_np", result)
    }

    /// Starts the program and gives its process id.
    mutating func start(
        _ program: String,
        _ arguments: [String],
        environment: [String: String]
    ) -> Result<Int32, Failure> {
        // The path is looked up after the change of directory: a relative one would mean something else there.
        let path = program.contains("/") ? URL(fileURLWithPath: program).path : program
        var words = ([program] + arguments).map { strdup($0) } + [nil]
        var variables = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for string in words + variables { free(string) } }
        var identifier: pid_t = 0
        let result = posix_spawnp(&identifier, path, &actions, &attributes, &words, &variables)
        return result == 0 ? .success(identifier) : .failure(Failure(errno: result))
    }
}

/// The functions of posix_spawn give 0 or an error number, and leave errno alone.
private func check(_ call: String, _ result: Int32) throws(ChildProcessError) {
    guard result == 0 else { throw .system(call: call, errno: result) }
}
