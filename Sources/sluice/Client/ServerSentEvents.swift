/// Reads an event stream (WHATWG HTML § 9.2.6) out of pieces of any size.
struct ServerSentEvents {
    /// One event that was dispatched.
    struct Event: Hashable, Sendable {
        /// Its `event` field; `message` if it has none.
        var name: String
        /// Its `data` lines.
        var data: String
        /// The last `id` field up to here.
        var id: String?
    }

    private var line: [UInt8] = []
    private var name: String?
    private var data: [String] = []
    private var id: String?
    private var endedWithReturn = false

    /// Takes the next bytes and gives the events that they complete.
    mutating func take(_ bytes: some Sequence<UInt8>) -> [Event] {
        var events: [Event] = []
        for byte in bytes {
            let follows = endedWithReturn
            endedWithReturn = byte == UInt8(ascii: "\r")
            // CR LF is one line break, even with the two in different pieces.
            if byte == UInt8(ascii: "\n"), follows { continue }
            guard byte == UInt8(ascii: "\n") || endedWithReturn else {
                line.append(byte)
                continue
            }
            if let event = endLine() { events.append(event) }
        }
        return events
    }

    private mutating func endLine() -> Event? {
        defer { line = [] }
        guard !line.isEmpty else {
            defer { (name, data) = (nil, []) }
            return data.isEmpty ? nil : Event(name: name ?? "message", data: data.joined(separator: "\n"), id: id)
        }
        let text = String(decoding: line, as: UTF8.self)
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        let value = parts.dropFirst().first.map { $0.hasPrefix(" ") ? String($0.dropFirst()) : String($0) } ?? ""
        switch parts[0] {
        case "event": name = value
        case "data": data.append(value)
        case "id": id = value
        // A comment, or a field that this client needs not.
        default: break
        }
        return nil
    }
}
