// What the epoll engine needs from Linux, in a form Swift can call.
//
// Swift's Glibc module has neither epoll nor eventfd, and accept4, bind and their kin take a transparent union that Swift
// cannot spell. Every wrapper returns a negated errno on failure, so that no call in between can change it.

#ifndef CLINUX_SHIM_H
#define CLINUX_SHIM_H

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

// _GNU_SOURCE would declare these, but also change types that Swift's own Glibc module has seen without it.
extern int accept4(int, struct sockaddr *, socklen_t *, int);
extern int pthread_setname_np(pthread_t, const char *);

// ---- epoll and eventfd ------------------------------------------------------------------------------------------------

static const uint32_t CLINUX_READABLE = EPOLLIN;
static const uint32_t CLINUX_WRITABLE = EPOLLOUT;
static const uint32_t CLINUX_ERROR = EPOLLERR;
static const uint32_t CLINUX_HANG_UP = EPOLLHUP;
static const uint32_t CLINUX_EDGE_TRIGGERED = EPOLLET;

static const int CLINUX_ADD = EPOLL_CTL_ADD;
static const int CLINUX_MODIFY = EPOLL_CTL_MOD;
static const int CLINUX_DELETE = EPOLL_CTL_DEL;

static inline int clinux_epoll_create(void) {
    int result = epoll_create1(EPOLL_CLOEXEC);
    return result < 0 ? -errno : result;
}

static inline int clinux_epoll_control(int epoll, int operation, int descriptor, uint32_t readiness, uint64_t token) {
    struct epoll_event event = {.events = readiness, .data = {.u64 = token}};
    return epoll_ctl(epoll, operation, descriptor, &event) < 0 ? -errno : 0;
}

static inline int clinux_epoll_wait(int epoll, struct epoll_event *events, int capacity, int milliseconds) {
    int result = epoll_wait(epoll, events, capacity, milliseconds);
    return result < 0 ? -errno : result;
}

// epoll_event is packed, so its fields are read here and not in Swift.
static inline uint64_t clinux_event_token(const struct epoll_event *event) { return event->data.u64; }
static inline uint32_t clinux_event_readiness(const struct epoll_event *event) { return event->events; }

static inline int clinux_eventfd(void) {
    int result = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    return result < 0 ? -errno : result;
}

static inline int clinux_eventfd_signal(int descriptor) {
    uint64_t one = 1;
    return write(descriptor, &one, sizeof one) < 0 ? -errno : 0;
}

// ---- Socket addresses -------------------------------------------------------------------------------------------------

// An IPv4 (family 4) or IPv6 (family 6) address; family 0 is anything else. `high` and `low` are the 16 address bytes as
// they stand in memory; an IPv4 address is the first four bytes of `low`. An IPv4-mapped IPv6 address is given as IPv4.
struct clinux_address {
    uint64_t high;
    uint64_t low;
    uint32_t scope;
    uint16_t port;
    uint8_t family;
};

static inline socklen_t clinux_address_encode(struct clinux_address address, struct sockaddr_storage *storage) {
    memset(storage, 0, sizeof *storage);
    if (address.family == 4) {
        struct sockaddr_in *v4 = (struct sockaddr_in *)storage;
        v4->sin_family = AF_INET;
        v4->sin_port = htons(address.port);
        memcpy(&v4->sin_addr, &address.low, 4);
        return sizeof *v4;
    }
    struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)storage;
    v6->sin6_family = AF_INET6;
    v6->sin6_port = htons(address.port);
    v6->sin6_scope_id = address.scope;
    memcpy((char *)&v6->sin6_addr, &address.high, 8);
    memcpy((char *)&v6->sin6_addr + 8, &address.low, 8);
    return sizeof *v6;
}

