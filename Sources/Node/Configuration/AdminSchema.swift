import Reactors

/// `admin:` key by key, and what protects its address.
struct AdminSchema {
    let section: SectionReader
    let directory: String
    let dataDirectory: String

    func read() -> AdminSettings {
        let socket = socketPath()
        let address = section.optional("address", .listenAddress)
        let path = ScalarKind.path(relativeTo: directory)
        let chain = section.optional("chainFile", path)
        let key = section.optional("keyFile", path)
        var settings = AdminSettings(socket: socket, address: address)
        switch (chain, key) {
        case (let chain?, let key?): settings.tls = CertificateFiles(chainFile: chain, keyFile: key)
        case (_?, nil):
            section.report(
                .contradiction(found: "chainFile is given without keyFile", needed: "give both"),
                at: "chainFile"
            )
        case (nil, _?):
            section.report(
                .contradiction(found: "keyFile is given without chainFile", needed: "give both"),
                at: "keyFile"
            )
        case (nil, nil): break
        }
        check(settings)
        return settings
    }

    private func socketPath() -> String {
        let kind = ScalarKind.socketPath(relativeTo: directory)
        let usual = "\(dataDirectory)/admin.sock"
        let socket = section.value("socket", kind, default: usual)
        if socket == usual, kind.parse(usual) == nil {
            section.report(.wrongValue(found: "the default \"\(usual)\"", needed: kind.needed), at: "socket")
        }
        return socket
    }

    private func check(_ settings: AdminSettings) {
        guard let address = settings.address else {
            if settings.tls != nil {
                section.report(
                    .contradiction(
                        found: "chainFile is given without address",
                        needed: "give the address to serve it at"
                    ),
                    at: "chainFile"
                )
            }
            return
        }
        // Tokens must not travel in the clear where others can listen.
        guard settings.tls == nil, !address.isLoopback else { return }
        section.report(
            .contradiction(
                found: "\(address) can be reached from other hosts, and there is no TLS",
                needed: "give chainFile and keyFile, or a loopback address such as \"127.0.0.1:9080\""
            ),
            at: "address"
        )
    }
}
