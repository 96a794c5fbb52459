import Foundation
package import Logging

/// Formats the node's log lines, as text for people or as one JSON object a line for machines.
package struct NodeLogHandler: LogHandler {
    package var logLevel: Logger.Level
    package var metadata: Logger.Metadata = [:]
    package var metadataProvider: Logger.MetadataProvider?

    private static let timeStyle = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
    private let label: String
    private let format: LogSettings.Format
    private let writer: LogWriter

    /// A handler for the logger called `label`.
    package init(label: String, settings: LogSettings, writer: LogWriter) {
        self.label = label
        self.format = settings.format
        self.logLevel = settings.level
        self.writer = writer
    }

    package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    package func log(event: LogEvent) {
        var merged = metadata
        if let provided = metadataProvider?.get() { merged.merge(provided) { $1 } }
        if let given = event.metadata { merged.merge(given) { $1 } }
        let fields = merged.sorted { $0.key < $1.key }
            .map { (key: $0.key, value: LogRedaction.clean("\($0.value)", of: $0.key)) }
        let message = LogRedaction.clean(event.message.description)
        let time = Date.now.formatted(Self.timeStyle)
        switch format {
        case .text: writer.write(text(time, event.level, message, fields))
        case .json: writer.write(json(time, event.level, message, fields))
        }
    }

    private func text(
        _ time: String,
        _ level: Logger.Level,
        _ message: String,
        _ fields: [(key: String, value: String)]
    ) -> String {
        var line = "\(time) \(level.rawValue) \(label): \(message.onOneLine)"
        for (key, value) in fields {
            let word = value.onOneLine
            line += word.contains(" ") || word.isEmpty ? " \(key)=\"\(word)\"" : " \(key)=\(word)"
        }
        return line + "\n"
    }

    private func json(
        _ time: String,
        _ level: Logger.Level,
        _ message: String,
        _ fields: [(key: String, value: String)]
    ) -> String {
        var object = ["time": time, "level": level.rawValue, "logger": label, "message": message]
        for (key, value) in fields { object[key] = value }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // A dictionary of strings always encodes.
        return String(decoding: (try? encoder.encode(object)) ?? Data(), as: UTF8.self) + "\n"
    }
}

extension String {
    /// Control characters escaped: what a peer sent cannot begin a line of its own in the log.
    fileprivate var onOneLine: String {
        guard unicodeScalars.contains(where: { $0.properties.generalCategory == .control || $0 == "\"" }) else {
            return self
        }
        return unicodeScalars.reduce(into: "") { line, scalar in
            switch scalar {
            case "\"": line += "\\\""
            case _ where scalar.properties.generalCategory == .control:
                line += "\\u{" + String(scalar.value, radix: 16) + "}"
            default: line.unicodeScalars.append(scalar)
            }
        }
    }
}
