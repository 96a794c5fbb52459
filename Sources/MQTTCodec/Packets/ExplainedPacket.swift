/// A packet whose properties may say for people what it says by its codes: a reason string, user properties.
package protocol ExplainedPacket: EncodablePacket {
    var properties: Properties { get set }
}

extension ExplainedPacket {
    /// The packet without what only explains: reason string and user properties.
    package var unexplained: Self {
        var packet = self
        packet.properties.removeAll(.reasonString)
        packet.properties.removeAll(.userProperty)
        return packet
    }
}

extension ConnackPacket: ExplainedPacket {}
extension AcknowledgementPacket: ExplainedPacket {}
extension SubackPacket: ExplainedPacket {}
extension UnsubackPacket: ExplainedPacket {}
extension DisconnectPacket: ExplainedPacket {}
extension AuthPacket: ExplainedPacket {}