static inline struct clinux_address clinux_address_decode(const struct sockaddr_storage *storage) {
    struct clinux_address address = {0};
    if (storage->ss_family == AF_INET) {
        const struct sockaddr_in *v4 = (const struct sockaddr_in *)storage;
        address.family = 4;
        address.port = ntohs(v4->sin_port);
        memcpy(&address.low, &v4->sin_addr, 4);
    } else if (storage->ss_family == AF_INET6) {
        const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)storage;
        address.port = ntohs(v6->sin6_port);
        if (IN6_IS_ADDR_V4MAPPED(&v6->sin6_addr)) {
            address.family = 4;
            memcpy(&address.low, (const char *)&v6->sin6_addr + 12, 4);
        } else {
            address.family = 6;
            address.scope = v6->sin6_scope_id;
            memcpy(&address.high, (const char *)&v6->sin6_addr, 8);
            memcpy(&address.low, (const char *)&v6->sin6_addr + 8, 8);
        }
    }
    return address;
}

// Parses a bare IP literal into `address` (port untouched): 1 = parsed, 0 = not an address.
static inline int clinux_address_parse(const char *text, struct clinux_address *address) {
    unsigned char bytes[16] = {0};
    if (inet_pton(AF_INET, text, bytes) == 1) {
        address->family = 4;
        memcpy(&address->low, bytes, 4);
        return 1;
    }
    if (inet_pton(AF_INET6, text, bytes) == 1) {
        address->family = 6;
        memcpy(&address->high, bytes, 8);
        memcpy(&address->low, bytes + 8, 8);
        return 1;
    }
    return 0;
}

// Writes the IP literal of `address` into `text` (at least INET6_ADDRSTRLEN bytes): 1 = written.
static inline int clinux_address_format(struct clinux_address address, char *text, socklen_t capacity) {
    unsigned char bytes[16];
    if (address.family == 4) {
        memcpy(bytes, &address.low, 4);
        return inet_ntop(AF_INET, bytes, text, capacity) != NULL;
    }
    memcpy(bytes, &address.high, 8);
    memcpy(bytes + 8, &address.low, 8);
    return inet_ntop(AF_INET6, bytes, text, capacity) != NULL;
}

// ---- Sockets ----------------------------------------------------------------------------------------------------------

static inline int clinux_stream_socket(uint8_t family) {
    int result = socket(family == 4 ? AF_INET : AF_INET6, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP);
    return result < 0 ? -errno : result;
}

static inline int clinux_set_option(int descriptor, int level, int name, int value) {
    return setsockopt(descriptor, level, name, &value, sizeof value) < 0 ? -errno : 0;
}

static inline int clinux_option(int descriptor, int level, int name) {
    int value = 0;
    socklen_t length = sizeof value;
    return getsockopt(descriptor, level, name, &value, &length) < 0 ? -errno : value;
}

static inline int clinux_bind(int descriptor, struct clinux_address address) {
    struct sockaddr_storage storage;
    socklen_t length = clinux_address_encode(address, &storage);
    return bind(descriptor, (struct sockaddr *)&storage, length) < 0 ? -errno : 0;
}

static inline int clinux_connect(int descriptor, struct clinux_address address) {
    struct sockaddr_storage storage;
    socklen_t length = clinux_address_encode(address, &storage);
    return connect(descriptor, (struct sockaddr *)&storage, length) < 0 ? -errno : 0;
}

static inline int clinux_listen(int descriptor, int backlog) { return listen(descriptor, backlog) < 0 ? -errno : 0; }

// Stops listening at once, whoever else still holds the descriptor: newcomers are refused from now on.
static inline int clinux_stop_listening(int descriptor) { return shutdown(descriptor, SHUT_RDWR) < 0 ? -errno : 0; }

static inline int clinux_accept(int descriptor, struct clinux_address *peer) {
    struct sockaddr_storage storage;
    socklen_t length = sizeof storage;
    storage.ss_family = AF_UNSPEC;
    int result = accept4(descriptor, (struct sockaddr *)&storage, &length, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (result < 0) return -errno;
    *peer = clinux_address_decode(&storage);
    return result;
}

static inline struct clinux_address clinux_local_address(int descriptor) {
    struct sockaddr_storage storage;
    socklen_t length = sizeof storage;
    storage.ss_family = AF_UNSPEC;
    if (getsockname(descriptor, (struct sockaddr *)&storage, &length) < 0) storage.ss_family = AF_UNSPEC;
    return clinux_address_decode(&storage);
}

static inline int clinux_socket_pair(int descriptors[2]) {
    return socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, descriptors) < 0 ? -errno : 0;
}

