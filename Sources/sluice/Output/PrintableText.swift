extension String {
    /// The text without what a terminal would obey: devices choose their client ids and names, and operators read them.
    ///
    /// Control characters and those that turn the direction of writing become `?`.
    func printable(keeping kept: Unicode.Scalar? = nil) -> String {
        var shown = UnicodeScalarView()
        for scalar in unicodeScalars {
            shown.append(scalar == kept || !scalar.isObeyed ? scalar : "?")
        }
        return String(shown)
    }
}

extension Unicode.Scalar {
    /// Whether a terminal obeys it instead of showing it.
    fileprivate var isObeyed: Bool {
        switch value {
        // Embeddings, overrides and isolates of the bidirectional algorithm (UAX #9 § 2).
        case 0x202A...0x202E, 0x2066...0x2069: true
        default:
            switch properties.generalCategory {
            case .control, .lineSeparator, .paragraphSeparator: true
            default: false
            }
        }
    }
}
