import COpenSSL

/// One BEGIN … END block of a PEM text, decoded.
struct PEMBlock {
    /// What stands after BEGIN, such as "CERTIFICATE".
    let label: String
    /// The lines before the base64 (Proc-Type and DEK-Info of an old encrypted key).
    let header: String
    /// The decoded bytes.
    let der: [UInt8]

    /// Reads every block; text between blocks is skipped.
    ///
    /// - Throws: ``OpenSSLError/malformedPEM(afterBlocks:reasons:)`` when a block is damaged. No block at all is an
    ///   empty answer.
    static func read(_ text: [UInt8]) throws(OpenSSLError) -> [PEMBlock] {
        var blocks: [PEMBlock] = []
        let text = text.isEmpty ? [0x0A] : text
        let failure: OpenSSLError? = text.withUnsafeBytes { bytes in
            ErrorQueue.clear()
            guard let source = BIO_new_mem_buf(bytes.baseAddress, Int32(clamping: bytes.count)) else {
                return .library(call: "BIO_new_mem_buf", reasons: ErrorQueue.drain())
            }
            let bio = BIOHandle(adopting: source)
            while let block = readNext(from: bio.pointer) { blocks.append(block) }
            let reasons = ErrorQueue.drain()
            let reachedEnd = reasons.allSatisfy { $0.library == ERR_LIB_PEM && $0.reason == PEM_R_NO_START_LINE }
            return reachedEnd ? nil : .malformedPEM(afterBlocks: blocks.count, reasons: reasons)
        }
        if let failure { throw failure }
        return blocks
    }

    /// Writes one block without headers, 64 characters a line.
    static func write(label: String, der: [UInt8]) throws(OpenSSLError) -> String {
        let bio = BIOHandle(adopting: try LibraryCall.make("BIO_new") { BIO_new(BIO_s_mem()) })
        ErrorQueue.clear()
        let written = PEM_write_bio(bio.pointer, label, "", der, der.count)
        guard written > 0 else { throw .library(call: "PEM_write_bio", reasons: ErrorQueue.drain()) }
        var start: UnsafeMutablePointer<CChar>?
        let count = sluice_BIO_get_mem_data(bio.pointer, &start)
        return String(decoding: UnsafeRawBufferPointer(start: start, count: count), as: UTF8.self)
    }

    private static func readNext(from bio: OpaquePointer) -> PEMBlock? {
        var label: UnsafeMutablePointer<CChar>?
        var header: UnsafeMutablePointer<CChar>?
        var data: UnsafeMutablePointer<UInt8>?
        var count = 0
        guard PEM_read_bio(bio, &label, &header, &data, &count) == 1 else { return nil }
        defer {
            CRYPTO_free(label, #fileID, #line)
            CRYPTO_free(header, #fileID, #line)
            CRYPTO_clear_free(data, count, #fileID, #line)
        }
        return PEMBlock(
            label: label.map { String(cString: $0) } ?? "",
            header: header.map { String(cString: $0) } ?? "",
            der: Array(UnsafeBufferPointer(start: data, count: count))
        )
    }
}