static inline ssize_t clinux_receive(int descriptor, void *bytes, size_t count) {
    ssize_t result;
    do result = recv(descriptor, bytes, count, 0);
    while (result < 0 && errno == EINTR);
    return result < 0 ? -errno : result;
}

// MSG_NOSIGNAL: a peer that has gone is an error to report, not a SIGPIPE.
static inline ssize_t clinux_send(int descriptor, const void *bytes, size_t count) {
    ssize_t result;
    do result = send(descriptor, bytes, count, MSG_NOSIGNAL);
    while (result < 0 && errno == EINTR);
    return result < 0 ? -errno : result;
}

static inline int clinux_shutdown_writing(int descriptor) { return shutdown(descriptor, SHUT_WR) < 0 ? -errno : 0; }

static inline int clinux_socket_error(int descriptor) { return clinux_option(descriptor, SOL_SOCKET, SO_ERROR); }

// EINTR on close means closed on Linux: a second close could hit another thread's new descriptor.
static inline void clinux_close(int descriptor) { close(descriptor); }

// A descriptor that stands for nothing, to be given up when there are no others left.
static inline int clinux_spare_descriptor(void) {
    int result = open("/dev/null", O_RDONLY | O_CLOEXEC);
    return result < 0 ? -errno : result;
}

// ---- Time, threads, errors --------------------------------------------------------------------------------------------

static inline uint64_t clinux_monotonic_nanoseconds(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

static inline uintptr_t clinux_current_thread(void) { return (uintptr_t)pthread_self(); }

// Starts a joinable thread on which every signal is blocked but those of a fault of its own. That includes SIGPIPE, which
// goes to the thread that wrote: a library that calls write(2) on a dead socket there gets EPIPE and nothing more.
static inline int clinux_thread_start(uintptr_t *thread, const char *name, void *(*body)(void *), void *argument) {
    sigset_t blocked, before;
    sigfillset(&blocked);
    const int faults[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP, SIGABRT, SIGSYS};
    for (unsigned i = 0; i < sizeof faults / sizeof faults[0]; i++) sigdelset(&blocked, faults[i]);
    pthread_sigmask(SIG_SETMASK, &blocked, &before);
    pthread_t started;
    int error = pthread_create(&started, NULL, body, argument);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (error) return -error;
    char shortened[16] = {0};  // The kernel's limit for a thread's name, with the final zero.
    strncpy(shortened, name, sizeof shortened - 1);
    pthread_setname_np(started, shortened);
    *thread = (uintptr_t)started;
    return 0;
}

static inline void clinux_thread_join(uintptr_t thread) { pthread_join((pthread_t)thread, NULL); }

static inline void clinux_mutex_create(pthread_mutex_t *mutex) { pthread_mutex_init(mutex, NULL); }
static inline void clinux_mutex_lock(pthread_mutex_t *mutex) { pthread_mutex_lock(mutex); }
static inline void clinux_mutex_unlock(pthread_mutex_t *mutex) { pthread_mutex_unlock(mutex); }
static inline void clinux_mutex_destroy(pthread_mutex_t *mutex) { pthread_mutex_destroy(mutex); }

static inline void clinux_thread_detach(uintptr_t thread) { pthread_detach((pthread_t)thread); }

static inline int clinux_error_text(int error, char *buffer, size_t capacity) {
    return strerror_r(error, buffer, capacity) == 0;
}

static inline int clinux_limit_descriptors(uint64_t count) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) < 0) return -errno;
    limit.rlim_cur = count;
    return setrlimit(RLIMIT_NOFILE, &limit) < 0 ? -errno : 0;
}

#endif
