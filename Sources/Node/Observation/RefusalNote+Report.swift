import MQTTCodec
import Registry
import TLSGateway

extension RefusalNote {
    /// What the journal remembers of a refused connection.
    init(_ report: RefusalReport) {
        let (connection, refusal) = (report.connection, report.refusal)
        let reason = refusal.reason
        self.init(
            time: connection.time,
            reason: reason.rawValue,
            words: refusal.finding,
            remedy: refusal.remedy,
            accessPoint: connection.accessPoint,
            address: "\(connection.address)"
        )
        serverName = connection.serverName?.text
        fingerprint = report.certificate?.fingerprint
        serial = report.certificate?.serial
        commonName = report.certificate?.commonName
        clientID = report.clientID?.text
        alert = Self.words(report)
        connack = Self.answer(reason, report)
        depth = report.depth
        ca = report.authority
        state = report.state?.rawValue
        rule = refusal.rule
    }

    /// What a client sent tells more than what it was sent.
    private static func words(_ report: RefusalReport) -> String? {
        if let alert = report.alertReceived { return "received \(alert)" }
        return report.alertSent.map { "sent \($0)" }
    }

    /// The code as the client's version of MQTT has it.
    private static func answer(_ reason: Refusal.Reason, _ report: RefusalReport) -> String? {
        guard let version = report.connection.mqttVersion else { return nil }
        let row = reason.row
        if version.hasProperties { return row.connack.map { "\($0)" } }
        return row.returnCode.map { "return code \($0.rawValue)" }
    }
}
