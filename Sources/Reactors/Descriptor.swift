internal import CLinux

/// The one owner of a file descriptor: closes it when dropped.
package struct Descriptor: ~Copyable, Sendable {
    /// The number the kernel knows it by; valid as long as this value lives.
    package let number: Int32

    /// Takes over an open descriptor, which nobody else may close from now on.
    package init(adopting number: Int32) {
        self.number = number
    }

    deinit {
        clinux_close(number)
    }

    /// Gives up ownership: the caller closes it.
    package consuming func take() -> Int32 {
        let number = number
        discard self
        return number
    }
}
