import Foundation
import Registry

/// The filters of the list of client certificates, as a query has them.
enum ClientCertificateQuery {
    static let filters = [
        QueryParameter("serial", .text("The serial number, in hexadecimal digits.", atLeast: 1, atMost: 64)),
        QueryParameter("cn", .text("The common name; a final `*` asks for its beginning.", atMost: 256)),
        QueryParameter("ou", .text("The organizational unit; a final `*` asks for its beginning.", atMost: 256)),
        QueryParameter("ca", .text("The CA: its name, fingerprint or serial.", atLeast: 1, atMost: 256)),
        QueryParameter("clientID", .text("The client id; a final `*` asks for its beginning.", atMost: 1024)),
        QueryParameter(
            "state",
            .list("Any of these states.", of: .word("", ClientCertificateState.self)),
            isList: true
        ),
        QueryParameter("source", .word("How it was registered.", RegistrationSource.self)),
        QueryParameter("validity", .word("Where now lies in its life.", Validity.self)),
        QueryParameter(
            "expiringWithin",
            .text("Valid now, and ends within this time, such as `30d`.", pattern: "^[0-9]{1,9}[smhd]$")
        ),
        QueryParameter("notBeforeAfter", .time("Begins at this moment or later.")),
        QueryParameter("notBeforeBefore", .time("Begins before this moment.")),
        QueryParameter("notAfterAfter", .time("Ends at this moment or later.")),
        QueryParameter("notAfterBefore", .time("Ends before this moment.")),
        QueryParameter(
            "search",
            .text(
                "Begins a common name, client id, organizational unit, serial number or fingerprint; with `*` in front, "
                    + "stands anywhere in one of the first three.",
                atMost: 256
            )
        ),
        QueryParameter(
            "sort",
            .word(
                "The order, with `-` in front from the greatest down; the newest registration first if absent.",
                DeviceSort.Key.allCases.flatMap { [$0.rawValue, "-" + $0.rawValue] }
            )
        ),
    ]

    private enum Validity: String, CaseIterable {
        case valid, expiring, expired
        case notYetValid = "not_yet_valid"

        var value: CertificateValidity {
            switch self {
            case .valid: .valid
            case .expiring: .expiring
            case .expired: .expired
            case .notYetValid: .notYetValid
            }
        }
    }

    /// Reads the filters. Throws a 400 ``Problem``, or `RegistryError` for a CA that is not there.
    static func read(_ call: AdminCall, _ state: ClusterState, at now: Date) throws -> DeviceQuery {
        var query = DeviceQuery()
        query.serial = try call.text("serial").map { text throws(Problem) in
            guard let serial = SerialNumber(hex: text) else {
                throw .badParameter("serial", found: text, needed: "hexadecimal digits")
            }
            return serial
        }
        query.commonName = call.text("cn").map(TextMatch.init(pattern:))
        query.organizationalUnit = call.text("ou").map(TextMatch.init(pattern:))
        query.authority = try call.text("ca").map { text throws(RegistryError) in
            try state.registeredCA(matching: text).fingerprint
        }
        query.clientID = call.text("clientID").map(TextMatch.init(pattern:))
        query.states = try call.choices("state", ClientCertificateState.self)
        query.source = try call.choice("source", RegistrationSource.self)
        query.validity = try call.choice("validity", Validity.self)?.value
        query.expiringBefore = try call.text("expiringWithin").map { text throws(Problem) in
            guard let time = span(text) else {
                throw .badParameter("expiringWithin", found: text, needed: "a time such as 30d or 12h")
            }
            return now + time
        }
        query.notBeforeFrom = try call.time("notBeforeAfter")
        query.notBeforeUntil = try call.time("notBeforeBefore")
        query.notAfterFrom = try call.time("notAfterAfter")
        query.notAfterUntil = try call.time("notAfterBefore")
        query.search = call.text("search")
        if let text = call.text("sort") {
            guard let sort = DeviceSort(text) else {
                let keys = DeviceSort.Key.allCases.map(\.rawValue).joined(separator: ", ")
                throw Problem.badParameter("sort", found: text, needed: "one of \(keys), or one of them after a -")
            }
            query.sort = sort
        }
        return query
    }

    /// Seconds of a text such as `30d`; nil for any other.
    private static func span(_ text: String) -> TimeInterval? {
        let units: [Character: TimeInterval] = ["s": 1, "m": 60, "h": 60 * 60, "d": 24 * 60 * 60]
        guard let unit = text.last.flatMap({ units[$0] }), text.count <= 10, let number = UInt32(text.dropLast())
        else { return nil }
        return TimeInterval(number) * unit
    }
}
