// OpenSSL for Swift: the headers, and an inline function for each macro that Swift cannot see.
// The functions here only spell a macro out. Whatever decides anything is Swift.
#ifndef SLUICE_COPENSSL_SHIM_H
#define SLUICE_COPENSSL_SHIM_H

#include <openssl/asn1.h>
#include <openssl/bio.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/ocsp.h>
#include <openssl/opensslv.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>
#include <openssl/tls1.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

// Contexts and connections

static inline int sluice_SSL_CTX_set_min_proto_version(SSL_CTX *context, int version) {
    return (int)SSL_CTX_set_min_proto_version(context, version);
}
static inline int sluice_SSL_CTX_set_max_proto_version(SSL_CTX *context, int version) {
    return (int)SSL_CTX_set_max_proto_version(context, version);
}
static inline int sluice_SSL_set_min_proto_version(SSL *ssl, int version) {
    return (int)SSL_set_min_proto_version(ssl, version);
}
static inline int sluice_SSL_set_max_proto_version(SSL *ssl, int version) {
    return (int)SSL_set_max_proto_version(ssl, version);
}
// An end without close_notify would otherwise take the session out of the cache (ssl3_send_alert does, for the fatal
// alert that it cannot even send); TLSConnection tells the two ends apart by itself.
static inline void sluice_SSL_CTX_set_server_options(SSL_CTX *context) {
    SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_NO_TICKET
                                     | SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA
                                     | SSL_OP_IGNORE_UNEXPECTED_EOF);
}
static inline void sluice_SSL_CTX_set_client_options(SSL_CTX *context) {
    SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
}
static inline void sluice_SSL_CTX_set_connection_modes(SSL_CTX *context) {
    SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER
                                  | SSL_MODE_RELEASE_BUFFERS);
}
static inline void sluice_SSL_CTX_set_read_ahead(SSL_CTX *context, int on) {
    SSL_CTX_set_read_ahead(context, on);
}
static inline void sluice_SSL_CTX_set_session_cache_mode(SSL_CTX *context, int mode) {
    SSL_CTX_set_session_cache_mode(context, mode);
}
static inline void sluice_SSL_CTX_set_max_cert_list(SSL_CTX *context, long bytes) {
    SSL_CTX_set_max_cert_list(context, bytes);
}
static inline void sluice_SSL_CTX_set_tlsext_servername_callback(SSL_CTX *context, int (*callback)(SSL *, int *, void *)) {
    SSL_CTX_set_tlsext_servername_callback(context, callback);
}
static inline int sluice_SSL_set_tlsext_host_name(SSL *ssl, const char *name) {
    return (int)SSL_set_tlsext_host_name(ssl, name);
}
static inline int sluice_SSL_CTX_set1_groups_list(SSL_CTX *context, const char *names) {
    return (int)SSL_CTX_set1_groups_list(context, names);
}
static inline int sluice_SSL_CTX_set1_sigalgs_list(SSL_CTX *context, const char *names) {
    return (int)SSL_CTX_set1_sigalgs_list(context, names);
}
static inline int sluice_SSL_get_ex_new_index(void) {
    return SSL_get_ex_new_index(0, NULL, NULL, NULL, NULL);
}
static inline int sluice_SSL_CTX_get_ex_new_index(void) {
    return SSL_CTX_get_ex_new_index(0, NULL, NULL, NULL, NULL);
}
static inline int sluice_X509_STORE_CTX_get_ex_new_index(void) {
    return X509_STORE_CTX_get_ex_new_index(0, NULL, NULL, NULL, NULL);
}

// Stacks

static inline STACK_OF(X509) *sluice_sk_X509_new(void) { return sk_X509_new_null(); }
static inline int sluice_sk_X509_push(STACK_OF(X509) *stack, X509 *certificate) {
    return sk_X509_push(stack, certificate);
}
static inline int sluice_sk_X509_num(const STACK_OF(X509) *stack) { return sk_X509_num(stack); }
static inline X509 *sluice_sk_X509_value(const STACK_OF(X509) *stack, int index) { return sk_X509_value(stack, index); }
static inline void sluice_sk_X509_free(STACK_OF(X509) *stack) { sk_X509_free(stack); }
static inline void sluice_sk_X509_pop_free(STACK_OF(X509) *stack) { sk_X509_pop_free(stack, X509_free); }

