import struct FoundationEssentials.Date

/// The rules of revocation lists.
extension ClusterState {
    /// A superseded CA keeps its list, and may get a newer one, for as long as it is trusted.
    mutating func setRevocationList(
        _ list: RevocationList?,
        of fingerprint: Fingerprint,
        at now: Date
    ) throws(RegistryError) -> RegistryChangeSummary {
        let superseded = authorities[fingerprint] == nil ? supersededAuthorities[fingerprint] : nil
        guard let authority = superseded?.ca ?? authorities[fingerprint] else { throw .noSuchCA(fingerprint.short) }
        let old = authority.revocationList
        guard list != old else {
            return RegistryChangeSummary(
                list == nil
                    ? "CA \(authority.label) has no revocation list"
                    : "CA \(authority.label) has this revocation list already",
                undo: nil
            )
        }
        // An older list, played back, would let in what was revoked since.
        if let list, let old, list.thisUpdate < old.thisUpdate {
            throw .revocationListOlder(ca: fingerprint, found: list.thisUpdate, present: old.thisUpdate)
        }
        let changed = authority.with(revocationList: list)
        if let superseded {
            supersededAuthorities[fingerprint] = SupersededCA(
                ca: changed,
                replacedBy: superseded.replacedBy,
                since: superseded.since,
                until: superseded.until
            )
        } else {
            authorities[fingerprint] = changed
        }
        trustGeneration += 1
        return summary(of: list, over: old, for: authority, at: now)
    }

    private func summary(
        of list: RevocationList?,
        over old: RevocationList?,
        for authority: RegisteredCA,
        at now: Date
    ) -> RegistryChangeSummary {
        guard let list else {
            return RegistryChangeSummary(
                "removed the revocation list of CA \(authority.label)",
                undo: "sluice ca-certs crl \(authority.fingerprint.short) --file F   # F: the list's file",
                warnings: ["what it revoked is let in again, unless its registration says otherwise"]
            )
        }
        var warnings: [String] = []
        if list.isStale(at: now) {
            warnings.append(
                list.onStale == .hardFail
                    ? "the list is past its nextUpdate: every device of this CA is refused until a newer one is there"
                    : "the list is past its nextUpdate"
            )
        }
        return RegistryChangeSummary(
            "set the revocation list of CA \(authority.label): \(list.revokedCount) revoked, made at "
                + "\(list.thisUpdate.timestamp), \(list.onStale.rawValue)",
            undo: old == nil ? "sluice ca-certs crl \(authority.fingerprint.short) --remove" : nil,
            warnings: warnings
        )
    }
}
