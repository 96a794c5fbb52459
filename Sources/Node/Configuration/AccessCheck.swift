import MQTTBroker
import MQTTCodec

/// What the ACL file of a configuration says to one question, without a gateway.
package struct AccessCheck: Sendable {
    private let rules: AccessRules
    private let file: AccessRulesFile

    /// Asks the rules of a file.
    package init(_ file: AccessRulesFile) {
        self.file = file
        rules = AccessRules(file.file)
    }

    /// What a client does with a topic.
    package enum Action: String, Sendable, CaseIterable {
        /// Sends messages to it.
        case publish
        /// Subscribes to it; it may be a filter.
        case subscribe
        /// Gets a message of it.
        case read

        fileprivate var asked: AccessAction {
            switch self {
            case .publish: .publish
            case .subscribe: .subscribe
            case .read: .read
            }
        }
    }

    /// An answer, and what decided it.
    package struct Answer: Hashable, Sendable {
        /// Whether it may be done.
        package let isAllowed: Bool
        /// Where the rule stands that decided: `acl.conf:7`; nil where none did.
        package let place: String?
        /// The line of the rule, or what decided in its place.
        package let words: String
    }

    /// Why a question cannot be asked.
    package struct BadTopic: Error, Hashable, Sendable, CustomStringConvertible {
        package let description: String
    }

    /// Whether a client may do something with a topic, or to subscribe with a filter. Throws for what is neither.
    package func answer(
        _ action: Action,
        _ text: String,
        clientID: String,
        userName: String? = nil,
        commonName: String? = nil,
        organizationalUnit: String? = nil
    ) throws(BadTopic) -> Answer {
        let topic: ArraySlice<UInt8>
        do throws(CodecError) {
            if action == .subscribe {
                topic = try TopicFilter(text).matchedBytes
            } else {
                topic = try TopicName(text).bytes[...]
            }
        } catch {
            throw BadTopic(description: "\"\(text)\": \(error)")
        }
        if action == .publish, Broker.isReserved(topic) {
            return Answer(
                isAllowed: false,
                place: nil,
                words: "no client publishes to $SYS and $events, whatever the rules say"
            )
        }
        let client = AccessClient(
            clientID: ClientID(clientID),
            userName: userName,
            commonName: commonName,
            organizationalUnit: organizationalUnit
        )
        return answer(topic.withUnsafeBytes { rules.decision(action.asked, $0, for: client) })
    }

    private func answer(_ decision: AccessDecision) -> Answer {
        switch decision {
        case .allowed(let line), .denied(let line):
            Answer(isAllowed: decision.isAllowed, place: "\(file.path):\(line)", words: file.text(ofLine: line))
        case .noRule:
            Answer(isAllowed: false, place: nil, words: "no rule gives it")
        case .unsettled:
            Answer(isAllowed: true, place: nil, words: "very many rules touch this filter; each message is asked about")
        }
    }
}
