import Foundation
import GRDB
import Registry
import Testing

@testable import SQLiteStorage

@Suite struct MigrationTests {
    private let directory = TemporaryDirectory()

    @Test func `keeps what the first schema held, and gives new settings their defaults`() async throws {
        let claimed = try DataDirectory(claiming: directory.path)
        let database = try DatabaseQueue(path: claimed.path(of: StoredFile.registry.name))
        try RegistrySchema.migrator.migrate(database, upTo: "1: certificates, slots, CAs, settings")
        try await database.write { database in
            try database.execute(
                sql: """
                    PRAGMA application_id = \(RegistryDatabase.applicationID);
                    INSERT INTO cluster VALUES (1, 4, 2, 1, 'two-way', 0, '1.2', '1.3');
                    INSERT INTO certificate VALUES (zeroblob(32), '1', 'CN=a', 'CN=a', 'a', NULL, 0, 9000, 'rsa', 2048, NULL);
                    INSERT INTO ca VALUES (zeroblob(32), 'fleet', x'30', 'inactive', 5000);
                    """
            )
        }
        try database.close()
        try FileManager.default.setAttributes(
            [.posixPermissions: 0o600],
            ofItemAtPath: claimed.path(of: StoredFile.registry.name)
        )
        let state = try #require(try await SQLiteRegistryStore(in: claimed).load())
        #expect(state.revision == 4)
        #expect(state.authorities.values.map(\.label) == ["fleet"])
        #expect(state.authorities.values.map(\.state) == [.inactive])
        #expect(state.settings.mode == .twoWay)
        #expect(!state.settings.automaticRegistration)
        #expect(state.settings.automaticActivation)
    }
}
