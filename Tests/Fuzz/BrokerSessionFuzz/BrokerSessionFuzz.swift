import MQTTCodec

/// Plays whole sessions against a broker of two shards: the input is a script for four clients, mostly of packets that are
/// right, some of them damaged on the way. `-sanitize=fuzzer` calls this again and again.
///
/// A break of what `FuzzedClient` holds the broker to is a crash, as is any trap, any access the address sanitizer forbids
/// and, at the end of each script, whatever was not given back.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    var script = Script(UnsafeRawBufferPointer(start: start, count: count))
    guard let world = try? World() else { return 0 }
    while !script.isAtEnd { step(&script, world) }
    world.end()
    return 0
}

/// Carries out the next line of the script.
private func step(_ script: inout Script, _ world: World) {
    let verb = script.next(16)
    let client = world.clients[script.next(world.clients.count)]
    switch verb {
    case 0, 1: client.connect(script.connect(), in: world)
    case 2, 3, 4: client.publish(&script)
    case 5: client.send(script.subscribe(isVersion5: client.version.hasProperties))
    case 6: client.send(script.unsubscribe())
    case 7, 8: client.acknowledgeNext(&script)
    case 9: client.send(PingPacket.request)
    case 10: client.send(AcknowledgementPacket(.pubrel, packetIdentifier: UInt16(1 + script.next(6))))
    case 11: client.leave(&script)
    case 12: client.isReading.toggle()
    case 13: client.damage(at: script.next(64), with: UInt8(script.next(256)), how: script.next(3))
    case 14: client.sendHalf(script.next(64))
    default: world.advance(by: .seconds([0, 1, 5, 60][script.next(4)]))
    }
    world.run()
    for client in world.clients { client.check() }
}
