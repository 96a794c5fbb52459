/// A queue in one block that wraps round; owns nothing while it is empty and has never been used.
struct RingBuffer<Element>: ~Copyable {
    private var base: UnsafeMutablePointer<Element>?
    private var capacity = 0
    private var head = 0
    private(set) var count = 0

    private static var smallestCapacity: Int { 4 }
    /// An empty ring gives a block larger than this back.
    private static var keptCapacity: Int { 16 }

    init() {}

    deinit {
        for index in 0..<count { place(index)?.deinitialize(count: 1) }
        base?.deallocate()
    }

    var isEmpty: Bool { count == 0 }

    /// The element so far from the front; `index` is below `count`.
    subscript(_ index: Int) -> Element {
        unsafeAddress {
            precondition(index >= 0 && index < count)
            return UnsafePointer(address(index))
        }
        unsafeMutableAddress {
            precondition(index >= 0 && index < count)
            return address(index)
        }
    }

    /// Adds an element at the back.
    mutating func append(_ element: Element) {
        if count == capacity { grow() }
        count += 1
        address(count - 1).initialize(to: element)
    }

    /// Takes the element at the front.
    mutating func popFirst() -> Element? {
        count == 0 ? nil : remove(at: 0)
    }

    /// Takes an element out; cheap near either end.
    mutating func remove(at index: Int) -> Element {
        precondition(index >= 0 && index < count)
        let removed = address(index).move()
        if index < count - index - 1 {
            var hole = index
            while hole > 0 {
                address(hole).moveInitialize(from: address(hole - 1), count: 1)
                hole -= 1
            }
            head = (head + 1) & (capacity - 1)
        } else {
            var hole = index
            while hole < count - 1 {
                address(hole).moveInitialize(from: address(hole + 1), count: 1)
                hole += 1
            }
        }
        count -= 1
        if count == 0 { shrink() }
        return removed
    }

    private func place(_ index: Int) -> UnsafeMutablePointer<Element>? {
        base.map { $0 + ((head + index) & (capacity - 1)) }
    }

    @inline(__always)
    private func address(_ index: Int) -> UnsafeMutablePointer<Element> {
        // Invariant: `index` is below `count`, so there is a block.
        base.unsafelyUnwrapped + ((head + index) & (capacity - 1))
    }

    private mutating func grow() {
        let larger = max(Self.smallestCapacity, capacity * 2)
        let block = UnsafeMutablePointer<Element>.allocate(capacity: larger)
        for index in 0..<count { (block + index).moveInitialize(from: address(index), count: 1) }
        base?.deallocate()
        base = block
        capacity = larger
        head = 0
    }

    private mutating func shrink() {
        head = 0
        guard capacity > Self.keptCapacity else { return }
        base?.deallocate()
        base = nil
        capacity = 0
    }
}
