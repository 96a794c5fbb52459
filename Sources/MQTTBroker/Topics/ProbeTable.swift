/// A hash table of numbers that live elsewhere: open addressing, eight bytes a place, found by tag and a comparison.
///
/// A place holds the number below and 32 bits of the key's hash above, so that a miss seldom touches the elements.
struct ProbeTable: ~Copyable {
    private var places: UnsafeMutablePointer<UInt64>
    private var mask: Int
    private(set) var count = 0

    init() {
        mask = 15
        places = .allocate(capacity: mask + 1)
        places.initialize(repeating: 0, count: mask + 1)
    }

    deinit { places.deallocate() }

    /// The number stored under `tag` that `matches` says is the one; 0 when there is none.
    @inline(__always)
    func find(tag: UInt32, where matches: (UInt32) -> Bool) -> UInt32 {
        var index = Int(tag) & mask
        while true {
            let place = places[index]
            if place == 0 { return 0 }
            if UInt32(truncatingIfNeeded: place >> 32) == tag {
                let number = UInt32(truncatingIfNeeded: place)
                if matches(number) { return number }
            }
            index = (index &+ 1) & mask
        }
    }

    /// Stores `number`, which is not 0 and not yet stored.
    mutating func insert(tag: UInt32, number: UInt32) {
        if (count + 1) * 4 > (mask + 1) * 3 { grow() }
        place(UInt64(tag) << 32 | UInt64(number))
        count += 1
    }

    /// Removes `number`, which was stored under `tag`.
    mutating func remove(tag: UInt32, number: UInt32) {
        let wanted = UInt64(tag) << 32 | UInt64(number)
        var hole = Int(tag) & mask
        while places[hole] != wanted {
            if places[hole] == 0 { return }
            hole = (hole + 1) & mask
        }
        // Backward shift: later entries of the run move into the hole unless that would put them before their home.
        var index = hole
        while true {
            index = (index + 1) & mask
            let entry = places[index]
            if entry == 0 { break }
            let home = Int(entry >> 32) & mask
            if (index - home) & mask >= (index - hole) & mask {
                places[hole] = entry
                hole = index
            }
        }
        places[hole] = 0
        count -= 1
    }

    private func place(_ entry: UInt64) {
        var index = Int(entry >> 32) & mask
        while places[index] != 0 { index = (index + 1) & mask }
        places[index] = entry
    }

    private mutating func grow() {
        let old = UnsafeMutableBufferPointer(start: places, count: mask + 1)
        mask = mask * 2 + 1
        places = .allocate(capacity: mask + 1)
        places.initialize(repeating: 0, count: mask + 1)
        for entry in old where entry != 0 { place(entry) }
        old.deallocate()
    }
}
