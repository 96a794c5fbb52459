import CLDNS
import Glibc

/// The one owner of an `ldns_rdf` that holds a domain name.
struct NameHandle: ~Copyable {
    private(set) var pointer: UnsafeMutablePointer<ldns_rdf>

    init(adopting pointer: UnsafeMutablePointer<ldns_rdf>) {
        self.pointer = pointer
    }

    /// Copies wire bytes that are known to be a well-formed name.
    init(wire: [UInt8]) {
        guard let copy = ldns_rdf_new_frm_data(LDNS_RDF_TYPE_DNAME, wire.count, wire) else {
            // The call only fails when no memory is left, or above 65,535 bytes.
            fatalError("out of memory for a domain name of \(wire.count) bytes")  // Invariant: at most 255 bytes.
        }
        self.pointer = copy
    }

    deinit {
        ldns_rdf_deep_free(pointer)
    }

    /// The name's wire bytes, in the case they came in.
    var bytes: [UInt8] {
        Self.bytes(of: pointer)
    }

    /// The presentation form with the final dot.
    var text: String {
        guard let text = ldns_rdf2str(pointer) else { return "" }
        defer { free(text) }
        return String(cString: text)
    }

    /// Gives the pointer to a C call that takes it over.
    consuming func release() -> UnsafeMutablePointer<ldns_rdf> {
        let released = pointer
        discard self
        return released
    }

    /// Copies the data of an rdf owned by someone else.
    static func bytes(of rdf: UnsafePointer<ldns_rdf>) -> [UInt8] {
        guard let data = ldns_rdf_data(rdf) else { return [] }
        return Array(UnsafeBufferPointer(start: data, count: ldns_rdf_size(rdf)))
    }
}
