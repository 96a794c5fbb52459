// libFuzzer's entry: ACL files, and a question to each that a plain reading of its rules answers too.
import MQTTBroker
import MQTTCodec

/// A client id, a topic and the file, with a zero byte between them.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    let parts = Array(UnsafeBufferPointer(start: start, count: count)).split(
        separator: 0,
        maxSplits: 2,
        omittingEmptySubsequences: false
    )
    guard parts.count == 3 else { return 0 }
    let file: ACLFile
    do throws(ACLFileError) {
        file = try ACLFile(Array(parts[2]))
    } catch {
        precondition(!error.problems.isEmpty && error.problems.allSatisfy { $0.line > 0 && $0.column > 0 })
        _ = error.description
        return 0
    }
    guard let topic = try? TopicName(Array(parts[1])), let name = try? Text(Array(parts[0])), !name.isEmpty else {
        return 0
    }
    let rules = AccessRules(file)
    let client = AccessClient(clientID: ClientID(name))
    for action in AccessAction.allCases {
        let answer = topic.bytes.withUnsafeBytes { rules.decision(action, $0, for: client) }
        guard answer != .unsettled else { continue }
        // A topic is a filter too, of that topic alone.
        let plain = plainAnswer(file.rules, action == .publish ? .write : .read, topic, parts[0])
        precondition(answer.isAllowed == plain, "\(action): \(answer), and read plainly \(plain)")
    }
    return 0
}

/// Rule by rule, as the manual of the file has it.
private func plainAnswer(
    _ rules: [ACLRule],
    _ wanted: AccessRight,
    _ topic: TopicName,
    _ clientID: ArraySlice<UInt8>
) -> Bool {
    for subject in [RuleSubject.withoutUserName, .everybody] {
        let fitting = rules.filter { $0.subject == subject && fits($0, topic, clientID) }
        if fitting.contains(where: { $0.right == .deny }) { return false }
        if fitting.contains(where: { $0.right == wanted || $0.right == .readwrite }) { return true }
    }
    return false
}

private func fits(_ rule: ACLRule, _ topic: TopicName, _ clientID: ArraySlice<UInt8>) -> Bool {
    guard rule.subject == .everybody else { return matches(rule.filter, topic) }
    // Without a user name and a certificate, patterns with those values are nobody's.
    let letters = zip(rule.filter, rule.filter.dropFirst()).filter { $0.0 == UInt8(ascii: "%") }.map(\.1)
    if letters.contains(where: { [UInt8(ascii: "u"), UInt8(ascii: "n"), UInt8(ascii: "o")].contains($0) }) {
        return false
    }
    let isHarmless = !clientID.contains { [UInt8(ascii: "/"), UInt8(ascii: "+"), UInt8(ascii: "#")].contains($0) }
    var levels: [[UInt8]] = []
    for level in rule.filter.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false) {
        var filled: [UInt8] = []
        var rest = level[...]
        var hasValue = false
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%"), rest.first == UInt8(ascii: "c") {
                rest.removeFirst()
                filled += clientID
                hasValue = true
            } else {
                filled.append(byte)
            }
        }
        if hasValue, !isHarmless {
            guard rule.right == .deny else { return false }
            filled = [UInt8(ascii: "+")]
        }
        // Nobody names himself `$SYS`.
        if hasValue, levels.isEmpty, rule.right != .deny, topic.startsWithDollar { return false }
        levels.append(filled)
    }
    return matches(Array(levels.joined(separator: [UInt8(ascii: "/")])), topic)
}

/// MQTT 5.0 § 4.7, level by level.
private func matches(_ filter: [UInt8], _ topic: TopicName) -> Bool {
    let slash = UInt8(ascii: "/")
    var names = topic.bytes.split(separator: slash, omittingEmptySubsequences: false)[...]
    for (index, level) in filter.split(separator: slash, omittingEmptySubsequences: false).enumerated() {
        let isWildcard = level.elementsEqual([UInt8(ascii: "+")]) || level.elementsEqual([UInt8(ascii: "#")])
        if isWildcard, index == 0, topic.startsWithDollar { return false }
        if level.elementsEqual([UInt8(ascii: "#")]) { return true }
        guard let name = names.popFirst(), isWildcard || level.elementsEqual(name) else { return false }
    }
    return names.isEmpty
}
