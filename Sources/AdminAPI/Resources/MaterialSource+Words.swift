import Registry

extension MaterialSource {
    /// `upload`, or the path of the file.
    var words: String {
        switch self {
        case .upload: "upload"
        case .file(let path): path
        }
    }
}
