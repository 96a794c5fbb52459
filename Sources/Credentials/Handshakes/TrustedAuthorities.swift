import FoundationEssentials
import OpenSSL
import Registry

/// The CAs that devices are let in by, parsed, with what they revoked and until when they are trusted.
struct TrustedAuthorities: Sendable {
    /// The active CAs and those that were replaced, in fingerprint order.
    let entries: [Entry]
    let revocations: RevocationIndex

    /// A CA with its parsed forms.
    struct Entry: Sendable {
        let registered: RegisteredCA
        /// When its grace period ends; `nil` for one that was not replaced.
        let until: Date?
        let certificate: Certificate
        let list: CertificateRevocationList?
        /// The file of a list without which nobody is let in, as long as there is no list.
        let awaitedFile: String?
    }

    /// Parses the CAs of a state.
    ///
    /// - Parameters:
    ///   - awaited: Lists without which their CAs let nobody in.
    ///   - known: Those of the last catalog; what is the same is taken over.
    init(
        _ state: ClusterState,
        awaiting awaited: [AwaitedRevocationList],
        known: TrustedAuthorities?
    ) throws(CredentialsError) {
        let files = Self.awaitedFiles(awaited, in: state)
        var trusted = state.activeAuthorities.map { ($0, Date?.none) }
        trusted += state.supersededAuthorities.values.map { ($0.ca, $0.until) }
        trusted.sort { $0.0.fingerprint < $1.0.fingerprint }
        var entries: [Entry] = []
        for (authority, until) in trusted {
            let old = known?.entries.first { $0.registered.fingerprint == authority.fingerprint }
            entries.append(
                try Entry(authority, until: until, awaitedFile: files[authority.fingerprint], known: old)
            )
        }
        if let known, known.hasSameLists(as: entries) {
            revocations = known.revocations
        } else {
            revocations = RevocationIndex(entries.compactMap(\.source), anchors: entries.map(\.certificate))
        }
        self.entries = entries
    }

    /// The files by the CAs that wait for what is in them.
    private static func awaitedFiles(
        _ awaited: [AwaitedRevocationList],
        in state: ClusterState
    ) -> [Fingerprint: String] {
        var files: [Fingerprint: String] = [:]
        for list in awaited {
            // One that is not registered lets nobody in anyway.
            for authority in (try? state.trustedCAs(matching: list.authority)) ?? [] {
                files[authority.fingerprint] = list.file
            }
        }
        return files
    }

    /// The trust anchors with their deadlines.
    var anchors: [TrustStore.Anchor] {
        entries.map { TrustStore.Anchor($0.certificate, until: $0.until) }
    }

    /// Do they trust the same CAs, to the same deadlines, and by the same lists?
    func isSame(as other: TrustedAuthorities) -> Bool {
        revocations === other.revocations && anchors == other.anchors
    }

    private func hasSameLists(as others: [Entry]) -> Bool {
        entries.count == others.count
            && zip(entries, others).allSatisfy {
                $0.certificate == $1.certificate && $0.list === $1.list && $0.awaitedFile == $1.awaitedFile
                    && $0.registered.revocationList?.onStale == $1.registered.revocationList?.onStale
            }
    }
}

extension TrustedAuthorities.Entry {
    /// Parses one CA and its list, as far as `known` does not have them.
    init(
        _ authority: RegisteredCA,
        until: Date?,
        awaitedFile: String? = nil,
        known: TrustedAuthorities.Entry?
    ) throws(CredentialsError) {
        registered = authority
        self.until = until
        self.awaitedFile = authority.revocationList == nil ? awaitedFile : nil
        do throws(OpenSSLError) {
            if let known { certificate = known.certificate } else { certificate = try Certificate(der: authority.der) }
        } catch {
            throw .unusableCA(authority.fingerprint, error)
        }
        guard let stored = authority.revocationList else {
            list = nil
            return
        }
        // The same array is compared by its address, so that a long list costs nothing here.
        if let known, let list = known.list, list.der == stored.der {
            self.list = list
            return
        }
        do throws(RevocationListError) {
            list = try CertificateRevocationList(der: stored.der)
        } catch {
            throw .unusableRevocationList(authority: authority.label, error)
        }
    }

    /// The CA's list with its rule, if there is one or has to be.
    var source: RevocationIndex.Source? {
        if let awaitedFile { return RevocationIndex.Source(authority: certificate, awaitingListIn: awaitedFile) }
        guard let list, let stored = registered.revocationList else { return nil }
        let rule: StaleListRule =
            switch stored.onStale {
            case .hardFail: .refuse
            case .softFail: .accept
            }
        return RevocationIndex.Source(authority: certificate, list: list, onStale: rule)
    }
}
