import Foundation
import Testing

/// Users with passwords, in one-way mode.
@Suite struct PasswordTests {
    private func publishes(_ gateway: RunningGateway, _ user: String, _ password: String) async throws -> Bool {
        let device = try await Device.reaching(gateway, certificate: nil)
        return try await device.publish("-t", "a", "-m", "b", "-q", "1", "-i", "x", "-u", user, "-P", password).status
            == 0
    }

    @Test func `a user comes in with the password alone, which is nowhere in clear`() async throws {
        let gateway = try await RunningGateway.start(RunningGateway.configuration(mode: "one-way"))
        let password = "correct horse battery staple"
        let added = try await gateway.sluice(["users", "add", "dashboard"], input: password + "\n")
        #expect(added.status == 0, "\(added.errors)")
        #expect(try await publishes(gateway, "dashboard", password), "\(gateway.log)")
        #expect(try await !publishes(gateway, "dashboard", "wrong"))
        #expect(try await !publishes(gateway, "nobody", password))

        try await gateway.manage("users", "disable", "dashboard")
        #expect(try await !publishes(gateway, "dashboard", password))
        try await gateway.manage("users", "enable", "dashboard")
        let file = gateway.directory.appendingPathComponent("password")
        try Data("another one\n".utf8).write(to: file)
        try await gateway.manage("users", "set-password", "dashboard", "--password-file", "password")
        #expect(try await !publishes(gateway, "dashboard", password))
        #expect(try await publishes(gateway, "dashboard", "another one"))

        let told =
            try await gateway.manage("users", "list", "-o", "json") + gateway.log
            + gateway.manage("audit", "export")
        let data = gateway.directory.appendingPathComponent("data").path
        for secret in [password, "another one"] {
            #expect(!told.contains(secret))
            #expect(try await run("grep", ["-rlF", secret, data]).status == 1)
        }
        #expect(!told.contains("$7$"), "not even hashed")
        try await gateway.manage("users", "remove", "dashboard", "--yes")
        #expect(try await !publishes(gateway, "dashboard", "another one"))
    }

    @Test func `a file of mosquitto_passwd is taken over with its passwords`() async throws {
        let gateway = try await RunningGateway.start(RunningGateway.configuration(mode: "one-way"))
        let file = gateway.directory.appendingPathComponent("passwd")
        for (user, options) in [("one", ["-c", "-b"]), ("two", ["-b"])] {
            let made = try await run("mosquitto_passwd", options + [file.path, user, "password of \(user)"])
            #expect(made.status == 0, "\(made.errors)")
        }
        let rehearsed = try await gateway.manage("users", "import", "passwd", "--dry-run")
        #expect(rehearsed.hasPrefix("Would have: "), "\(rehearsed)")
        #expect(try await gateway.manage("users", "list", "-o", "name").isEmpty)
        try await gateway.manage("users", "import", "passwd")
        #expect(try await gateway.manage("users", "list", "-o", "name") == "one\ntwo\n")
        #expect(try await publishes(gateway, "one", "password of one"))
        #expect(try await publishes(gateway, "two", "password of two"))
        #expect(try await !publishes(gateway, "two", "password of one"))
    }
}
