package import struct FoundationEssentials.Date

/// A refusal in plain words: what happened, to whom and how often, what is known of it, and what to do.
package struct Explanation: Hashable, Sendable {
    /// One fact behind a refusal.
    package struct Fact: Hashable, Sendable {
        /// Its name for programs, in camelCase as the admin API has it.
        package let name: String
        /// Its name for people.
        package let label: String
        /// Its value.
        package let value: String
    }

    /// The refusal's stable code.
    package let code: String
    /// What was found and what was needed.
    package let words: String
    /// Who it happened to, how often and when: one sentence.
    package let occurrence: String
    /// What is known of it, in the order of a connection.
    package let facts: [Fact]
    /// What to do about it.
    package let remedy: String
    /// How often it happened.
    package let count: Int
    /// When it happened first.
    package let firstTime: Date
    /// When it happened last.
    package let lastTime: Date

    /// Explains a refusal.
    package init(_ record: RefusalRecord) {
        let note = record.note
        code = note.reason
        words = note.words
        remedy = note.remedy
        count = record.count
        firstTime = record.firstTime
        lastTime = record.lastTime
        occurrence = Self.occurrence(of: record)
        facts = Self.facts(of: note)
    }

    private static func occurrence(of record: RefusalRecord) -> String {
        let who = "\(subject(of: record.note)) was refused at access point \(record.note.accessPoint.quotable)"
        guard record.count > 1 else { return "\(who) at \(record.lastTime.timestamp)." }
        return
            "\(who) \(record.count) times, first at \(record.firstTime.timestamp), last at \(record.lastTime.timestamp)."
    }

    private static func subject(of note: RefusalNote) -> String {
        let whence = "from \(note.address.quotable)"
        if let clientID = note.clientID { return "Client \(clientID.quotable) \(whence)" }
        if let commonName = note.commonName { return "The device \(commonName.quotable) \(whence)" }
        if let fingerprint = note.fingerprint { return "The device with certificate \(fingerprint.short) \(whence)" }
        return "A client \(whence)"
    }

    private static func facts(of note: RefusalNote) -> [Fact] {
        let candidates: [(name: String, label: String, value: String?)] = [
            ("address", "Address", note.address),
            ("accessPoint", "Access point", note.accessPoint),
            ("serverName", "Server name (SNI)", note.serverName),
            ("fingerprint", "Certificate", note.fingerprint?.hex),
            ("serial", "Serial", note.serial?.hex),
            ("commonName", "Common name", note.commonName),
            (
                "depth", "Failed at",
                note.depth.map { $0 == 0 ? "depth 0, the device's own certificate" : "depth \($0)" }
            ),
            ("caFingerprint", "CA", note.ca?.hex),
            ("state", "State", note.state),
            ("clientID", "Client id", note.clientID),
            ("rule", "Rule", note.rule),
            ("alert", "TLS alert", note.alert),
            ("connack", "CONNACK", note.connack),
        ]
        return candidates.compactMap { candidate in
            candidate.value.map { Fact(name: candidate.name, label: candidate.label, value: $0.quotable) }
        }
    }
}

extension RefusalFindings {
    /// Every refusal found, in plain words.
    package var explanations: [Explanation] { records.map(Explanation.init) }

    /// What to say when nothing was found: what was searched, how far back, and why that may not be the end of it.
    package var wordsForNothing: String {
        guard let since else {
            return "Nobody has been refused since this node started. Let the device try again, then ask once more."
        }
        return
            "No refusal of \"\(query.quotable)\" among the last \(searched), which reach back to \(since.timestamp). "
            + "Look for it by its address or server name: who is refused before the handshake ends is known by nothing else. "
            + "A device that never reaches this node is not known here either: check DNS and the network."
    }
}

extension String {
    /// The text cut to so many bytes of UTF-8, at a character's border, with an ellipsis if anything is gone.
    func cut(to limit: Int) -> String {
        guard utf8.count > limit else { return self }
        var end = utf8.index(utf8.startIndex, offsetBy: limit)
        while end.samePosition(in: unicodeScalars) == nil { end = utf8.index(before: end) }
        return self[..<end] + "…"
    }
}
