/// How long and how deep topics may be in one broker; the standard allows 65,535 bytes of slashes.
package struct TopicLimits: Sendable, Hashable {
    /// Most levels between slashes.
    package var maximumLevels: Int
    /// Most bytes.
    package var maximumLength: Int

    package init(maximumLevels: Int, maximumLength: Int) {
        self.maximumLevels = maximumLevels
        self.maximumLength = maximumLength
    }

    /// Whether a PUBLISH keeps the limits; a topic alias in place of a name does. If not: 0x90.
    package func allows(_ view: PublishView) -> Bool {
        view.topic.count <= maximumLength && view.topicLevelCount <= maximumLevels
    }

    /// Whether a name keeps the limits. If not: 0x90.
    package func allows(_ topic: TopicName) -> Bool {
        topic.bytes.count <= maximumLength && topic.levelCount <= maximumLevels
    }

    /// Whether a filter keeps the limits, `$share/NAME/` not counted. If not: 0x8F.
    package func allows(_ filter: TopicFilter) -> Bool {
        filter.matchedBytes.count <= maximumLength && filter.levelCount <= maximumLevels
    }
}
