package import LDNS

/// One finding of a check, with what to do about it.
package struct Issue: Hashable, Sendable {
    package var code: VerdictCode
    package var hint: TargetHint?
    package var severity: Severity
    package var audience: Audience
    /// What was found, what was needed, what to do.
    package var message: String
    package var fix: Fix?

    init(
        _ code: VerdictCode,
        _ severity: Severity,
        hint: TargetHint? = nil,
        audience: Audience = .customer,
        fix: Fix? = nil,
        _ message: String
    ) {
        self.code = code
        self.severity = severity
        self.hint = hint
        self.audience = audience
        self.fix = fix
        self.message = message
    }
}

/// A change of the customer's zone that puts an issue right.
package enum Fix: Hashable, Sendable {
    /// Let this be the only record of its name.
    case setRecord(Record)
    /// Take these types away from a name.
    case removeRecords(name: DNSName, types: [RecordType])
}
