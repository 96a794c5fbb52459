extension ClusterChange {
    /// What the audit log calls the change: the kind of the object and the verb. Stable, for programs that filter by it.
    package var action: String {
        switch self {
        case .hostCertificate: "certificate.upload"
        case .deleteCertificate: "certificate.delete"
        case .setStaple(_, .some): "certificate.set-staple"
        case .setStaple(_, nil): "certificate.remove-staple"
        case .bind: "server-certificate.bind"
        case .replace: "server-certificate.replace"
        case .unbind: "server-certificate.unbind"
        case .setDefault(enabled: true): "server-certificate.enable-default"
        case .setDefault(enabled: false): "server-certificate.disable-default"
        case .issueRegistrationCode: "ca-certificate.issue-code"
        case .registerCAs: "ca-certificate.register"
        case .replaceCA: "ca-certificate.replace"
        case .setCAState(_, .active): "ca-certificate.activate"
        case .setCAState(_, .inactive): "ca-certificate.deactivate"
        case .unregisterCA: "ca-certificate.unregister"
        case .setRevocationList(_, .some): "ca-certificate.set-crl"
        case .setRevocationList(_, nil): "ca-certificate.remove-crl"
        case .endGrace: "grace.end"
        case .extendGrace: "grace.extend"
        case .expireGraces: "grace.expire"
        case .setMode: "mode.set"
        case .setTLS: "tls.set"
        case .all: "cluster.change"
        }
    }

    /// The least role that may make the change: uploading a key and choosing what is served are the administrator's, and
    /// so is answering for a CA without proof.
    package var requiredRole: Role {
        switch self {
        case .hostCertificate, .deleteCertificate, .bind, .replace: .admin
        case .registerCAs(_, proof: .waived), .replaceCA(_, with: _, grace: _, proof: .waived): .admin
        case .setStaple, .unbind, .setDefault, .issueRegistrationCode, .registerCAs, .replaceCA, .setCAState,
            .unregisterCA, .setRevocationList, .endGrace, .extendGrace, .expireGraces, .setMode, .setTLS:
            .operator
        case .all(let changes): changes.map(\.requiredRole).max() ?? .operator
        }
    }
}