static inline STACK_OF(X509_NAME) *sluice_sk_X509_NAME_new(void) { return sk_X509_NAME_new_null(); }
static inline int sluice_sk_X509_NAME_push(STACK_OF(X509_NAME) *stack, X509_NAME *name) {
    return sk_X509_NAME_push(stack, name);
}
static inline int sluice_sk_X509_NAME_num(const STACK_OF(X509_NAME) *stack) { return sk_X509_NAME_num(stack); }
static inline X509_NAME *sluice_sk_X509_NAME_value(const STACK_OF(X509_NAME) *stack, int index) {
    return sk_X509_NAME_value(stack, index);
}
static inline void sluice_sk_X509_NAME_pop_free(STACK_OF(X509_NAME) *stack) {
    sk_X509_NAME_pop_free(stack, X509_NAME_free);
}

static inline GENERAL_NAMES *sluice_GENERAL_NAMES_new(void) { return sk_GENERAL_NAME_new_null(); }
static inline int sluice_GENERAL_NAMES_push(GENERAL_NAMES *names, GENERAL_NAME *name) {
    return sk_GENERAL_NAME_push(names, name);
}
static inline int sluice_GENERAL_NAMES_num(const GENERAL_NAMES *names) { return sk_GENERAL_NAME_num(names); }
static inline GENERAL_NAME *sluice_GENERAL_NAMES_value(const GENERAL_NAMES *names, int index) {
    return sk_GENERAL_NAME_value(names, index);
}
static inline void sluice_GENERAL_NAMES_free(GENERAL_NAMES *names) {
    sk_GENERAL_NAME_pop_free(names, GENERAL_NAME_free);
}

static inline int sluice_EXTENDED_KEY_USAGE_num(const EXTENDED_KEY_USAGE *usages) {
    return sk_ASN1_OBJECT_num(usages);
}
static inline ASN1_OBJECT *sluice_EXTENDED_KEY_USAGE_value(const EXTENDED_KEY_USAGE *usages, int index) {
    return sk_ASN1_OBJECT_value(usages, index);
}
static inline void sluice_EXTENDED_KEY_USAGE_free(EXTENDED_KEY_USAGE *usages) {
    sk_ASN1_OBJECT_pop_free(usages, ASN1_OBJECT_free);
}

// Revocation lists

static inline STACK_OF(X509_REVOKED) *sluice_X509_CRL_get_REVOKED(X509_CRL *list) { return X509_CRL_get_REVOKED(list); }
static inline int sluice_sk_X509_REVOKED_num(const STACK_OF(X509_REVOKED) *stack) { return sk_X509_REVOKED_num(stack); }
static inline X509_REVOKED *sluice_sk_X509_REVOKED_value(const STACK_OF(X509_REVOKED) *stack, int index) {
    return sk_X509_REVOKED_value(stack, index);
}

// OCSP stapling

static inline int sluice_SSL_CTX_set_tlsext_status_cb(SSL_CTX *context, int (*callback)(SSL *, void *)) {
    return (int)SSL_CTX_set_tlsext_status_cb(context, callback);
}
// Takes over the bytes, which must be OPENSSL_malloc's.
static inline int sluice_SSL_set_tlsext_status_ocsp_resp(SSL *ssl, void *bytes, long count) {
    return (int)SSL_set_tlsext_status_ocsp_resp(ssl, bytes, count);
}
static inline int sluice_SSL_set_tlsext_status_type(SSL *ssl) {
    return (int)SSL_set_tlsext_status_type(ssl, TLSEXT_STATUSTYPE_ocsp);
}
static inline long sluice_SSL_get_tlsext_status_ocsp_resp(SSL *ssl, const unsigned char **bytes) {
    return (long)SSL_get_tlsext_status_ocsp_resp(ssl, bytes);
}
static inline void *sluice_OPENSSL_memdup(const void *bytes, size_t count) { return OPENSSL_memdup(bytes, count); }

// Memory BIOs and constants with a cast in them

static inline long sluice_BIO_get_mem_data(BIO *bio, char **bytes) { return BIO_get_mem_data(bio, bytes); }
static inline unsigned long sluice_rfc2253_name_flags(void) {
    // Without ESC_MSB a name in UTF-8 stays readable; control characters are still escaped.
    return XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB;
}
static inline int sluice_ERR_GET_LIB(unsigned long code) { return ERR_GET_LIB(code); }
static inline int sluice_ERR_GET_REASON(unsigned long code) { return ERR_GET_REASON(code); }

static inline int sluice_EVP_CIPHER_CTX_set_tag(EVP_CIPHER_CTX *context, int length, void *tag) {
    return EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, length, tag);
}
static inline int sluice_EVP_CIPHER_CTX_get_tag(EVP_CIPHER_CTX *context, int length, void *tag) {
    return EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, length, tag);
}
static inline EVP_PKEY *sluice_EVP_EC_gen(const char *curve) { return EVP_EC_gen(curve); }
static inline EVP_PKEY *sluice_EVP_RSA_gen(unsigned int bits) { return EVP_RSA_gen(bits); }

#endif
