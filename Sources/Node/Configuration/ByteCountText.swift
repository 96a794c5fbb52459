/// Sizes as people write them in the configuration file.
enum ByteCountText {
    /// Reads `1MiB`, `64 KiB`, `10MB` or `512`; nil when it is none of these or does not fit an `Int`.
    static func parse(_ text: String) -> Int? {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        let unit = text.dropFirst(digits.count).drop { $0 == " " }
        guard let count = Int(digits), let factor = factors[String(unit)] else { return nil }
        let (bytes, overflow) = count.multipliedReportingOverflow(by: factor)
        return overflow ? nil : bytes
    }

    /// The shortest exact form: 1048576 is `1MiB`, 1000 is `1000`.
    static func render(_ bytes: Int) -> String {
        for (unit, factor) in [("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)]
        where bytes >= factor && bytes.isMultiple(of: factor) {
            return "\(bytes / factor)\(unit)"
        }
        return String(bytes)
    }

    private static let factors = [
        "": 1, "B": 1,
        "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30,
        "kB": 1_000, "MB": 1_000_000, "GB": 1_000_000_000,
    ]
}
