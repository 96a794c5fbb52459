import Credentials
import Foundation
import OpenSSL
import TestProcess
import Testing

@Suite struct PasswordHashTests {
    /// Written by mosquitto_passwd 2.0 for "secret".
    private static let mosquittos = """
        $7$101$gILmv2T3yXRDZExy$C5eDlev0ZrfCWu9BK7so1nv8YLqbiCraJC0Dn8XzV5yRFaYnnuC5dfnpDXAIoKcwLwkNocp2gOWGkS9Jn9Ty8w==
        """

    private func problem(_ text: String) -> PasswordHashError? {
        do throws(PasswordHashError) {
            _ = try PasswordHash(parsing: text)
            return nil
        } catch {
            return error
        }
    }

    @Test func `knows a password from any other`() throws {
        let hash = try PasswordHash(hashing: Array("secret".utf8), iterations: 100)
        #expect(hash.matches(Array("secret".utf8)))
        for other in ["", "Secret", "secret ", "secre"] { #expect(!hash.matches(Array(other.utf8))) }
        #expect(try PasswordHash(hashing: [], iterations: 1).matches([]))
        #expect(try PasswordHash(hashing: [0, 1], iterations: 1).matches([0]) == false)
    }

    @Test func `reads back what it wrote`() throws {
        let hash = try PasswordHash(hashing: Array("secret".utf8), iterations: 5)
        let read = try PasswordHash(parsing: hash.text)
        #expect(read.text == hash.text && read.iterations == 5 && read.matches(Array("secret".utf8)))
    }

    @Test func `salts each hash anew`() throws {
        let hashes = try (0..<3).map { _ in try PasswordHash(hashing: [1], iterations: 1).text }
        #expect(Set(hashes).count == 3)
    }

    @Test func `takes a line of mosquitto_passwd`() throws {
        let hash = try PasswordHash(parsing: Self.mosquittos)
        #expect(hash.iterations == 101)
        #expect(hash.matches(Array("secret".utf8)))
        #expect(!hash.matches(Array("public".utf8)))
    }

    @Test func `takes what the program on this machine writes`() throws {
        let directory = try TemporaryDirectory()
        let file = directory.path + "/passwords"
        let program = try ChildProcess(
            "mosquitto_passwd",
            ["-b", "-c", file, "alice", "pass phrase €"],
            output: .pipe
        )
        _ = try program.readOutput()
        #expect(program.wait() == .exited(0))
        let line = try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n").first
        let text = try #require(line?.split(separator: ":").last)
        #expect(try PasswordHash(parsing: String(text)).matches(Array("pass phrase €".utf8)))
    }

    @Test(arguments: [
        ("", PasswordHashError.notAHash), ("secret", .notAHash), ("$7", .notAHash), ("$7$1$AA", .notAHash),
        ("$6$salt$hash", .unknownScheme("6")), ("$7$0$AAAAAAAAAAAAAAAA$AA==", .iterations(found: "0")),
        ("$7$-1$AAAAAAAAAAAAAAAA$AA==", .iterations(found: "-1")),
        ("$7$1000001$AAAAAAAAAAAAAAAA$AA==", .iterations(found: "1000001")),
        ("$7$99999999999999999999$AAAA$AA", .iterations(found: "99999999999999999999")),
        ("$7$1$AAAA$AA==", .salt), ("$7$1$!AAAAAAAAAAAAAAA$AA==", .salt),
        ("$7$1$AAAAAAAAAAAAAAAA$AAAA", .derivedKey), ("$7$1$AAAAAAAAAAAAAAAA$AAAA$", .notAHash),
    ])
    func `refuses what is no such hash`(text: String, expected: PasswordHashError) {
        #expect(problem(text) == expected)
    }

    @Test func `refuses a text that is far too long`() {
        #expect(problem("$7$1$" + String(repeating: "A", count: 300)) == .tooLong(bytes: 305))
    }

    @Test func `never shows itself`() throws {
        let hash = try PasswordHash(hashing: Array("secret".utf8), iterations: 1)
        var dumped = ""
        dump(hash, to: &dumped)
        for text in ["\(hash)", String(reflecting: hash), dumped] {
            #expect(!text.contains("$7$") && !text.contains("salt"))
        }
    }
}

/// Mosquitto itself, with a password file that was written here.
@Suite struct MosquittoPasswordFileTests {
    @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/sbin/mosquitto")))
    func `Mosquitto lets in by a hash that was made here`() throws {
        let directory = try TemporaryDirectory()
        let hash = try PasswordHash(hashing: Array("secret".utf8), iterations: 1000)
        let passwords = try directory.write(Array("alice:\(hash.text)\n".utf8), to: "passwords")
        let socket = directory.path + "/mosquitto.sock"
        let configuration = try directory.write(
            Array("listener 0 \(socket)\nallow_anonymous false\npassword_file \(passwords)\nuser root\n".utf8),
            to: "mosquitto.conf"
        )
        let broker = try ChildProcess("/usr/sbin/mosquitto", ["-c", configuration])
        defer { broker.stop() }
        let deadline = ContinuousClock.now + .seconds(10)
        while !FileManager.default.fileExists(atPath: socket), ContinuousClock.now < deadline, broker.isRunning {
            usleep(10_000)
        }
        for (password, code) in [("secret", Int32(0)), ("wrong", 5)] {
            let client = try ChildProcess(
                "mosquitto_pub",
                ["--unix", socket, "-u", "alice", "-P", password, "-t", "t", "-m", "m"]
            )
            #expect(client.wait() == .exited(code), "\(password)")
        }
    }
}
