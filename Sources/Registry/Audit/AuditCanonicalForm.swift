/// The bytes of an entry that are hashed: each field with its length in front, so that no two entries share a form.
///
/// `"sluice-audit-1"`, the hash of the entry before (32 bytes), sequence and time in milliseconds since 1970 (64 bits
/// each, big-endian), then principal, role, action, object, before and after as UTF-8: one byte 1, the length in 64
/// bits big-endian, the bytes; or one byte 0 for a side without facts. Facts are a JSON object with its keys in order.
/// An exported log can be checked with nothing but this and SHA-256.
package enum AuditCanonicalForm {
    private static let label = Array("sluice-audit-1".utf8)

    /// The form of one entry, from texts exactly as they are stored.
    package static func bytes(
        previousHash: AuditHash,
        sequence: Int64,
        milliseconds: Int64,
        texts: AuditTexts
    ) -> [UInt8] {
        var form = label + previousHash.bytes
        append(sequence, to: &form)
        append(milliseconds, to: &form)
        for text in [texts.principal, texts.role, texts.action, texts.object, texts.before, texts.after] {
            guard let text else {
                form.append(0)
                continue
            }
            form.append(1)
            append(Int64(text.utf8.count), to: &form)
            form.append(contentsOf: text.utf8)
        }
        return form
    }

    private static func append(_ number: Int64, to form: inout [UInt8]) {
        withUnsafeBytes(of: number.bigEndian) { form.append(contentsOf: $0) }
    }
}

/// The texts of an entry as they are stored and hashed.
package struct AuditTexts: Hashable, Sendable {
    /// The principal, printed.
    package let principal: String
    /// The principal's role.
    package let role: String
    /// The action.
    package let action: String
    /// The object.
    package let object: String
    /// The facts before, as JSON.
    package let before: String?
    /// The facts after, as JSON.
    package let after: String?

    /// The texts of a draft.
    package init(_ draft: AuditDraft) {
        self.init(
            principal: draft.principal.description,
            role: draft.principal.role.rawValue,
            action: draft.action,
            object: draft.object,
            before: draft.before?.json,
            after: draft.after?.json
        )
    }

    /// Texts from a row.
    package init(principal: String, role: String, action: String, object: String, before: String?, after: String?) {
        self.principal = principal
        self.role = role
        self.action = action
        self.object = object
        self.before = before
        self.after = after
    }
}
