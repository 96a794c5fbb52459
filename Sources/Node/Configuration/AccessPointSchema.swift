import Reactors
import Registry
import TLSGateway

/// `accessPoints:` key by key, and the rules between the entries.
struct AccessPointSchema {
    let root: SectionReader

    func read() -> [AccessPointSettings] {
        var names = UniqueNames()
        var hostnames = UniqueNames()
        var addresses: [SocketAddress: (place: SourcePosition, accessPoint: String)] = [:]
        var count = 0
        let accessPoints = root.sections("accessPoints") { section -> AccessPointSettings? in
            count += 1
            let name = section.required("name", .name)
            if let name { names.check(name, "name", in: section) }
            let hostname = section.required("hostname", .hostname)
            if let hostname { hostnames.check(hostname.text, "hostname", in: section) }
            let kind: AccessPointSettings.Kind = section.value("kind", .choice, default: .public)
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
            let unknownServerName: UnknownServerNamePolicy = section.value("unknownSNI", .choice, default: .default)
            guard let name, let hostname else { return nil }
            return AccessPointSettings(
                name: name,
                kind: kind,
                hostname: hostname,
                listeners: listeners,
                allow: allow,
                mode: mode,
                clientIDPolicy: policy,
                unknownServerName: unknownServerName
            )
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
    ) -> [ListenerSettings] {
        var count = 0
        let listeners = accessPoint.sections("listeners") { section -> ListenerSettings? in
            count += 1
            let address = section.required("address", .listenAddress)
            let transport: ListenerSettings.Transport = section.value("protocol", .choice, default: .mqtts)
            guard let address else { return nil }
            check(address, section)
            return ListenerSettings(address: address, transport: transport)
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

/// Names that may each stand in one entry of a list only.
private struct UniqueNames {
    private var places: [String: SourcePosition] = [:]

    mutating func check(_ name: String, _ key: String, in section: SectionReader) {
        if let first = places[name] {
            section.report(.duplicateName(name, first: first), at: key)
        } else {
            places[name] = section.position
        }
    }
}
