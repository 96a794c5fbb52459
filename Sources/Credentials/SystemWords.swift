import Glibc

/// The system's words for its error numbers.
enum SystemWords {
    static func message(for number: Int32) -> String {
        guard let text = strerror(number) else { return "error \(number)" }
        return String(cString: text)
    }
}
