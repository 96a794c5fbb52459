extension AuditVerification: CustomStringConvertible {
    /// Whether every entry is as it was written.
    package var isIntact: Bool {
        switch self {
        case .intact: true
        case .broken: false
        }
    }

    package var description: String {
        switch self {
        case .intact(let head) where head == .empty: "The audit log is empty and intact."
        case .intact(let head):
            "The audit log is intact: \(head.sequence) entries, the last one sealed by \(head.hash)."
        case .broken(let broken): broken.description
        }
    }
}

extension AuditBreak: CustomStringConvertible {
    /// A stable name for programs.
    package var code: String {
        switch finding {
        case .missing: "audit-entry-missing"
        case .changed: "audit-entry-changed"
        case .unchained: "audit-entry-unchained"
        case .unreadable: "audit-entry-unreadable"
        case .truncated: "audit-truncated"
        case .headDiffers: "audit-head-differs"
        case .beyondHead: "audit-beyond-head"
        case .noteDiffers: "audit-note-differs"
        }
    }

    /// What was found, what was needed, what to do.
    package var description: String {
        "The audit log does not hold from entry \(sequence) on: \(findingInWords). "
            + "Somebody changed the database file behind the program's back, or it is damaged. "
            + "Keep a copy of the file, and compare it with a backup."
    }

    private var findingInWords: String {
        switch finding {
        case .missing(let next):
            "it is not there, the next one is \(next)"
        case .changed(let stored, let computed):
            "its hash is \(stored), and what it says comes to \(computed)"
        case .unchained(let previousHash, let expected):
            "it follows an entry with hash \(previousHash), and the one before it has \(expected)"
        case .unreadable(let column):
            "its \(column) cannot be read"
        case .truncated(let last, let head):
            "the last entry is \(last), and the log reached \(head.sequence)"
        case .headDiffers(let found, let head):
            "the last entry has hash \(found), and \(head.hash) was written"
        case .beyondHead(let head):
            "the log reached \(head.sequence), and there is more"
        case .noteDiffers(let found?, let noted):
            "its hash is \(found), and \(noted) was noted"
        case .noteDiffers(nil, let noted):
            "it is not there, and was noted with hash \(noted)"
        }
    }
}
