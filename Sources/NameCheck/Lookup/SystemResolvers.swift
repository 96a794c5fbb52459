import LDNS

/// The resolvers that the machine itself uses.
package enum SystemResolvers {
    /// resolv.conf(5): the C library reads this many.
    package static let maximum = 3

    /// Reads the `nameserver` lines of resolv.conf(5); without one it is the local host, as for the C library.
    package static func parse(_ text: String) -> [ServerAddress] {
        let servers = text.split(whereSeparator: \.isNewline).compactMap { line -> ServerAddress? in
            let fields = line.split(whereSeparator: \.isWhitespace)
            guard fields.count >= 2, fields[0] == "nameserver" else { return nil }
            return IPAddress(String(fields[1])).map { ServerAddress(address: $0) }
        }
        guard servers.isEmpty else { return Array(servers.prefix(maximum)) }
        return IPAddress("127.0.0.1").map { [ServerAddress(address: $0)] } ?? []
    }
}
