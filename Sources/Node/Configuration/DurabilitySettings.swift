package import MQTTBroker

/// `backend.builtin:` what the built-in broker keeps over a restart, and when it acknowledges.
package struct DurabilitySettings: Hashable, Sendable {
    /// `durability`: when a message that somebody must keep is acknowledged.
    package var durability = Durability.commit
    /// `commitDelay`: how long a message waits for others to be written with it; its receivers' acknowledgements within
    /// that time spare the write.
    package var commitDelay = Duration.milliseconds(1)
    /// `maxUnwritten`: bytes that wait for the disk, above which publishers are not read until half of them are written.
    package var maximumUnwrittenBytes = 64 << 20

    /// The defaults.
    package init() {}
}

/// The keys of `backend.builtin:` that have to do with the disk.
struct DurabilitySchema {
    let section: SectionReader

    func read() -> DurabilitySettings {
        var settings = DurabilitySettings()
        settings.durability = section.value("durability", .choice, default: settings.durability)
        settings.commitDelay = section.value(
            "commitDelay",
            .duration(.zero ... .milliseconds(100)),
            default: settings.commitDelay
        )
        settings.maximumUnwrittenBytes = section.value(
            "maxUnwritten",
            .byteCount((1 << 20)...(16 << 30)),
            default: settings.maximumUnwrittenBytes
        )
        return settings
    }
}
