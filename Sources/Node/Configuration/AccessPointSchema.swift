import Reactors
import Registry
import TLSGateway
import WebSocket

/// `accessPoints:` key by key, and the rules between the entries.
struct AccessPointSchema {
    let root: SectionReader

    func read() -> [AccessPoint] {
        var names = UniqueNames()
        var hostnames = UniqueNames()
        var addresses: [SocketAddress: (place: SourcePosition, accessPoint: String)] = [:]
        var count = 0
        let accessPoints = root.sections("accessPoints") { section -> AccessPoint? in
            count += 1
            let name = section.required("name", .name)
            if let name { names.check(name, "name", in: section) }
            let hostname = section.required("hostname", .hostname)
            if let hostname { hostnames.check(hostname.text, "hostname", in: section) }
            let kind: AccessPoint.Kind = section.value("kind", .choice, default: .public)
            let listeners = listeners(of: section) { address, listener in
                guard address.port != 0 else { return }
                if let first = addresses[address] {
                    listener.report(
                        .listenerConflict("\(address)", first: first.place, accessPoint: first.accessPoint),
                        at: "address"
                    )
                } else if let place = listener.position {
                    addresses[address] = (place, name ?? "")
                }
            }
            let allow = section.list("allow", .addressRange)
            let mode: AuthenticationMode? = section.optional("mode", .choice)
            let policy: ClientIdentifierRule = section.value("clientIDPolicy", .choice, default: .fill)
            let unknownSNI: UnknownServerNamePolicy = section.value("unknownSNI", .choice, default: .default)
            guard let name, let hostname else { return nil }
            var accessPoint = AccessPoint(name: name, kind: kind, hostname: hostname, listeners: listeners)
            accessPoint.allow = allow
            accessPoint.mode = mode
            accessPoint.clientIDPolicy = policy
            accessPoint.unknownSNI = unknownSNI
            return accessPoint
        }
        if count == 0 {
            root.report(
                .missing(needed: "a list with at least one access point (name, hostname, listeners)"),
                at: "accessPoints"
            )
        }
        return accessPoints.compactMap { $0 }
    }

    private func listeners(
        of accessPoint: SectionReader,
        check: (SocketAddress, SectionReader) -> Void
    ) -> [AccessPoint.Endpoint] {
        var count = 0
        let listeners = accessPoint.sections("listeners") { section -> AccessPoint.Endpoint? in
            count += 1
            let address = section.required("address", .listenAddress)
            let spoken: AccessPoint.EndpointProtocol = section.value("protocol", .choice, default: .mqtts)
            let webSocket = webSocket(section, spoken)
            guard let address else { return nil }
            check(address, section)
            return AccessPoint.Endpoint(address: address, protocol: spoken, webSocket: webSocket)
        }
        if count == 0 {
            accessPoint.report(
                .missing(needed: "a list with at least one listener, such as {address: \"0.0.0.0:8883\"}"),
                at: "listeners"
            )
        }
        return listeners.compactMap { $0 }
    }
}

extension AccessPointSchema {
    /// What only listeners of WebSockets have.
    private func webSocket(_ section: SectionReader, _ spoken: AccessPoint.EndpointProtocol) -> UpgradeRules {
        let path = section.optional("path", .webSocketPath)
        let origins = section.list("origins", .webOrigin)
        for (key, isGiven) in [("path", path != nil), ("origins", !origins.isEmpty)]
        where isGiven && !spoken.usesWebSocket {
            section.report(
                .contradiction(found: "\(key) for protocol \(spoken.rawValue)", needed: "give it for wss or ws only"),
                at: key
            )
        }
        return UpgradeRules(path: path ?? UpgradeRules.usualPath, origins: origins)
    }
}

/// Names that may each stand in one entry of a list only.
struct UniqueNames {
    private var places: [String: SourcePosition] = [:]

    mutating func check(_ name: String, _ key: String, in section: SectionReader) {
        if let first = places[name] {
            section.report(.duplicateName(name, first: first), at: key)
        } else {
            places[name] = section.position
        }
    }
}
