/// The certificates that answer for one name, one for each key family, the preferred family first.
///
/// They go into one TLS context, where the handshake takes the first one that the client can verify.
package struct SlotGroup: Hashable, Sendable, CustomStringConvertible {
    /// A certificate, by where it stands.
    package struct Member: Hashable, Sendable, Comparable, CustomStringConvertible {
        /// The slot that serves it.
        package let slot: ServerCertificateSlot
        /// Whether it is the one that the slot's present certificate replaced.
        package let isSuperseded: Bool

        /// Names a slot's present certificate, or the one before.
        package init(_ slot: ServerCertificateSlot, isSuperseded: Bool = false) {
            self.slot = slot
            self.isSuperseded = isSuperseded
        }

        /// `custom-1`, or `custom-1 superseded`.
        package var description: String { isSuperseded ? "\(slot) superseded" : slot.description }

        /// By slot, the present certificate first.
        package static func < (left: Member, right: Member) -> Bool {
            (left.slot, left.isSuperseded ? 1 : 0) < (right.slot, right.isSuperseded ? 1 : 0)
        }
    }

    /// The member of the preferred key family: its slot is the one that is named in metrics and logs.
    package let preferred: Member
    /// The members of the other key families, in order of preference.
    package let others: [Member]

    /// All of them in order of preference.
    package var members: [Member] { [preferred] + others }

    /// Whether it holds a certificate that was replaced: a handshake with it is noted for the rotation report.
    package var hasSuperseded: Bool { members.contains(where: \.isSuperseded) }

    package var description: String { members.map(\.description).joined(separator: "+") }
}

extension ClusterState {
    /// The hosted certificate that a member of a group stands for.
    package func certificate(of member: SlotGroup.Member) -> HostedCertificate? {
        guard member.isSuperseded else { return certificate(in: member.slot) }
        return slots[member.slot]?.superseded.flatMap { hosted[$0.certificate] }
    }
}
