/// Where the users are kept between two runs of the program.
package protocol UserStore: Sendable {
    /// Every stored user, in no order.
    func load() async throws -> [UserRecord]

    /// Puts and removes records, and tells so in the audit log, in one transaction: all of it or nothing.
    func save(_ changes: [UserStoreChange], audit: [AuditDraft]) async throws
}

/// One record put, or one taken out.
package enum UserStoreChange: Hashable, Sendable {
    /// Adds the record, or puts it in place of the one with its name.
    case put(UserRecord)
    /// Takes the record with this name out.
    case remove(UserName)
}
