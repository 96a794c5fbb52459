import Credentials
import Foundation
import Registry

/// A slot's certificate, kept in files: what certbot or a secret store renews becomes a replacement with its grace period.
struct ServerCertificateFiles: WatchedMaterial {
    let entry: WatchedServerCertificate
    let cluster: ClusterControl<ContextCatalog>
    let encryption: KeyEncryption

    var title: String { "certificate of \(entry.slot)" }

    var files: [String] { [entry.files.chainFile, entry.files.keyFile] }

    func refresh(at now: Date) async throws -> String? {
        let upload = try ServerCertificateUpload(
            chainPEM: try MaterialFile.text(entry.files.chainFile, limit: ServerCertificateUpload.maximumPEMBytes),
            keyPEM: try MaterialFile.text(entry.files.keyFile, limit: ServerCertificateUpload.maximumPEMBytes),
            at: now
        )
        let (slot, fingerprint) = (entry.slot, upload.certificate.fingerprint)
        let state = cluster.current.state
        guard state.slots[slot]?.certificate != fingerprint else { return nil }
        var changes: [ClusterChange] = []
        if state.hosted[fingerprint] == nil {
            changes.append(
                .hostCertificate(
                    try upload.hosted(
                        name: nil,
                        sealedBy: encryption,
                        from: .file(entry.files.chainFile),
                        at: now
                    )
                )
            )
        }
        changes.append(
            state.slots[slot] == nil
                ? .bind(fingerprint, slot: slot)
                : .replace(slot, with: fingerprint, grace: entry.grace)
        )
        return try await cluster.apply(.all(changes), at: now, by: .configuration).summary.words
    }
}

/// The OCSP response of a slot's certificate, kept in a file that somebody fetches anew every few days.
struct StapleFile: WatchedMaterial {
    let slot: ServerCertificateSlot
    let file: String
    let cluster: ClusterControl<ContextCatalog>

    var title: String { "OCSP response of \(slot)" }

    var files: [String] { [file] }

    func refresh(at now: Date) async throws -> String? {
        let der = try MaterialFile.bytes(file, limit: MaterialFile.stapleLimit)
        guard let hosted = cluster.current.state.certificate(in: slot) else {
            throw NodeError.emptySlot(slot, file: file)
        }
        guard hosted.staple?.der != der else { return nil }
        let staple = try StapleUpload(der, for: hosted, at: now).staple(from: .file(file))
        return try await cluster.apply(.setStaple(hosted.fingerprint, staple), at: now, by: .configuration)
            .summary.words
    }
}

/// A CA's revocation list, kept in a file.
struct RevocationListFile: WatchedMaterial {
    let entry: WatchedRevocationList
    let cluster: ClusterControl<ContextCatalog>

    var title: String { "revocation list of \(entry.authority)" }

    var files: [String] { [entry.file] }

    func refresh(at now: Date) async throws -> String? {
        let bytes = try MaterialFile.bytes(entry.file, limit: RevocationListUpload.maximumBytes)
        let state = cluster.current.state
        var changes: [ClusterChange] = []
        var (isAnybodys, problem) = (false, (any Error)?.none)
        // In a grace period the list may be of the CA that was replaced, of the one in its place, or of both.
        for authority in try Self.authorities(matching: entry.authority, in: state) {
            do {
                let upload = try RevocationListUpload(bytes, for: authority, at: now)
                isAnybodys = true
                let list = upload.revocationList(onStale: entry.onStale, from: .file(entry.file))
                guard authority.revocationList != list else { continue }
                changes.append(.setRevocationList(authority.fingerprint, list))
            } catch {
                problem = problem ?? error
            }
        }
        if let problem, !isAnybodys { throw problem }
        guard !changes.isEmpty else { return nil }
        return try await cluster.apply(.all(changes), at: now, by: .configuration).summary.words
    }

    /// The CA that is meant first.
    private static func authorities(matching reference: String, in state: ClusterState) throws -> [RegisteredCA] {
        let meant = try state.trustedCAs(matching: reference)
        let successor = meant.first.flatMap { state.supersededAuthorities[$0.fingerprint]?.replacedBy }
        return meant + [successor.flatMap { state.authorities[$0] }].compactMap(\.self)
    }
}
