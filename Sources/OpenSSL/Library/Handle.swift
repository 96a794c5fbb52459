import COpenSSL

/// What frees one kind of OpenSSL object.
protocol HandleKind {
    /// Gives up the one reference that a handle owned.
    static func release(_ pointer: OpaquePointer)
}

/// The single owner of one reference to an OpenSSL object: freed when the handle goes out of scope.
struct Handle<Kind: HandleKind>: ~Copyable {
    /// The object itself, valid as long as the handle lives; whoever keeps it longer takes a reference of their own.
    let pointer: OpaquePointer

    /// Takes over the reference that the caller owned.
    init(adopting pointer: OpaquePointer) {
        self.pointer = pointer
    }

    /// Hands the reference to C code that will free it.
    consuming func release() -> OpaquePointer {
        let pointer = pointer
        discard self
        return pointer
    }

    deinit {
        Kind.release(pointer)
    }
}

typealias X509Handle = Handle<X509Kind>
typealias X509StackHandle = Handle<X509StackKind>
typealias X509StoreHandle = Handle<X509StoreKind>
typealias X509StoreContextHandle = Handle<X509StoreContextKind>
typealias RevocationListHandle = Handle<RevocationListKind>
typealias OCSPResponseHandle = Handle<OCSPResponseKind>
typealias OCSPBasicResponseHandle = Handle<OCSPBasicResponseKind>
typealias DigestContextHandle = Handle<DigestContextKind>
typealias KeyHandle = Handle<PrivateOrPublicKeyKind>
typealias BIOHandle = Handle<BIOKind>
typealias SSLHandle = Handle<SSLKind>
typealias SSLContextHandle = Handle<SSLContextKind>
typealias SSLSessionHandle = Handle<SSLSessionKind>
typealias CipherContextHandle = Handle<CipherContextKind>

enum X509Kind: HandleKind {
    static func release(_ pointer: OpaquePointer) { X509_free(pointer) }
}
/// A STACK_OF(X509) that owns a reference to each of its certificates.
enum X509StackKind: HandleKind {
    static func release(_ pointer: OpaquePointer) { sluice_sk_X509_pop_free(pointer) }
}
enum X509StoreKind: HandleKind {
    static func release(_ pointer: OpaquePointer) { X509_STORE_free(pointer) }
}
enum X509StoreContextKind: HandleKind {
    static func release(_ pointer: OpaquePointer) { X509_STORE_CTX_free(pointer) }
}
enum PrivateOrPublicKeyKind: HandleKind {
    static func release(_ pointer: OpaquePointer) { EVP_PKEY_free(pointer) }
}
enum BIOKind: HandleKind {
    static func release(_ pointer: OpaquePointer) { BIO_free_all(pointer) }
}
enum SSLKind: HandleKind {
    static func release(_ pointer: OpaquePointer) { SSL_free(pointer) }
}
enum SSLContextKind: HandleKind {
    static func release(_ pointer: OpaquePointer) { SSL_CTX_free(pointer) }
}
enum SSLSessionKind: HandleKind {
    static func release(_ pointer: OpaquePointer) { SSL_SESSION_free(pointer) }
}
enum CipherContextKind: HandleKind {
    static func release(_ pointer: OpaquePointer) { EVP_CIPHER_CTX_free(pointer) }
}
enum RevocationListKind: HandleKind {
    static func release(_ pointer: OpaquePointer) { X509_CRL_free(pointer) }
}
enum OCSPResponseKind: HandleKind {
    static func release(_ pointer: OpaquePointer) { OCSP_RESPONSE_free(pointer) }
}
enum OCSPBasicResponseKind: HandleKind {
    static func release(_ pointer: OpaquePointer) { OCSP_BASICRESP_free(pointer) }
}
enum DigestContextKind: HandleKind {
    static func release(_ pointer: OpaquePointer) { EVP_MD_CTX_free(pointer) }
}
