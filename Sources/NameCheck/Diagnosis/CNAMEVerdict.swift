/// The judgement on one custom domain: the worst finding gives the verdict, all findings are listed.
package struct CNAMEVerdict: Sendable {
    package let facts: NameFacts
    package let status: CheckStatus
    package let code: VerdictCode
    package let hint: TargetHint?
    /// Worst first; notes do not change the verdict.
    package let issues: [Issue]

    /// Judges facts. Pure: the same facts always give the same verdict.
    package init(facts: NameFacts, limits: CheckLimits = CheckLimits()) {
        let diagnosis = Diagnosis(facts: facts, limits: limits)
        let issues = diagnosis.issues.enumerated()
            .sorted { ($1.element.severity, $0.offset) < ($0.element.severity, $1.offset) }
            .map(\.element)
        let worst = issues.first.flatMap { $0.severity == .note ? nil : $0 }
        self.facts = facts
        self.issues = issues
        self.status = worst?.severity.status ?? .pass
        self.code = worst?.code ?? diagnosis.passCode
        self.hint = worst?.hint
    }
}
