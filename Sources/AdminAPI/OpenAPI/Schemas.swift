import Registry

/// Every schema of the OpenAPI document, by its name in there.
enum Schemas {
    static let all: [String: Schema] =
        general.merging(certificates) { $1 }.merging(clients) { $1 }.merging(operations) { $1 }.merging(requests) { $1 }
        .merging(broker) { $1 }

    /// What the parameters of paths mean.
    static let pathParameters: [String: String] = [
        "reference":
            "A fingerprint or the beginning of one, a serial number, or the name (of a client certificate: the "
            + "client id) that it was given.",
        "slot": "`default`, or `custom-1` and so on.",
        "fingerprint": "SHA-256 of the certificate's DER, 64 hexadecimal digits.",
        "name": "The user's name.",
        "clientID": "The client id, every byte of it that is not a letter, digit, `-`, `.`, `_` or `~` escaped.",
        "id": "The job's number; the token's id or name.",
    ]

    /// A page of a list.
    static func page(of item: String) -> Schema {
        .object(
            "",
            [
                .always("items", .list("In the order of the list.", of: .ref(item))),
                .always("nextCursor", .text("What asks for the next page; null on the last one.").orNull),
            ]
        )
    }

    /// What has no object of its own.
    private static let general: [String: Schema] = [
        "Problem": .object(
            "What stands in the way, and what to do about it (RFC 9457).",
            [
                .always("type", .word("Never changes its meaning.", ProblemCodes.all.map { Problem.typePrefix + $0 })),
                .always("title", .text("The kind of problem in words.")),
                .always("status", .number("The HTTP status.", atLeast: 400, atMost: 599)),
                .always("detail", .text("What was found, what was needed, what to do.")),
                .maybe("conflict", .ref("Conflict")),
                .maybe("problems", .texts("The single problems, where there are several.")),
                .maybe("retryAfter", .number("After how many seconds it may go better.")),
                .maybe("allowed", .texts("The methods that the resource knows.")),
            ]
        ),
        "Conflict": .object(
            "The object that stands in the way, by what names it.",
            [
                .maybe("fingerprint", .fingerprint("A certificate.")),
                .maybe("slot", .text("A server certificate slot.")),
                .maybe("dnsName", .text("The DNS name that two certificates carry.")),
                .maybe("name", .text("A user or a token.")),
                .maybe("job", .number("A job.")),
                .maybe("candidates", .texts("Fingerprints of certificates, any of which may be meant.")),
            ]
        ),
        "Change": .object("What a change did, or would do.", changeMembers),
        "OpenAPI": .object("This document.", [.always("openapi", .text("")), .always("paths", .object("", []))]),
    ]

    private static let changeMembers: [Schema.Member] = [
        .always("changed", .flag("Whether there was anything to do.")),
        .always("dryRun", .flag("Whether it was only rehearsed.")),
        .always("revision", .number("The cluster's revision afterwards.")),
        .always("summary", .text("One sentence without a final dot.")),
        .maybe("undo", .text("The command line that takes it back; absent if nothing can.")),
        .always("warnings", .texts("Consequences that may not have been meant.")),
        .always("fingerprints", .texts("The certificates that it was about.")),
        .maybe("endedSessions", .number("The live sessions that it ended.")),
        .maybe("cutOff", .ref("CutOff")),
    ]
}
