import Foundation
import Registry
import Testing

/// The selection against an oracle that looks through every slot for every question.
@Suite struct RandomGraceTests {
    /// A certificate that serves at a moment.
    private struct Server {
        let member: SlotGroup.Member
        let facts: CertificateDescription

        func matches(_ name: String, exactly: Bool) -> Bool {
            facts.names.contains { candidate in
                exactly
                    ? candidate.text == name
                    : candidate.isWildcard && candidate.text.dropFirst(2) == name.drop { $0 != "." }.dropFirst()
            }
        }
    }

    private func servers(_ state: ClusterState, superseded: Bool, at now: Date) -> [Server] {
        state.slots.compactMap { slot, binding in
            guard slot.isCustom || state.defaultEnabled else { return nil }
            let hosted = superseded ? state.supersededCertificate(in: slot, at: now) : state.certificate(in: slot)
            return hosted.map { Server(member: .init(slot, isSuperseded: superseded), facts: $0.certificate) }
        }
    }

    /// By exact name or, if there is none, by wildcard.
    private func matching(_ name: String, among servers: [Server]) -> (servers: [Server], match: String) {
        let exact = servers.filter { $0.matches(name, exactly: true) }
        return exact.isEmpty ? (servers.filter { $0.matches(name, exactly: false) }, "wildcard") : (exact, "exact")
    }

    private func group(_ first: [Server], _ second: [Server]) -> String {
        var chosen: [KeyFamily: SlotGroup.Member] = [:]
        for family in KeyFamily.allCases {
            chosen[family] = first.filter { $0.facts.key.family == family }.map(\.member).min()
        }
        let last = chosen.keys.max()
        for family in KeyFamily.allCases where last.map({ $0 < family }) ?? true {
            chosen[family] = second.filter { $0.facts.key.family == family }.map(\.member).min() ?? chosen[family]
        }
        return chosen.sorted { $0.key < $1.key }.map(\.value.description).joined(separator: "+")
    }

    private func naive(_ name: String, in state: ClusterState, at now: Date, refused: Bool) -> String {
        let present = matching(name, among: servers(state, superseded: false, at: now))
        let old = matching(name, among: servers(state, superseded: true, at: now))
        if !present.servers.isEmpty || !old.servers.isEmpty {
            let match = present.servers.isEmpty ? old.match : present.match
            let isOld = refused && !old.servers.isEmpty
            let text =
                isOld ? group(old.servers, present.servers) : group(present.servers, old.servers)
            let retired = present.servers.isEmpty && (try? DomainName(name)).map(state.retired.refuses) == true
            return retired ? "retired" : "\(text) \(match)"
        }
        if (try? DomainName(name)).map(state.retired.refuses) == true { return "retired" }
        let standIn = servers(state, superseded: false, at: now).filter { $0.member.slot == .default }
        let oldStandIn = servers(state, superseded: true, at: now).filter { $0.member.slot == .default }
        guard !standIn.isEmpty else { return "unknown" }
        return (refused && !oldStandIn.isEmpty ? group(oldStandIn, standIn) : group(standIn, oldStandIn)) + " default"
    }

    @Test func `agrees with a naive matcher during grace periods`() throws {
        var generator = SplitMix(seed: 7)
        let labels = ["a", "b", "c"]
        func name(wildcards: Bool) -> String {
            let parts = (0..<Int.random(in: 1...3, using: &generator)).map { _ in
                labels.randomElement(using: &generator) ?? "a"
            }
            let head = wildcards && Int.random(in: 0..<3, using: &generator) == 0 ? ["*"] : []
            return (head + parts).joined(separator: ".")
        }
        for round in 0..<300 {
            var state = ClusterState.initial()
            for number in 0..<10 {
                let names = (0..<Int.random(in: 1...3, using: &generator)).map { _ in name(wildcards: true) }
                let key = Bool.random(using: &generator) ? ecKey : rsaKey
                let seed = "s\(round)n\(number)"
                let slot = state.slots.keys.sorted().randomElement(using: &generator)
                let grace = Duration.seconds([0, 50, 100, 150].randomElement(using: &generator) ?? 0)
                switch (number, slot) {
                case (0..<4, _), (_, nil):
                    state = (try? state.serving(seed, names, key: key, slot: number == 0 ? .default : nil)) ?? state
                case (_, let slot?) where Int.random(in: 0..<6, using: &generator) == 0:
                    state = (try? state.after(.unbind(slot))) ?? state
                case (_, let slot?):
                    state = (try? state.renewing(slot, by: seed, names, key: key, grace: grace)) ?? state
                }
            }
            let selection = CertificateSelection(state)
            for _ in 0..<40 {
                let asked = name(wildcards: false)
                let now = noon + Double(Int.random(in: 0...160, using: &generator))
                let refused = Bool.random(using: &generator)
                let indication = ServerNameIndication(Array(asked.utf8))
                let seen = word(selection.choose(indication, at: now, refusedCurrent: refused))
                #expect(
                    seen == naive(asked, in: state, at: now, refused: refused),
                    "\(asked) at \(now.timeIntervalSince(noon)), refused: \(refused), in \(state.slots)"
                )
            }
        }
    }
}
