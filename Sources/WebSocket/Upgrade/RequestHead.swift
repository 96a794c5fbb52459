/// A request's head as HTTP/1.1 writes it: the line that asks, and the fields (RFC 9112 § 3, § 5).
struct RequestHead {
    let method: String
    /// Path and query, as they were sent.
    let target: String
    private let fields: [(name: String, value: String)]

    /// The most fields a head may have; a browser sends about fifteen.
    static let fieldLimit = 64

    /// Reads a whole head, as `RequestScanner` found it: lines that end in CR LF, the last one empty.
    init(parsing bytes: UnsafeRawBufferPointer) throws(UpgradeFailure) {
        var lines = bytes.split(separator: Octet.carriageReturn)
            .map { $0.first == Octet.lineFeed ? $0.dropFirst() : $0 }[...]
        guard let first = lines.popFirst() else { throw .malformed(.requestLine) }
        // The last one is what stands behind the CR of the empty line.
        lines = lines.filter { !$0.isEmpty }[...]
        (method, target) = try Self.requestLine(first)
        guard lines.count <= Self.fieldLimit else { throw .malformed(.tooManyFields(lines.count)) }
        var fields: [(name: String, value: String)] = []
        for line in lines { fields.append(try Self.field(line)) }
        self.fields = fields
    }

    /// The values of all fields of a name, which is given in lower case.
    func values(of name: String) -> [String] { fields.filter { $0.name == name }.map(\.value) }

    /// The value of a field that may stand once only; nil without it.
    func single(_ name: String) throws(UpgradeFailure) -> String? {
        let values = values(of: name)
        guard values.count <= 1 else { throw .malformed(.repeatedField(name)) }
        return values.first
    }

    /// The members of a field that is a list, of all its lines, in order (RFC 9110 § 5.6.1).
    func members(of name: String) -> [String] {
        values(of: name).flatMap { $0.utf8.split(separator: Octet.comma) }
            .map { String(Substring(Self.trimmed($0))) }
            .filter { !$0.isEmpty }
    }

    /// Is `token` a member of a list? Tokens of Connection and Upgrade are compared without regard to case.
    func lists(_ token: String, in name: String) -> Bool {
        members(of: name).contains { $0.lowercased() == token }
    }

    // MARK: Grammar

    /// `method SP request-target SP HTTP-version`, with one space each (RFC 9112 § 3).
    private static func requestLine(
        _ line: Slice<UnsafeRawBufferPointer>
    ) throws(UpgradeFailure) -> (method: String, target: String) {
        let parts = line.split(separator: Octet.space, omittingEmptySubsequences: false)
        guard parts.count == 3, isToken(parts[0]), isVisible(parts[1]) else { throw .malformed(.requestLine) }
        let version = String(decoding: parts[2], as: UTF8.self)
        // An upgrade is a matter of HTTP/1.1: RFC 9110 § 7.8 has servers ignore it in HTTP/1.0.
        guard version == "HTTP/1.1" else {
            throw version.hasPrefix("HTTP/") ? .versionNotSpoken : .malformed(.requestLine)
        }
        return (String(decoding: parts[0], as: UTF8.self), String(decoding: parts[1], as: UTF8.self))
    }

    /// `field-name ":" OWS field-value OWS`, without a space before the colon and without continuation lines
    /// (RFC 9112 § 5.1, § 5.2): both have been used to smuggle requests.
    private static func field(
        _ line: Slice<UnsafeRawBufferPointer>
    ) throws(UpgradeFailure) -> (name: String, value: String) {
        guard let colon = line.firstIndex(of: Octet.colon), isToken(line[..<colon]) else {
            throw .malformed(.fieldName)
        }
        let value = trimmed(line[line.index(after: colon)...])
        guard let text = String(validating: value, as: UTF8.self) else { throw .malformed(.fieldValue) }
        return (String(decoding: line[..<colon], as: UTF8.self).lowercased(), text)
    }

    /// Without the spaces and tabs around it.
    private static func trimmed<Bytes: BidirectionalCollection<UInt8>>(_ bytes: Bytes) -> Bytes.SubSequence {
        let isSpace = { (byte: UInt8) in byte == Octet.space || byte == Octet.tab }
        let rest = bytes.drop(while: isSpace)
        guard let last = rest.lastIndex(where: { !isSpace($0) }) else { return rest.prefix(0) }
        return rest[...last]
    }

    private static func isVisible(_ bytes: Slice<UnsafeRawBufferPointer>) -> Bool {
        !bytes.isEmpty && bytes.allSatisfy { (0x21...0x7E).contains($0) }
    }

    /// RFC 9110 § 5.6.2
    static func isToken(_ bytes: some Collection<UInt8>) -> Bool {
        !bytes.isEmpty
            && bytes.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "a")...UInt8(ascii: "z"):
                    true
                default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
                }
            }
    }
}
