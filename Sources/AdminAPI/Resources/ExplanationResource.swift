package import Foundation
import Registry

/// Why a device was refused, in plain words.
package struct ExplanationResource: Codable, Hashable, Sendable {
    /// What was asked for: a client id, serial, common name, fingerprint, address or server name.
    package var query: String
    /// The registered certificate that it means, with its state.
    package var certificate: ClientCertificateResource?
    /// The last refusals, newest first.
    package var refusals: [Refusal]
    /// Where nothing was found: what was searched, and where else to look.
    package var nothingFound: String?

    /// Refusals of one client for one reason: the last one, and how many there were.
    package struct Refusal: Codable, Hashable, Sendable {
        /// A stable name, such as `client_certificate_expired`.
        package var code: String
        /// What was found and what was needed.
        package var words: String
        /// Who it happened to, how often and when: one sentence.
        package var occurrence: String
        /// What is known of it, in the order of a connection.
        package var facts: [Fact]
        /// What to do about it.
        package var remedy: String
        /// How often it happened.
        package var count: Int
        /// When it happened first.
        package var firstTime: Date
        /// When it happened last.
        package var lastTime: Date
    }

    /// One fact behind a refusal.
    package struct Fact: Codable, Hashable, Sendable {
        /// Its name for programs.
        package var name: String
        /// Its name for people.
        package var label: String
        package var value: String
    }

    init(_ findings: RefusalFindings, certificate: ClientCertificateResource?) {
        query = findings.query
        self.certificate = certificate
        refusals = findings.explanations.map { explanation in
            Refusal(
                code: explanation.code,
                words: explanation.words,
                occurrence: explanation.occurrence,
                facts: explanation.facts.map { Fact(name: $0.name, label: $0.label, value: $0.value) },
                remedy: explanation.remedy,
                count: explanation.count,
                firstTime: explanation.firstTime,
                lastTime: explanation.lastTime
            )
        }
        nothingFound = findings.records.isEmpty ? findings.wordsForNothing : nil
    }
}
