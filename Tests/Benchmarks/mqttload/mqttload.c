// mqttload - a small neutral MQTT/TLS load generator (epoll, OpenSSL, no dependencies besides libssl).
// Modes: handshake, idle, pubsub, storm, reconnect.  `mqttload --help` for the options.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

// ---------------------------------------------------------------- histogram
// Log-linear: 64 sub-buckets per power of two (relative error < 1.6 %), values in ns.
#define HSUB 6
#define HN (64 << HSUB)
typedef struct {
    uint64_t n, sum, max;
    uint64_t b[HN];
} hist;

static inline unsigned h_idx(uint64_t v) {
    if (v < (1u << HSUB))
        return (unsigned)v;
    unsigned e = 63 - __builtin_clzll(v);
    return ((e - HSUB + 1) << HSUB) + (unsigned)((v >> (e - HSUB)) & ((1u << HSUB) - 1));
}
static inline uint64_t h_val(unsigned i) { // middle of the bucket
    if (i < (1u << HSUB))
        return i;
    unsigned e = (i >> HSUB) + HSUB - 1;
    uint64_t lo = (1ull << e) | ((uint64_t)(i & ((1u << HSUB) - 1)) << (e - HSUB));
    return lo + ((1ull << (e - HSUB)) >> 1);
}
static inline void h_add(hist *h, uint64_t v) {
    h->n++;
    h->sum += v;
    if (v > h->max)
        h->max = v;
    h->b[h_idx(v)]++;
}
static void h_merge(hist *a, const hist *b) {
    a->n += b->n;
    a->sum += b->sum;
    if (b->max > a->max)
        a->max = b->max;
    for (int i = 0; i < HN; i++)
        a->b[i] += b->b[i];
}
static double h_us(const hist *h, double q) {
    if (!h->n)
        return 0;
    uint64_t want = (uint64_t)(q * (double)h->n), s = 0;
    if (want >= h->n)
        want = h->n - 1;
    for (int i = 0; i < HN; i++) {
        s += h->b[i];
        if (s > want)
            return (double)h_val(i) / 1e3;
    }
    return (double)h->max / 1e3;
}

// ---------------------------------------------------------------- options
enum { M_HS, M_IDLE, M_PUBSUB, M_STORM, M_RECON };
enum { PAT_PAIR, PAT_FANIN, PAT_FANOUT };
static struct {
    int mode, port, threads, conns, conc, pubs, subs, pattern, qos, size, window, keepalive, nsrc, srcbase, ncerts;
    int mqttver, wait_ticket, do_mqtt, resume, check_sni, json, tls, cid_cert, storm_slots, storm_nice, timeout_s,
        batch, persist;
    int ktls, storm_threads, ping, ws;
    double rate, dur, warm, hold, storm_rate;
    const char *host, *ca, *cert, *key, *certpat, *tlsver, *pids, *user, *pass, *prefix, *label, *cmd, *ciphers,
        *groups;
    char *sni[64];
    int nsni;
} o = {.port = 8883,
       .threads = 1,
       .conns = 1000,
       .conc = 64,
       .pubs = 50,
       .subs = 50,
       .size = 64,
       .window = 20,
       .keepalive = 600,
       .nsrc = 16,
       .srcbase = 2,
       .mqttver = 4,
       .tls = 1,
       .dur = 5,
       .warm = 1,
       .hold = 3,
       .host = "127.0.0.1",
       .tlsver = "any",
       .prefix = "ml",
       .label = "",
       .storm_slots = 256,
       .storm_nice = 5,
       .timeout_s = 15,
       .batch = 1,
       .storm_rate = 200,
       .storm_threads = 1};

// ---------------------------------------------------------------- global state
enum { PH_SETUP, PH_WARM, PH_MEAS, PH_STORMWARM, PH_STORM, PH_DRAIN, PH_STOP, PH_N };
static _Atomic int g_phase;
static SSL_CTX *g_ctx;
static X509 **g_certs;
static EVP_PKEY **g_keys;
static char **g_cns;
static _Atomic long g_up;         // connections that are READY now
static _Atomic long g_uniq;       // for unique client ids
static _Atomic uint64_t *g_acked; // per publisher: deliveries seen (all subscribers)
static _Atomic uint64_t *g_sentv; // per publisher: messages sent
static int g_fan = 1;             // deliveries per published message
static char g_run[24];
static struct sockaddr_in g_addr;

typedef struct worker worker;
enum { R_HS, R_IDLE, R_PUB, R_SUB };
enum { S_NONE, S_TLS, S_TICKET, S_UPGRADE, S_CONNACK, S_SUBACK, S_READY };
typedef struct conn {
    int fd;
    uint8_t state, role, kicked, blocked, held;
    int id, idx;
    SSL *ssl;
    worker *w;
    uint64_t t0;
    uint8_t *out;
    size_t outlen, outoff, outcap;
    uint8_t *in;
    size_t inlen, incap;
    uint16_t pid;
    uint32_t inflight;
    uint64_t seq, forgiven, last_prog;
    uint32_t *expv;
    SSL_SESSION *sess;
    uint8_t ticket;
    uint32_t tries;
    uint8_t wshead[10], wsn; // --websocket: the head of the frame that is being read
    uint64_t wsleft;         // and what is left of its payload
} conn;

struct worker {
    pthread_t th;
    int id, ep, role_hs;
    conn *c;
    int n, next_open, opening, conc;
    int up_target;
    int *freelist, nfree;
    struct {
        uint64_t at;
        conn *c;
    } * rq;
    int rqh, rqt, rqcap;
    conn **kick;
    int nkick;
    conn **pubv;
    int npub;
    hist h[PH_N];
    uint64_t recv[PH_N], sent[PH_N], done[PH_N];
    uint64_t err, timeouts, resumed, badcert, dup, gaps, pubok, closed, deferred, rxtotal;
    uint64_t errk[8];
    double rate;
    uint64_t due_k, due_t0;
    int nice;
    int delay_start;
    hist hback;
    char errtxt[160];
    uint8_t rbuf[1 << 17];
};

static inline uint64_t now_ns(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000ull + (uint64_t)t.tv_nsec;
}
static void die(const char *m) {
    fprintf(stderr, "mqttload: %s: %s\n", m, strerror(errno));
    exit(2);
}

// ---------------------------------------------------------------- server process sampling
#define MAXL 8
static struct {
    char name[32];
    int pid[64];
    int n;
} g_l[MAXL];
static int g_nl;
typedef struct {
    double cpu[MAXL];
    long rss[MAXL], pss[MAXL];
    double self, t, busy;
    long slab, sockmem;
} sample;

static void parse_pids(const char *s) { // "proxy=1+2,broker=3"
    char *d = strdup(s), *sv = 0;
    for (char *p = strtok_r(d, ",", &sv); p && g_nl < MAXL; p = strtok_r(0, ",", &sv)) {
        char *e = strchr(p, '=');
        char *ids = p;
        if (e) {
            *e = 0;
            snprintf(g_l[g_nl].name, 32, "%s", p);
            ids = e + 1;
        } else
            snprintf(g_l[g_nl].name, 32, "server");
        char *s2 = 0;
        for (char *q = strtok_r(ids, "+ ", &s2); q && g_l[g_nl].n < 64; q = strtok_r(0, "+ ", &s2))
            g_l[g_nl].pid[g_l[g_nl].n++] = atoi(q);
        g_nl++;
    }
}
static double pid_cpu(int pid) {
    char p[64], b[1024];
    snprintf(p, sizeof p, "/proc/%d/stat", pid);
    int fd = open(p, O_RDONLY);
    if (fd < 0)
        return 0;
    ssize_t n = read(fd, b, sizeof b - 1);
    close(fd);
    if (n <= 0)
        return 0;
    b[n] = 0;
    char *q = strrchr(b, ')');
    unsigned long long u = 0, s = 0;
    if (!q || sscanf(q + 2, "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %llu %llu", &u, &s) != 2)
        return 0;
    return (double)(u + s) / (double)sysconf(_SC_CLK_TCK);
}
static void pid_mem(int pid, long *rss, long *pss) {
    char p[64], l[256];
    snprintf(p, sizeof p, "/proc/%d/smaps_rollup", pid);
    FILE *f = fopen(p, "r");
    if (!f)
        return;
    long v;
    while (fgets(l, sizeof l, f)) {
        if (sscanf(l, "Rss: %ld", &v) == 1)
            *rss += v;
        else if (sscanf(l, "Pss: %ld", &v) == 1)
            *pss += v;
    }
    fclose(f);
}
static void take(sample *s, int mem) {
    memset(s, 0, sizeof *s);
    for (int i = 0; i < g_nl; i++)
        for (int j = 0; j < g_l[i].n; j++) {
            s->cpu[i] += pid_cpu(g_l[i].pid[j]);
            if (mem)
                pid_mem(g_l[i].pid[j], &s->rss[i], &s->pss[i]);
        }
    struct rusage r;
    getrusage(RUSAGE_SELF, &r);
    s->self = (double)r.ru_utime.tv_sec + (double)r.ru_utime.tv_usec / 1e6 + (double)r.ru_stime.tv_sec +
              (double)r.ru_stime.tv_usec / 1e6;
    s->t = (double)now_ns() / 1e9;
    FILE *fs = fopen("/proc/stat", "r");
    unsigned long long u, n, sy, id, io, irq, si, st; // whole machine, to see what others took
    if (fs) {
        if (fscanf(fs, "cpu %llu %llu %llu %llu %llu %llu %llu %llu", &u, &n, &sy, &id, &io, &irq, &si, &st) == 8)
            s->busy = (double)(u + n + sy + irq + si + st) / (double)sysconf(_SC_CLK_TCK);
        fclose(fs);
    }
    if (mem) {
        FILE *f = fopen("/proc/meminfo", "r");
        char l[256];
        long v;
        while (f && fgets(l, sizeof l, f))
            if (sscanf(l, "Slab: %ld", &v) == 1)
                s->slab = v;
        if (f)
            fclose(f);
        f = fopen("/proc/net/sockstat", "r");
        while (f && fgets(l, sizeof l, f)) {
            char *m = strstr(l, " mem ");
            if (!strncmp(l, "TCP:", 4) && m)
                s->sockmem = atol(m + 5) * 4;
        }
        if (f)
            fclose(f);
    }
}

// ---------------------------------------------------------------- MQTT encoding
static size_t put_len(uint8_t *p, size_t v) {
    size_t n = 0;
    do {
        uint8_t b = v & 127;
        v >>= 7;
        p[n++] = v ? b | 128 : b;
    } while (v);
    return n;
}
static size_t put_str(uint8_t *p, const char *s) {
    size_t n = strlen(s);
    p[0] = (uint8_t)(n >> 8);
    p[1] = (uint8_t)n;
    memcpy(p + 2, s, n);
    return n + 2;
}
static size_t mk_connect(uint8_t *p, const char *cid, int clean) {
    uint8_t b[1024];
    size_t n = 0;
    n += put_str(b + n, o.mqttver == 3 ? "MQIsdp" : "MQTT");
    b[n++] = (uint8_t)o.mqttver;
    b[n++] = (uint8_t)((clean ? 2 : 0) | (o.user ? 0x80 : 0) | (o.pass ? 0x40 : 0));
    b[n++] = (uint8_t)(o.keepalive >> 8);
    b[n++] = (uint8_t)o.keepalive;
    if (o.mqttver == 5) { // receive maximum 65535 so that no peer is throttled by our default
        b[n++] = clean ? 3 : 8;
        b[n++] = 0x21;
        b[n++] = 0xff;
        b[n++] = 0xff;
        if (!clean) { // session expiry interval: for ever
            b[n++] = 0x11;
            memset(b + n, 0xff, 4);
            n += 4;
        }
    }
    n += put_str(b + n, cid);
    if (o.user)
        n += put_str(b + n, o.user);
    if (o.pass)
        n += put_str(b + n, o.pass);
    p[0] = 0x10;
    size_t h = 1 + put_len(p + 1, n);
    memcpy(p + h, b, n);
    return h + n;
}
static size_t mk_sub(uint8_t *p, const char *topic, int qos) {
    uint8_t b[512];
    size_t n = 0;
    b[n++] = 0;
    b[n++] = 1;
    if (o.mqttver == 5)
        b[n++] = 0;
    n += put_str(b + n, topic);
    b[n++] = (uint8_t)qos;
    p[0] = 0x82;
    size_t h = 1 + put_len(p + 1, n);
    memcpy(p + h, b, n);
    return h + n;
}

// ---------------------------------------------------------------- connection I/O
static void conn_close(conn *c, int graceful) {
    if (c->fd < 0)
        return;
    if (c->ssl) {
        if (graceful) {
            ERR_clear_error();
            SSL_shutdown(c->ssl);
        } else
            SSL_set_quiet_shutdown(c->ssl, 1);
        SSL_free(c->ssl);
        c->ssl = 0;
    }
    close(c->fd);
    c->fd = -1;
    c->outlen = c->outoff = c->inlen = 0;
    c->wsn = 0, c->wsleft = 0;
    if (c->state == S_READY)
        atomic_fetch_sub(&g_up, 1);
    c->state = S_NONE;
}
// raw write: >0 bytes, 0 would block, -1 error
static ssize_t raw_write(conn *c, const uint8_t *p, size_t n) {
    if (c->ssl) {
        ERR_clear_error();
        int r = SSL_write(c->ssl, p, (int)n);
        if (r > 0)
            return r;
        int e = SSL_get_error(c->ssl, r);
        return (e == SSL_ERROR_WANT_READ || e == SSL_ERROR_WANT_WRITE) ? 0 : -1;
    }
    ssize_t r = send(c->fd, p, n, MSG_NOSIGNAL);
    if (r >= 0)
        return r;
    return errno == EAGAIN ? 0 : -1;
}
static int flush_out(conn *c) {
    while (c->outoff < c->outlen) {
        size_t n = c->outlen - c->outoff;
        if (n > 16384)
            n = 16384;
        ssize_t r = raw_write(c, c->out + c->outoff, n);
        if (r < 0)
            return -1;
        if (!r)
            return 0;
        c->outoff += (size_t)r;
    }
    c->outlen = c->outoff = 0;
    return 0;
}
static void out_append(conn *c, const uint8_t *p, size_t n) {
    if (c->outlen + n > c->outcap) {
        c->outcap = (c->outlen + n) * 2 + 256;
        c->out = realloc(c->out, c->outcap);
    }
    memcpy(c->out + c->outlen, p, n);
    c->outlen += n;
}
// RFC 6455: one masked binary frame around a packet
static const uint8_t ws_mask[4] = {0x37, 0xfa, 0x21, 0x3d};
static size_t ws_frame(uint8_t *to, const uint8_t *p, size_t n) {
    size_t k = 0;
    to[k++] = 0x82;
    to[k++] = (uint8_t)(0x80 | (n < 126 ? n : 126));
    if (n >= 126) {
        to[k++] = (uint8_t)(n >> 8);
        to[k++] = (uint8_t)n;
    }
    memcpy(to + k, ws_mask, 4);
    k += 4;
    for (size_t i = 0; i < n; i++)
        to[k + i] = p[i] ^ ws_mask[i & 3];
    return k + n;
}
// takes the frames off n bytes at p: the payload moves to the front; -1 for a Close or a long frame
static ssize_t ws_strip(conn *c, uint8_t *p, size_t n) {
    size_t in = 0, out = 0;
    while (in < n) {
        if (c->wsleft) {
            size_t m = n - in < c->wsleft ? n - in : (size_t)c->wsleft;
            memmove(p + out, p + in, m);
            in += m;
            out += m;
            c->wsleft -= m;
            continue;
        }
        c->wshead[c->wsn++] = p[in++];
        if (c->wsn < 2)
            continue;
        int l = c->wshead[1] & 127, need = l < 126 ? 2 : l == 126 ? 4 : 10;
        if (c->wsn < need)
            continue;
        if ((c->wshead[0] & 15) > 2)
            return -1;
        uint64_t len = (uint64_t)l;
        if (need > 2) {
            len = 0;
            for (int i = 2; i < need; i++)
                len = len << 8 | c->wshead[i];
        }
        c->wsleft = len;
        c->wsn = 0;
    }
    return (ssize_t)out;
}
static int conn_send_raw(conn *c, const uint8_t *p, size_t n);
static int conn_send(conn *c, const uint8_t *p, size_t n) {
    static __thread uint8_t framed[(1 << 16) + 16];
    if (!o.ws || n > 65535)
        return o.ws ? -1 : conn_send_raw(c, p, n);
    return conn_send_raw(c, framed, ws_frame(framed, p, n));
}
static int conn_send_raw(conn *c, const uint8_t *p, size_t n) {
    if (c->held || c->outlen > c->outoff) {
        out_append(c, p, n);
        return 0;
    }
    while (n) {
        ssize_t r = raw_write(c, p, n);
        if (r < 0)
            return -1;
        if (!r)
            break;
        p += r;
        n -= (size_t)r;
    }
    if (n) {
        c->outlen = c->outoff = 0;
        out_append(c, p, n);
    }
    return 0;
}

static int new_session_cb(SSL *s, SSL_SESSION *sess) {
    conn *c = SSL_get_app_data(s);
    if (!c)
        return 0;
    c->ticket++;
    if (!o.resume)
        return 0;
    if (c->sess)
        SSL_SESSION_free(c->sess);
    c->sess = sess;
    return 1;
}

static void retry_later(worker *w, conn *c, uint64_t delay) {
    int nt = (w->rqt + 1) % w->rqcap;
    if (nt == w->rqh)
        return;
    w->rq[w->rqt].at = now_ns() + delay;
    w->rq[w->rqt].c = c;
    w->rqt = nt;
}
static void conn_fail(conn *c, int kind) {
    worker *w = c->w;
    w->err++;
    w->errk[kind & 7]++;
    if (!w->errtxt[0]) {
        unsigned long e = ERR_peek_error();
        snprintf(w->errtxt, sizeof w->errtxt, "state=%d kind=%d errno=%s ssl=%s", c->state, kind, strerror(errno),
                 e ? ERR_reason_error_string(e) : "-");
    }
    int was_ready = c->state == S_READY;
    if (!was_ready && c->state != S_NONE)
        w->opening--;
    conn_close(c, 0);
    if (was_ready) {
        w->closed++;
        if (o.mode == M_RECON)
            retry_later(w, c, 50000000ull);
        return;
    }
    c->tries++;
    if (c->role == R_HS && w->rate > 0) {
        w->freelist[w->nfree++] = c->idx;
        return;
    }
    if (c->role == R_HS || c->tries < 400)
        retry_later(w, c, 50000000ull);
}

static void conn_open(conn *c) {
    worker *w = c->w;
    w->opening++;
    c->ticket = 0;
    c->state = S_TLS;
    c->t0 = now_ns();
    c->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (c->fd < 0) {
        conn_fail(c, 1);
        return;
    }
    int one = 1;
    setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    if (o.nsrc > 0) {
        setsockopt(c->fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &one, sizeof one);
        struct sockaddr_in a = {.sin_family = AF_INET};
        a.sin_addr.s_addr = htonl(0x7f000000u + (uint32_t)(o.srcbase + (int)(c->id % o.nsrc)));
        if (bind(c->fd, (void *)&a, sizeof a)) {
            conn_fail(c, 1);
            return;
        }
    }
    if (connect(c->fd, (void *)&g_addr, sizeof g_addr) && errno != EINPROGRESS) {
        conn_fail(c, 1);
        return;
    }
    if (o.tls) {
        c->ssl = SSL_new(g_ctx);
        SSL_set_fd(c->ssl, c->fd);
        SSL_set_app_data(c->ssl, c);
        SSL_set_connect_state(c->ssl);
        if (o.nsni)
            SSL_set_tlsext_host_name(c->ssl, o.sni[c->id % o.nsni]);
        if (o.ncerts) {
            int k = c->id % o.ncerts;
            SSL_use_certificate(c->ssl, g_certs[k]);
            SSL_use_PrivateKey(c->ssl, g_keys[k]);
        }
        if (o.resume && c->sess)
            SSL_set_session(c->ssl, c->sess);
    }
    struct epoll_event e = {.events = EPOLLIN | EPOLLOUT | EPOLLET | EPOLLRDHUP, .data.ptr = c};
    if (epoll_ctl(w->ep, EPOLL_CTL_ADD, c->fd, &e)) {
        conn_fail(c, 1);
        return;
    }
}

static void hs_finished(conn *c) { // one handshake cycle complete (role R_HS)
    worker *w = c->w;
    int ph = atomic_load_explicit(&g_phase, memory_order_relaxed);
    uint64_t t = now_ns();
    h_add(&w->h[ph], t - c->t0);
    w->done[ph]++;
    w->opening--;
    if (o.do_mqtt) {
        static const uint8_t d[2] = {0xe0, 0};
        conn_send(c, d, 2);
    }
    conn_close(c, 1);
    c->tries = 0;
    if (w->rate > 0)
        w->freelist[w->nfree++] = c->idx;
    else if (ph < PH_STOP)
        conn_open(c);
}
static void set_ready(conn *c) {
    worker *w = c->w;
    c->state = S_READY;
    w->opening--;
    atomic_fetch_add(&g_up, 1);
    c->tries = 0;
    int ph = atomic_load_explicit(&g_phase, memory_order_relaxed);
    h_add(&w->h[ph], now_ns() - c->t0);
    w->done[ph]++;
}
static int send_connect(conn *c) {
    uint8_t b[1200];
    char cid[128];
    if (o.cid_cert && o.ncerts)
        snprintf(cid, sizeof cid, "%s", g_cns[c->id % o.ncerts]);
    else if (c->role == R_HS)
        snprintf(cid, sizeof cid, "%s-%s-h%ld", o.prefix, g_run, atomic_fetch_add(&g_uniq, 1));
    else
        snprintf(cid, sizeof cid, "%s-%s-%c%d", o.prefix, g_run, "hips"[c->role], c -> id);
    c->state = S_CONNACK;
    return conn_send(c, b, mk_connect(b, cid, !(o.persist && c->role == R_SUB)));
}
static int tls_done(conn *c) {
    worker *w = c->w;
    if (c->ssl) {
        if (SSL_session_reused(c->ssl))
            w->resumed++;
        if (o.check_sni && o.nsni) {
            X509 *x = SSL_get0_peer_certificate(c->ssl);
            char cn[256] = "";
            if (x)
                X509_NAME_get_text_by_NID(X509_get_subject_name(x), NID_commonName, cn, sizeof cn);
            if (strcmp(cn, o.sni[c->id % o.nsni]))
                w->badcert++;
        }
    }
    if (c->role == R_HS && !o.do_mqtt) {
        if (o.wait_ticket && c->ssl && !c->ticket && SSL_version(c->ssl) == TLS1_3_VERSION) {
            c->state = S_TICKET;
            return 0;
        }
        hs_finished(c);
        return 1;
    }
    if (o.ws) {
        static const char r[] = "GET /mqtt HTTP/1.1\r\nHost: bench\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                                "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
                                "Sec-WebSocket-Protocol: mqtt\r\n\r\n";
        c->state = S_UPGRADE;
        return conn_send_raw(c, (const uint8_t *)r, sizeof r - 1);
    }
    return send_connect(c);
}
// have: bytes of the answer so far; 1 when it is whole and good, 0 when more is needed, -1 when it is a refusal
static int ws_upgraded(conn *c, const uint8_t *p, size_t have) {
    if (have < 4 || memcmp(p + have - 4, "\r\n\r\n", 4))
        return 0;
    return memcmp(p, "HTTP/1.1 101", 12) || send_connect(c) ? -1 : 1;
}

static void kick_pub(worker *w, conn *p) {
    if (!p->kicked) {
        p->kicked = 1;
        w->kick[w->nkick++] = p;
    }
}
static conn **g_pubconn; // by publisher id

static inline int can_send(conn *c) {
    if (o.qos && c->inflight >= (uint32_t)(o.rate > 0 ? 60000 : o.window))
        return 0;
    if (o.rate > 0)
        return 1;
    uint64_t ack = atomic_load_explicit(&g_acked[c->idx], memory_order_relaxed) + c->forgiven;
    return c->seq * (uint64_t)g_fan < ack + (uint64_t)o.window * (uint64_t)g_fan;
}
static inline int can_send_batch(conn *c) {
    if (o.qos)
        return c->inflight + (uint32_t)o.batch <= (uint32_t)o.window;
    uint64_t ack = atomic_load_explicit(&g_acked[c->idx], memory_order_relaxed) + c->forgiven;
    return (c->seq + (uint64_t)o.batch - 1) * (uint64_t)g_fan < ack + (uint64_t)o.window * (uint64_t)g_fan;
}
static int pub_one(conn *c, uint64_t ts) {
    static __thread uint8_t b[1 << 16];
    uint8_t t[64];
    size_t tl;
    char topic[48];
    int n = o.pattern == PAT_FANOUT ? snprintf(topic, sizeof topic, "b/%s/all", g_run)
                                    : snprintf(topic, sizeof topic, "b/%s/%d", g_run, c->idx);
    (void)t;
    tl = (size_t)n;
    size_t rem = 2 + tl + (o.qos ? 2 : 0) + (o.mqttver == 5 ? 1 : 0) + (size_t)o.size, k = 0;
    b[k++] = (uint8_t)(0x30 | (o.qos << 1));
    k += put_len(b + k, rem);
    b[k++] = (uint8_t)(tl >> 8);
    b[k++] = (uint8_t)tl;
    memcpy(b + k, topic, tl);
    k += tl;
    if (o.qos) {
        if (++c->pid == 0)
            c->pid = 1;
        b[k++] = (uint8_t)(c->pid >> 8);
        b[k++] = (uint8_t)c->pid;
        c->inflight++;
    }
    if (o.mqttver == 5)
        b[k++] = 0;
    uint32_t id = (uint32_t)c->idx, sq = (uint32_t)c->seq++;
    memcpy(b + k, &ts, 8);
    memcpy(b + k + 8, &id, 4);
    memcpy(b + k + 12, &sq, 4);
    k += (size_t)o.size;
    c->w->sent[atomic_load_explicit(&g_phase, memory_order_relaxed)]++;
    atomic_store_explicit(&g_sentv[c->idx], c->seq, memory_order_relaxed);
    return conn_send(c, b, k);
}
static void pub_run(conn *c) { // flat out within the window
    int ph = atomic_load_explicit(&g_phase, memory_order_relaxed);
    if (c->state != S_READY || ph < PH_WARM || ph >= PH_DRAIN || o.rate > 0)
        return;
    int burst = 0;
    while (o.batch > 1 && c->outlen == c->outoff &&
           can_send_batch(c)) { // --batch N: N PUBLISH packets leave in one write
        c->held = 1;
        for (int i = 0; i < o.batch; i++)
            pub_one(c, now_ns());
        c->held = 0;
        if (flush_out(c)) {
            conn_fail(c, 5);
            return;
        }
        if ((burst += o.batch) >= 64) {
            kick_pub(c->w, c);
            return;
        }
    }
    while (o.batch == 1 && c->outlen == c->outoff && can_send(c)) {
        if (pub_one(c, now_ns())) {
            conn_fail(c, 5);
            return;
        }
        if (++burst >= 64) {
            kick_pub(c->w, c);
            return;
        }
    }
}

static int on_packet(conn *c, const uint8_t *p, size_t hl, size_t len, uint8_t *ackb, size_t *ackn) {
    worker *w = c->w;
    uint8_t type = p[0] >> 4;
    const uint8_t *v = p + hl;
    switch (type) {
    case 2: // CONNACK
        if (c->state != S_CONNACK || len < 2 || v[1] != 0) {
            errno = 0;
            return -1;
        }
        if (c->role == R_HS) {
            hs_finished(c);
            return 1;
        }
        if (c->role == R_SUB) {
            uint8_t b[600];
            char t[64];
            if (o.pattern == PAT_PAIR)
                snprintf(t, sizeof t, "b/%s/%d", g_run, c->idx % o.pubs);
            else if (o.pattern == PAT_FANIN)
                snprintf(t, sizeof t, "b/%s/+", g_run);
            else
                snprintf(t, sizeof t, "b/%s/all", g_run);
            c->state = S_SUBACK;
            return conn_send(c, b, mk_sub(b, t, o.qos));
        }
        set_ready(c);
        return 0;
    case 9:
        if (c->state == S_SUBACK)
            set_ready(c);
        return 0;
    case 3: { // PUBLISH
        int q = (p[0] >> 1) & 3;
        size_t tl = (size_t)v[0] << 8 | v[1], k = 2 + tl;
        uint16_t pid = 0;
        if (q) {
            pid = (uint16_t)(v[k] << 8 | v[k + 1]);
            k += 2;
        }
        if (o.mqttver == 5) {
            size_t pl = 0;
            int s = 0;
            uint8_t x;
            do {
                x = v[k++];
                pl |= (size_t)(x & 127) << s;
                s += 7;
            } while (x & 128);
            k += pl;
        }
        if (k + 16 > len)
            return -1;
        uint64_t ts;
        uint32_t id, sq;
        memcpy(&ts, v + k, 8);
        memcpy(&id, v + k + 8, 4);
        memcpy(&sq, v + k + 12, 4);
        if ((int)id >= o.pubs)
            return -1;
        int ph = atomic_load_explicit(&g_phase, memory_order_relaxed);
        uint64_t t = now_ns();
        h_add(&w->h[ph], t > ts ? t - ts : 0);
        w->recv[ph]++;
        w->rxtotal++;
        if (sq < c->expv[id])
            w->dup++;
        else {
            if (sq > c->expv[id])
                w->gaps += sq - c->expv[id];
            c->expv[id] = sq + 1;
        }
        atomic_fetch_add_explicit(&g_acked[id], 1, memory_order_relaxed);
        if (o.rate <= 0) {
            conn *pc = g_pubconn[id];
            pc->last_prog = t;
            if (pc->w == w)
                kick_pub(w, pc);
        }
        if (q) {
            uint8_t *a = ackb + *ackn;
            a[0] = q == 1 ? 0x40 : 0x50;
            a[1] = 2;
            a[2] = (uint8_t)(pid >> 8);
            a[3] = (uint8_t)pid;
            *ackn += 4;
        }
        return 0;
    }
    case 4:
    case 7:
        if (c->inflight)
            c->inflight--;
        if (c->role == R_PUB && o.rate <= 0)
            kick_pub(w, c);
        w->pubok++;
        return 0; // PUBACK, PUBCOMP
    case 5: {
        uint8_t *a = ackb + *ackn;
        a[0] = 0x62;
        a[1] = 2;
        a[2] = v[0];
        a[3] = v[1];
        *ackn += 4;
        return 0;
    } // PUBREC -> PUBREL
    case 6: {
        uint8_t *a = ackb + *ackn;
        a[0] = 0x70;
        a[1] = 2;
        a[2] = v[0];
        a[3] = v[1];
        *ackn += 4;
        return 0;
    } // PUBREL -> PUBCOMP
    case 13:
    case 11:
        return 0;
    case 14:
        errno = 0;
        return -1;
    default:
        return -1;
    }
}

// returns 1 when the connection was closed/recycled inside
static int on_readable(conn *c) {
    worker *w = c->w;
    uint8_t ackb[16384];
    size_t ackn = 0;
    for (;;) {
        size_t have = 0;
        if (c->inlen) {
            memcpy(w->rbuf, c->in, c->inlen);
            have = c->inlen;
            c->inlen = 0;
        }
        ssize_t r;
        if (c->ssl) {
            ERR_clear_error();
            r = SSL_read(c->ssl, w->rbuf + have, (int)(sizeof w->rbuf - have));
            if (r <= 0) {
                int e = SSL_get_error(c->ssl, (int)r);
                if (e == SSL_ERROR_WANT_READ || e == SSL_ERROR_WANT_WRITE)
                    r = 0;
                else {
                    errno = e == SSL_ERROR_SYSCALL ? errno : 0;
                    r = -1;
                }
            }
        } else {
            r = recv(c->fd, w->rbuf + have, sizeof w->rbuf - have, 0);
            if (r == 0) {
                errno = 0;
                r = -1;
            } else if (r < 0)
                r = errno == EAGAIN ? 0 : -1;
        }
        if (r < 0) {
            conn_fail(c, 3);
            return 1;
        }
        ssize_t got = r;
        if (o.ws && r > 0) {
            if (c->state == S_UPGRADE) {
                int u = ws_upgraded(c, w->rbuf, have + (size_t)r);
                if (u < 0) {
                    conn_fail(c, 4);
                    return 1;
                }
                if (u)
                    continue;
            } else if ((got = ws_strip(c, w->rbuf + have, (size_t)r)) < 0) {
                conn_fail(c, 4);
                return 1;
            }
        }
        size_t end = have + (size_t)got, off = 0;
        while (c->state != S_UPGRADE && r > 0 && end - off >= 2) {
            size_t len = 0, hl = 1;
            int sh = 0, ok = 0;
            while (off + hl < end && hl < 5) {
                uint8_t x = w->rbuf[off + hl++];
                len |= (size_t)(x & 127) << sh;
                sh += 7;
                if (!(x & 128)) {
                    ok = 1;
                    break;
                }
            }
            if (!ok || end - off < hl + len)
                break;
            int s = on_packet(c, w->rbuf + off, hl, len, ackb, &ackn);
            if (s == 1)
                return 1;
            if (s < 0) {
                conn_fail(c, 4);
                return 1;
            }
            off += hl + len;
            if (ackn > sizeof ackb - 8) {
                if (conn_send(c, ackb, ackn)) {
                    conn_fail(c, 5);
                    return 1;
                }
                ackn = 0;
            }
        }
        if (off < end) {
            size_t n = end - off;
            if (n > c->incap) {
                c->incap = n * 2;
                c->in = realloc(c->in, c->incap);
            }
            memcpy(c->in, w->rbuf + off, n);
            c->inlen = n;
        }
        if (r == 0)
            break;
        if (!c->ssl && (size_t)r < sizeof w->rbuf - have)
            break;
    }
    if (ackn && conn_send(c, ackb, ackn)) {
        conn_fail(c, 5);
        return 1;
    }
    if (c->state == S_TICKET && c->ticket) {
        hs_finished(c);
        return 1;
    }
    return 0;
}

static void conn_event(conn *c, uint32_t ev) {
    if (c->fd < 0)
        return;
    if (c->state == S_TLS) {
        if (ev & (EPOLLERR | EPOLLHUP)) {
            int e = 0;
            socklen_t l = sizeof e;
            getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &e, &l);
            if (e) {
                errno = e;
                conn_fail(c, 1);
                return;
            }
        }
        if (c->ssl) {
            ERR_clear_error();
            int r = SSL_do_handshake(c->ssl);
            if (r != 1) {
                int e = SSL_get_error(c->ssl, r);
                if (e == SSL_ERROR_WANT_READ || e == SSL_ERROR_WANT_WRITE)
                    return;
                conn_fail(c, 2);
                return;
            }
        } else if (!(ev & EPOLLOUT))
            return;
        int s = tls_done(c);
        if (s == 1)
            return;
        if (s < 0) {
            conn_fail(c, 5);
            return;
        }
    }
    if (c->outlen > c->outoff && (ev & EPOLLOUT)) {
        if (flush_out(c)) {
            conn_fail(c, 5);
            return;
        }
        if (c->role == R_PUB && c->outlen == c->outoff)
            kick_pub(c->w, c);
    }
    if (c->fd >= 0)
        on_readable(c);
}

// ---------------------------------------------------------------- worker
static void *worker_main(void *arg) {
    worker *w = arg;
    unshare(CLONE_FILES); // own descriptor table: the RLIMIT_NOFILE counts per table
    w->ep = epoll_create1(EPOLL_CLOEXEC);
    if (w->ep < 0)
        die("epoll");
    prctl(PR_SET_TIMERSLACK, 1000);
    if (w->nice) {
        struct sched_param sp = {0};
        sched_setscheduler(0, SCHED_OTHER, &sp);
    } // storm threads never outrank the measured flow
    if (w->nice)
        setpriority(PRIO_PROCESS, (id_t)syscall(SYS_gettid), w->nice);
    struct epoll_event ev[256];
    uint64_t last_tick = now_ns();
    int started = 0;
    if (w->delay_start)
        while (atomic_load(&g_phase) < PH_STORMWARM)
            usleep(1000);
    for (;;) {
        int ph = atomic_load_explicit(&g_phase, memory_order_acquire);
        if (ph == PH_STOP)
            break;
        uint64_t t = now_ns();
        uint64_t to = 5000000;
        while (w->rqh != w->rqt && w->rq[w->rqh].at <= t) {
            conn *c = w->rq[w->rqh].c;
            w->rqh = (w->rqh + 1) % w->rqcap;
            if (c->fd < 0 && w->opening < w->conc * 2)
                conn_open(c);
            else if (c->fd < 0) {
                retry_later(w, c, 20000000);
            }
        }
        if (w->role_hs && w->rate > 0) { // open loop
            if (!w->due_t0)
                w->due_t0 = t;
            for (;;) {
                uint64_t due = w->due_t0 + (uint64_t)((double)w->due_k * 1e9 / w->rate);
                if (due > t) {
                    if (due - t < to)
                        to = due - t;
                    break;
                }
                w->due_k++;
                if (w->nfree)
                    conn_open(&w->c[w->freelist[--w->nfree]]);
                else
                    w->deferred++;
            }
        } else
            while (w->next_open < w->n && w->opening < w->conc)
                conn_open(&w->c[w->next_open++]);
        if (ph >= PH_WARM && ph < PH_DRAIN && w->npub) {
            if (o.rate > 0) {
                if (!w->due_t0)
                    w->due_t0 = t;
                double r = o.rate * w->npub;
                for (int lim = 0; lim < 512; lim++) {
                    uint64_t due = w->due_t0 + (uint64_t)((double)w->due_k * 1e9 / r);
                    if (due > t) {
                        if (due - t < to)
                            to = due - t;
                        break;
                    }
                    conn *c = w->pubv[w->due_k % (uint64_t)w->npub];
                    w->due_k++;
                    to = 0;
                    if (c->state == S_READY && c->outlen - c->outoff < (1u << 20) && can_send(c)) {
                        if (pub_one(c, due))
                            conn_fail(c, 5);
                    } else
                        w->deferred++;
                }
            } else if (!started) {
                started = 1;
                for (int i = 0; i < w->npub; i++)
                    kick_pub(w, w->pubv[i]);
            }
        }
        if (w->nkick) {
            int n = w->nkick;
            conn *loc[1024];
            int m = n > 1024 ? 1024 : n;
            memcpy(loc, w->kick + (n - m), (size_t)m * sizeof *loc);
            w->nkick = n - m;
            for (int i = 0; i < m; i++) {
                loc[i]->kicked = 0;
                pub_run(loc[i]);
            }
            if (w->nkick)
                to = 0;
        }
        if (o.threads > 1 && w->npub && o.rate <= 0 && to > 500000)
            to = 500000;
        struct timespec ts = {(time_t)(to / 1000000000ull), (long)(to % 1000000000ull)};
        int n = epoll_pwait2(w->ep, ev, 256, &ts, 0);
        for (int i = 0; i < n; i++)
            conn_event(ev[i].data.ptr, ev[i].events);
        if (o.threads > 1 && o.rate <= 0)
            for (int i = 0; i < w->npub; i++)
                if (can_send(w->pubv[i]))
                    kick_pub(w, w->pubv[i]);
        t = now_ns();
        if (t - last_tick > 250000000ull) {
            last_tick = t;
            for (int i = 0; i < w->n; i++) {
                conn *c = &w->c[i];
                if (c->fd >= 0 && c->state != S_READY && c->state != S_NONE &&
                    t - c->t0 > (uint64_t)o.timeout_s * 1000000000ull) {
                    w->timeouts++;
                    errno = ETIMEDOUT;
                    conn_fail(c, 6);
                }
            }
            for (int i = 0; i < w->npub; i++) {
                conn *c = w->pubv[i]; // forgive what the broker dropped
                if (o.rate <= 0 && c->last_prog && t - c->last_prog > 1000000000ull && !can_send(c) &&
                    (!o.qos || c->inflight < (uint32_t)o.window)) {
                    uint64_t a = atomic_load(&g_acked[c->idx]) + c->forgiven, e = c->seq * (uint64_t)g_fan;
                    if (e > a)
                        c->forgiven += e - a;
                    kick_pub(w, c);
                }
            }
        }
    }
    for (int i = 0; i < w->n; i++)
        conn_close(&w->c[i], w->n < 2000);
    return 0;
}
static worker *mk_worker(int id, int n, int conc) {
    worker *w = calloc(1, sizeof *w);
    w->id = id;
    w->n = n;
    w->c = calloc((size_t)n + 1, sizeof(conn));
    w->conc = conc < 1 ? 1 : conc;
    w->rqcap = n + 8;
    w->rq = calloc((size_t)w->rqcap, sizeof *w->rq);
    w->kick = calloc((size_t)n + 8, sizeof *w->kick);
    w->pubv = calloc((size_t)n + 1, sizeof *w->pubv);
    w->freelist = calloc((size_t)n + 8, sizeof(int));
    for (int i = 0; i < n; i++) {
        w->c[i].fd = -1;
        w->c[i].w = w;
        w->c[i].idx = i;
    }
    return w;
}
static void start(worker *w) {
    pthread_attr_t a;
    pthread_attr_init(&a);
    pthread_attr_setstacksize(&a, 1 << 20);
    if (pthread_create(&w->th, &a, worker_main, w))
        die("pthread");
}
static void phase(int p) {
    atomic_store(&g_phase, p);
}
static void nap(double s) {
    struct timespec t = {(time_t)s, (long)((s - (double)(time_t)s) * 1e9)};
    while (nanosleep(&t, &t) && errno == EINTR) {
    }
}

// A canary for the speed of the core (a virtual machine's neighbours move it): CPU time of one P-256 ECDSA verify, best
// of 4 short rounds.
static double canary(void) {
    EVP_PKEY *k = EVP_EC_gen("P-256");
    unsigned char m[32] = {1}, sg[128];
    size_t sl = sizeof sg;
    double best = 1e9;
    EVP_PKEY_CTX *c = EVP_PKEY_CTX_new(k, 0);
    EVP_PKEY_sign_init(c);
    EVP_PKEY_sign(c, sg, &sl, m, 32);
    EVP_PKEY_verify_init(c);
    for (int r = 0; r < 4; r++) {
        struct timespec a, b;
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &a);
        for (int i = 0; i < 100; i++)
            EVP_PKEY_verify(c, sg, sl, m, 32);
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &b);
        double us = ((double)(b.tv_sec - a.tv_sec) * 1e9 + (double)(b.tv_nsec - a.tv_nsec)) / 1e5;
        if (us < best)
            best = us;
    }
    EVP_PKEY_CTX_free(c);
    EVP_PKEY_free(k);
    return best;
}
// The same during the measurement: 20 verifies each 50 ms, in turn on each core (about 2 % of one core), mean of all
// rounds.
static double g_can_sum;
static int g_can_n;
static void nap_canary(double s) {
    if (o.rate > 0) {
        nap(s);
        return;
    } // would show in the latency
    EVP_PKEY *k = EVP_EC_gen("P-256");
    unsigned char m[32] = {1}, sg[128];
    size_t sl = sizeof sg;
    double end = (double)now_ns() / 1e9 + s;
    int nc = (int)sysconf(_SC_NPROCESSORS_ONLN), cpu = 0;
    cpu_set_t all, one;
    sched_getaffinity(0, sizeof all, &all);
    EVP_PKEY_CTX *c = EVP_PKEY_CTX_new(k, 0);
    EVP_PKEY_sign_init(c);
    EVP_PKEY_sign(c, sg, &sl, m, 32);
    EVP_PKEY_verify_init(c);
    while ((double)now_ns() / 1e9 < end - 0.05) {
        nap(0.045);
        CPU_ZERO(&one);
        CPU_SET(cpu++ % nc, &one);
        sched_setaffinity(0, sizeof one, &one);
        struct timespec a, b;
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &a);
        for (int i = 0; i < 20; i++)
            EVP_PKEY_verify(c, sg, sl, m, 32);
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &b);
        g_can_sum += ((double)(b.tv_sec - a.tv_sec) * 1e9 + (double)(b.tv_nsec - a.tv_nsec)) / 2e4;
        g_can_n++;
    }
    sched_setaffinity(0, sizeof all, &all);
    double r = end - (double)now_ns() / 1e9;
    if (r > 0)
        nap(r);
    EVP_PKEY_CTX_free(c);
    EVP_PKEY_free(k);
}
// ---------------------------------------------------------------- output
static int g_first = 1;
static void kv_s(const char *k, const char *v) {
    if (o.json)
        printf("%s\"%s\":\"%s\"", g_first ? "{" : ",", k, v);
    else
        printf("%-28s %s\n", k, v);
    g_first = 0;
}
static void kv_d(const char *k, double v) {
    if (o.json)
        printf("%s\"%s\":%.6g", g_first ? "{" : ",", k, v);
    else
        printf("%-28s %.6g\n", k, v);
    g_first = 0;
}
static void kv_hist(const char *p, const hist *h) {
    static const struct {
        const char *n;
        double q;
    } Q[] = {{"p50", .5}, {"p90", .9}, {"p99", .99}, {"p999", .999}};
    char k[64];
    for (int i = 0; i < 4; i++) {
        snprintf(k, sizeof k, "%s%s_us", p, Q[i].n);
        kv_d(k, h_us(h, Q[i].q));
    }
    snprintf(k, sizeof k, "%smax_us", p);
    kv_d(k, (double)h->max / 1e3);
}
static void kv_cpu(const sample *a, const sample *b, double units, const char *unit) {
    double tot = 0;
    char k[96];
    for (int i = 0; i < g_nl; i++) {
        double d = b->cpu[i] - a->cpu[i];
        tot += d;
        snprintf(k, sizeof k, "cpu_%s_s", g_l[i].name);
        kv_d(k, d);
    }
    if (g_nl) {
        kv_d("cpu_server_s", tot);
        kv_d("cpu_server_cores", tot / (b->t - a->t));
        if (units > 0) {
            snprintf(k, sizeof k, "cpu_server_s_per_M%s", unit);
            kv_d(k, tot / units * 1e6);
        }
    }
    kv_d("cpu_others_cores",
         (b->busy - a->busy - tot - (b->self - a->self)) / (b->t - a->t)); // processes outside this measurement
    kv_d("cpu_client_cores", (b->self - a->self) / (b->t - a->t));
    kv_d("cpu_client_s", b->self - a->self);
    if (units > 0) {
        snprintf(k, sizeof k, "cpu_client_s_per_M%s", unit);
        kv_d(k, (b->self - a->self) / units * 1e6);
    }
}
static void kv_mem(const sample *a, const sample *b, double n) {
    char k[96];
    double tr = 0, tp = 0;
    for (int i = 0; i < g_nl; i++) {
        snprintf(k, sizeof k, "%s_rss_before_kb", g_l[i].name);
        kv_d(k, (double)a->rss[i]);
        snprintf(k, sizeof k, "%s_rss_after_kb", g_l[i].name);
        kv_d(k, (double)b->rss[i]);
        snprintf(k, sizeof k, "%s_pss_before_kb", g_l[i].name);
        kv_d(k, (double)a->pss[i]);
        snprintf(k, sizeof k, "%s_pss_after_kb", g_l[i].name);
        kv_d(k, (double)b->pss[i]);
        snprintf(k, sizeof k, "%s_pss_per_conn_kb", g_l[i].name);
        kv_d(k, (double)(b->pss[i] - a->pss[i]) / n);
        tr += (double)(b->rss[i] - a->rss[i]);
        tp += (double)(b->pss[i] - a->pss[i]);
    }
    if (g_nl) {
        kv_d("rss_per_conn_kb", tr / n);
        kv_d("pss_per_conn_kb", tp / n);
    }
    kv_d("slab_per_conn_kb", (double)(b->slab - a->slab) / n);
}
static worker *W[128];
static int nW;
static void kv_err(void) {
    uint64_t e = 0, t = 0, bad = 0, rs = 0;
    const char *txt = "";
    uint64_t k[8] = {0};
    for (int i = 0; i < nW; i++) {
        e += W[i]->err;
        t += W[i]->timeouts;
        bad += W[i]->badcert;
        rs += W[i]->resumed;
        if (W[i]->errtxt[0])
            txt = W[i]->errtxt;
        for (int j = 0; j < 8; j++)
            k[j] += W[i]->errk[j];
    }
    kv_d("errors", (double)e);
    kv_d("timeouts", (double)t);
    if (e) {
        char b[120];
        snprintf(b, sizeof b, "tcp=%lu tls=%lu read=%lu proto=%lu write=%lu", k[1], k[2], k[3], k[4], k[5]);
        kv_s("error_kinds", b);
        kv_s("first_error", txt);
    }
    if (o.resume)
        kv_d("resumed_total", (double)rs);
    if (o.check_sni)
        kv_d("wrong_certificate", (double)bad);
}
static void fin(void) {
    if (o.json)
        printf("}\n");
    fflush(stdout);
}
static void sumh(hist *h, int ph, int hs_only) {
    for (int i = 0; i < nW; i++)
        if (!hs_only || W[i]->role_hs)
            h_merge(h, &W[i]->h[ph]);
}
static uint64_t sum_done(int ph) {
    uint64_t s = 0;
    for (int i = 0; i < nW; i++)
        s += W[i]->done[ph];
    return s;
}
static void joinall(void) {
    phase(PH_STOP);
    for (int i = 0; i < nW; i++)
        pthread_join(W[i]->th, 0);
}

// ---------------------------------------------------------------- modes
static void run_handshake(void) {
    int id = 0;
    for (int t = 0; t < o.threads; t++) {
        int n = o.conc / o.threads;
        if (n < 1)
            n = 1;
        worker *w = mk_worker(t, n, n);
        w->role_hs = 1;
        w->rate = o.rate / o.threads;
        for (int i = 0; i < n; i++) {
            w->c[i].role = R_HS;
            w->c[i].id = id++;
            w->freelist[w->nfree++] = i;
        }
        W[nW++] = w;
    }
    sample a, b;
    phase(PH_WARM);
    for (int i = 0; i < nW; i++)
        start(W[i]);
    nap(o.warm);
    take(&a, 1);
    phase(PH_MEAS);
    nap_canary(o.dur);
    take(&b, 1);
    phase(PH_DRAIN);
    joinall();
    double n = (double)sum_done(PH_MEAS), d = b.t - a.t;
    static hist h;
    sumh(&h, PH_MEAS, 1);
    kv_d("handshakes", n);
    kv_d("handshakes_per_s", n / d);
    kv_hist("", &h);
    kv_err();
    kv_cpu(&a, &b, n, "hs");
    if (n > 0 && g_nl) {
        double c = 0;
        for (int i = 0; i < g_nl; i++)
            c += b.cpu[i] - a.cpu[i];
        kv_d("cpu_server_us_per_hs", c / n * 1e6);
    }
    if (n > 0)
        kv_d("cpu_client_us_per_hs", (b.self - a.self) / n * 1e6);
    if (o.rate > 0) {
        uint64_t df = 0;
        for (int i = 0; i < nW; i++)
            df += W[i]->deferred;
        kv_d("deferred", (double)df);
    }
}
static void build_idle(void) {
    int id = 0;
    for (int t = 0; t < o.threads; t++) {
        int n = o.conns / o.threads + (t < o.conns % o.threads ? 1 : 0);
        worker *w = mk_worker(t, n, o.conc / o.threads);
        for (int i = 0; i < n; i++) {
            w->c[i].role = R_IDLE;
            w->c[i].id = id++;
        }
        W[nW++] = w;
    }
}
static double wait_up(long n, double limit) {
    double t0 = (double)now_ns() / 1e9, last = t0;
    long best = 0;
    for (;;) {
        long u = atomic_load(&g_up);
        double t = (double)now_ns() / 1e9;
        if (u >= n)
            return t - t0;
        if (u > best) {
            best = u;
            last = t;
        }
        if (t - t0 > limit || t - last > 20)
            return -1;
        nap(0.002);
    }
}
static void run_idle(void) {
    build_idle();
    sample a, b;
    take(&a, 1);
    for (int i = 0; i < nW; i++)
        start(W[i]);
    double t = wait_up(o.conns, 300);
    nap(o.hold);
    long up = atomic_load(&g_up);
    take(&b, 1);
    phase(PH_DRAIN);
    joinall();
    kv_d("wanted", o.conns);
    kv_d("up", (double)up);
    kv_d("open_s", t);
    kv_d("opens_per_s", t > 0 ? o.conns / t : 0);
    kv_mem(&a, &b, up > 0 ? (double)up : 1);
    static hist h;
    sumh(&h, PH_SETUP, 0);
    kv_hist("open_", &h);
    kv_err();
    kv_cpu(&a, &b, 0, "");
}
static void build_pubsub(void) {
    int T = o.threads, id = 0;
    g_fan = o.pattern == PAT_PAIR ? (o.subs / o.pubs > 0 ? o.subs / o.pubs : 1) : o.subs;
    g_acked = calloc((size_t)o.pubs, sizeof *g_acked);
    g_sentv = calloc((size_t)o.pubs, sizeof *g_sentv);
    g_pubconn = calloc((size_t)o.pubs, sizeof *g_pubconn);
    for (int t = 0; t < T; t++) {
        int n = 0;
        for (int i = 0; i < o.subs; i++)
            n += i % T == t;
        for (int i = 0; i < o.pubs; i++)
            n += i % T == t;
        worker *w = mk_worker(t, n, o.conc);
        int k = 0;
        for (int i = 0; i < o.subs; i++)
            if (i % T == t) {
                conn *c = &w->c[k++];
                c->role = R_SUB;
                c->idx = i;
                c->id = id++;
                c->expv = calloc((size_t)o.pubs, 4);
            }
        for (int i = 0; i < o.pubs; i++)
            if (i % T == t) {
                conn *c = &w->c[k++];
                c->role = R_PUB;
                c->idx = i;
                c->id = id++;
                g_pubconn[i] = c;
                w->pubv[w->npub++] = c;
            }
        W[nW++] = w;
    }
}
static void drain(void) {
    phase(PH_DRAIN);
    uint64_t last = 0;
    double lt = (double)now_ns() / 1e9;
    for (;;) {
        uint64_t r = 0, s = 0;
        for (int i = 0; i < o.pubs; i++) {
            r += g_acked[i];
            s += g_sentv[i];
        }
        double t = (double)now_ns() / 1e9;
        if (r >= s * (uint64_t)g_fan) {
            nap(0.05);
            break;
        }
        if (r != last) {
            last = r;
            lt = t;
        }
        if (t - lt > 2)
            break;
        nap(0.01);
    }
}
static void run_pubsub(void) {
    build_pubsub();
    for (int i = 0; i < nW; i++)
        start(W[i]);
    double t = wait_up(o.pubs + o.subs, 60);
    if (t < 0) {
        kv_s("fatal", "not all connections came up");
        kv_d("up", (double)g_up);
        kv_err();
        joinall();
        return;
    }
    nap(0.3);
    sample a, b, s0, s1;
    take(&s0, 1);
    phase(PH_WARM);
    nap(o.warm);
    take(&a, 0);
    phase(PH_MEAS);
    nap_canary(o.dur);
    take(&b, 0);
    if (o.mode == M_STORM) {
        sample c, d;
        phase(PH_STORMWARM);
        nap(1);
        take(&c, 0);
        phase(PH_STORM);
        nap(o.dur);
        take(&d, 0);
        drain();
        long up = atomic_load(&g_up);
        joinall();
        static hist h1, h2, h3;
        sumh(&h1, PH_MEAS, 0);
        for (int i = 0; i < nW; i++)
            if (!W[i]->role_hs)
                h_merge(&h2, &W[i]->h[PH_STORM]);
        sumh(&h3, PH_STORM, 1);
        uint64_t r1 = 0, r2 = 0, hs = 0, df = 0, hd = 0;
        for (int i = 0; i < nW; i++) {
            if (W[i]->role_hs) {
                hs += W[i]->done[PH_STORM];
                hd += W[i]->deferred;
            } else {
                r1 += W[i]->recv[PH_MEAS];
                r2 += W[i]->recv[PH_STORM];
                df += W[i]->deferred;
            }
        }
        kv_d("calm_recv_per_s", (double)r1 / (b.t - a.t));
        kv_hist("calm_", &h1);
        kv_d("storm_recv_per_s", (double)r2 / (d.t - c.t));
        kv_hist("storm_", &h2);
        kv_d("storm_hs_wanted_per_s", o.storm_rate);
        kv_d("storm_hs_per_s", (double)hs / (d.t - c.t));
        kv_hist("storm_hs_", &h3);
        kv_d("storm_hs_deferred", (double)hd);
        kv_d("pub_deferred", (double)df);
        kv_d("up_at_end", (double)up);
        kv_err();
        kv_cpu(&c, &d, 0, "");
        goto loss;
    }
    drain();
    take(&s1, 1);
    long up = atomic_load(&g_up);
    joinall();
    uint64_t rc = 0, sn = 0, df = 0;
    for (int i = 0; i < nW; i++) {
        rc += W[i]->recv[PH_MEAS];
        sn += W[i]->sent[PH_MEAS];
        df += W[i]->deferred;
    }
    static hist h;
    sumh(&h, PH_MEAS, 0);
    double d = b.t - a.t;
    kv_d("sent_per_s", (double)sn / d);
    kv_d("recv_per_s", (double)rc / d);
    kv_hist("lat_", &h);
    kv_d("deferred", (double)df);
    kv_d("up_at_end", (double)up);
    kv_err();
    kv_cpu(&a, &b, (double)rc, "msg");
    for (int i = 0; i < g_nl; i++) {
        char k[80];
        snprintf(k, sizeof k, "%s_rss_start_kb", g_l[i].name);
        kv_d(k, (double)s0.rss[i]);
        snprintf(k, sizeof k, "%s_rss_end_kb", g_l[i].name);
        kv_d(k, (double)s1.rss[i]);
    }
loss:;
    uint64_t sent = 0, rx = 0, dup = 0;
    for (int i = 0; i < o.pubs; i++)
        sent += g_sentv[i];
    for (int i = 0; i < nW; i++) {
        rx += W[i]->rxtotal;
        dup += W[i]->dup;
    }
    kv_d("total_sent", (double)sent);
    kv_d("total_expected", (double)sent * g_fan);
    kv_d("total_received", (double)rx);
    kv_d("duplicates", (double)dup);
    kv_d("lost", (double)sent * g_fan - (double)(rx - dup));
}
static void run_storm(void) {
    int per = o.storm_slots / o.storm_threads;
    for (int t = 0; t < o.storm_threads; t++) {
        worker *w = mk_worker(100 + t, per, per);
        w->role_hs = 1;
        w->rate = o.storm_rate / o.storm_threads;
        w->nice = o.storm_nice;
        w->delay_start = 1;
        for (int i = 0; i < per; i++) {
            w->c[i].role = R_HS;
            w->c[i].id = 100000 + t * per + i;
            w->freelist[w->nfree++] = i;
        }
        W[nW++] = w;
    }
    o.do_mqtt = 1;
    run_pubsub();
}
static void run_reconnect(void) {
    build_idle();
    sample a, b;
    for (int i = 0; i < nW; i++)
        start(W[i]);
    double t1 = wait_up(o.conns, 300);
    kv_d("wanted", o.conns);
    kv_d("first_open_s", t1);
    if (t1 < 0) {
        kv_d("up", (double)g_up);
        kv_err();
        joinall();
        return;
    }
    nap(1);
    take(&a, 0);
    double t0 = (double)now_ns() / 1e9, tdown = 0;
    if (o.cmd) {
        if (system(o.cmd))
            fprintf(stderr, "restart command failed\n");
        while (atomic_load(&g_up) > o.conns / 10 && (double)now_ns() / 1e9 - t0 < 30)
            nap(0.001);
        tdown = (double)now_ns() / 1e9 - t0;
    } else { // clients close everything: restart the workers with the same ids (and sessions)
        joinall();
        phase(PH_SETUP);
        t0 = (double)now_ns() / 1e9;
        for (int i = 0; i < nW; i++) {
            worker *w = W[i];
            w->next_open = 0;
            w->opening = 0;
            w->rqh = w->rqt = 0;
            memset(w->h, 0, sizeof w->h);
            for (int j = 0; j < w->n; j++)
                w->c[j].tries = 0;
            start(w);
        }
    }
    double t50 = -1, t99 = -1, t100 = -1;
    for (;;) {
        long u = atomic_load(&g_up);
        double t = (double)now_ns() / 1e9 - t0;
        if (t50 < 0 && u >= o.conns / 2)
            t50 = t;
        if (t99 < 0 && (double)u >= 0.99 * o.conns)
            t99 = t;
        if (u >= o.conns) {
            t100 = t;
            break;
        }
        if (t > 240)
            break;
        nap(0.002);
    }
    take(&b, 0);
    long up = atomic_load(&g_up);
    joinall();
    kv_d("up", (double)up);
    kv_d("down_after_s", tdown);
    kv_d("back_50pct_s", t50);
    kv_d("back_99pct_s", t99);
    kv_d("back_all_s", t100);
    if (t100 > 0)
        kv_d("reconnects_per_s", o.conns / (t100 - tdown));
    kv_err();
    kv_cpu(&a, &b, o.conns, "conn");
}

// ---------------------------------------------------------------- TLS setup
static void tls_setup(void) {
    g_ctx = SSL_CTX_new(TLS_client_method());
    SSL_CTX_set_mode(g_ctx,
                     SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_read_ahead(g_ctx, 1);
    SSL_CTX_set_session_cache_mode(g_ctx, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
    SSL_CTX_sess_set_new_cb(g_ctx, new_session_cb);
    int lo = 0, hi = 0;
    if (!strcmp(o.tlsver, "1.3"))
        lo = hi = TLS1_3_VERSION;
    else if (!strcmp(o.tlsver, "1.2"))
        lo = hi = TLS1_2_VERSION;
    else if (!strcmp(o.tlsver, "1.1"))
        lo = hi = TLS1_1_VERSION;
    else if (!strcmp(o.tlsver, "1.0"))
        lo = hi = TLS1_VERSION;
    if (lo && lo < TLS1_2_VERSION)
        SSL_CTX_set_security_level(g_ctx, 0);
    SSL_CTX_set_min_proto_version(g_ctx, lo);
    SSL_CTX_set_max_proto_version(g_ctx, hi);
    SSL_CTX_set1_groups_list(g_ctx, o.groups ? o.groups : "X25519:P-256");
    if (o.ciphers) {
        SSL_CTX_set_cipher_list(g_ctx, o.ciphers);
        SSL_CTX_set_ciphersuites(g_ctx, o.ciphers);
    }
    if (o.ca) {
        if (!SSL_CTX_load_verify_locations(g_ctx, o.ca, 0))
            die("ca");
        SSL_CTX_set_verify(g_ctx, SSL_VERIFY_PEER, 0);
    } else
        SSL_CTX_set_verify(g_ctx, SSL_VERIFY_NONE, 0);
    if (o.cert) {
        if (SSL_CTX_use_certificate_chain_file(g_ctx, o.cert) != 1 ||
            SSL_CTX_use_PrivateKey_file(g_ctx, o.key ? o.key : o.cert, SSL_FILETYPE_PEM) != 1) {
            ERR_print_errors_fp(stderr);
            die("client certificate");
        }
    }
    if (o.ncerts) { // --cert-pattern /dir/client-%d  -> /dir/client-0.crt, .key
        g_certs = calloc((size_t)o.ncerts, sizeof *g_certs);
        g_keys = calloc((size_t)o.ncerts, sizeof *g_keys);
        g_cns = calloc((size_t)o.ncerts, sizeof *g_cns);
        for (int i = 0; i < o.ncerts; i++) {
            char b[512], f[600], cn[128] = "";
            snprintf(b, sizeof b, o.certpat, i);
            snprintf(f, sizeof f, "%s.crt", b);
            FILE *fp = fopen(f, "r");
            if (!fp)
                die(f);
            g_certs[i] = PEM_read_X509(fp, 0, 0, 0);
            fclose(fp);
            snprintf(f, sizeof f, "%s.key", b);
            fp = fopen(f, "r");
            if (!fp)
                die(f);
            g_keys[i] = PEM_read_PrivateKey(fp, 0, 0, 0);
            fclose(fp);
            if (!g_certs[i] || !g_keys[i])
                die("client certificate pattern");
            X509_NAME_get_text_by_NID(X509_get_subject_name(g_certs[i]), NID_commonName, cn, sizeof cn);
            g_cns[i] = strdup(cn);
        }
    }
}

static const char *USAGE =
    "mqttload MODE [options]    MODE: handshake | idle | pubsub | storm | reconnect\n"
    " target    --host 127.0.0.1 --port 8883 --plain (no TLS) --websocket (path /mqtt)\n"
    "           --nsrc N (source addresses 127.0.0.2.., 0 = do not bind) "
    "--src-base 2\n"
    " tls       --ca F (verify the server) --cert F --key F | --cert-pattern /d/client-%d --ncerts N "
    "[--cid-from-cert]\n"
    "           --tlsver 1.0|1.1|1.2|1.3|any --sni a,b,c (round robin) --check-sni --resume --groups L --ciphers L\n"
    " mqtt      --mqttver 3|4|5 (--v5) --user U --pass P --keepalive S --prefix CID\n"
    " common    --threads T --conc C (simultaneous opens) --duration S --warmup S --timeout S --pids "
    "proxy=1+2,broker=3 --label L --json\n"
    " handshake --mqtt (CONNECT/CONNACK too) --wait-ticket (TLS 1.3: until a session ticket came) --rate R (open loop, "
    "0 = closed loop)\n"
    " idle      --conns N --hold S\n"
    " pubsub    --pubs P --subs S --pattern pair|fanin|fanout --qos 0|1|2 --size B --rate R (per publisher, 0 = flat "
    "out) --window W --batch N (PUBLISH packets per write; flat out only) --persist (sessions of subscribers outlive their connections)\n"
    " storm     pubsub options + --storm-rate K --storm-slots N --storm-nice N --storm-threads T\n"
    " reconnect --conns N --cmd 'shell command that restarts the server' (without: the clients close all)\n";

int main(int argc, char **argv) {
    signal(SIGPIPE, SIG_IGN);
    setvbuf(stdout, 0, _IOFBF, 1 << 16);
    if (argc < 2) {
        fputs(USAGE, stderr);
        return 1;
    }
    static const char *modes[] = {"handshake", "idle", "pubsub", "storm", "reconnect"};
    int m = -1;
    for (int i = 0; i < 5; i++)
        if (!strcmp(argv[1], modes[i]))
            m = i;
    if (m < 0) {
        fputs(USAGE, stderr);
        return 1;
    }
    o.mode = m;
    if (m == M_HS)
        o.conc = 32;
    enum {
        O_ = 256,
        HOST,
        PORT,
        PLAIN,
        WEBS,
        NSRC,
        SRCB,
        CA,
        CERT,
        KEY,
        CPAT,
        NC,
        CIDC,
        TV,
        SNI,
        CHK,
        RES,
        GRP,
        CIPH,
        MV,
        V5,
        USER,
        PASS,
        KA,
        PRE,
        THR,
        CONC,
        DUR,
        WARM,
        TMO,
        PIDS,
        LAB,
        JSON,
        MQTT,
        WT,
        RATE,
        CONNS,
        HOLD,
        PUBS,
        SUBS,
        PAT,
        QOS,
        SIZE,
        WIN,
        SR,
        SS,
        SN,
        ST,
        CMD,
        BAT,
        PERSIST
    };
    static struct option L[] = {{"host", 1, 0, HOST},
                                {"port", 1, 0, PORT},
                                {"plain", 0, 0, PLAIN},
                                {"websocket", 0, 0, WEBS},
                                {"nsrc", 1, 0, NSRC},
                                {"src-base", 1, 0, SRCB},
                                {"ca", 1, 0, CA},
                                {"cert", 1, 0, CERT},
                                {"key", 1, 0, KEY},
                                {"cert-pattern", 1, 0, CPAT},
                                {"ncerts", 1, 0, NC},
                                {"cid-from-cert", 0, 0, CIDC},
                                {"tlsver", 1, 0, TV},
                                {"sni", 1, 0, SNI},
                                {"check-sni", 0, 0, CHK},
                                {"resume", 0, 0, RES},
                                {"groups", 1, 0, GRP},
                                {"ciphers", 1, 0, CIPH},
                                {"mqttver", 1, 0, MV},
                                {"v5", 0, 0, V5},
                                {"user", 1, 0, USER},
                                {"pass", 1, 0, PASS},
                                {"keepalive", 1, 0, KA},
                                {"prefix", 1, 0, PRE},
                                {"threads", 1, 0, THR},
                                {"conc", 1, 0, CONC},
                                {"duration", 1, 0, DUR},
                                {"warmup", 1, 0, WARM},
                                {"timeout", 1, 0, TMO},
                                {"pids", 1, 0, PIDS},
                                {"label", 1, 0, LAB},
                                {"json", 0, 0, JSON},
                                {"mqtt", 0, 0, MQTT},
                                {"wait-ticket", 0, 0, WT},
                                {"rate", 1, 0, RATE},
                                {"conns", 1, 0, CONNS},
                                {"hold", 1, 0, HOLD},
                                {"pubs", 1, 0, PUBS},
                                {"subs", 1, 0, SUBS},
                                {"pattern", 1, 0, PAT},
                                {"qos", 1, 0, QOS},
                                {"size", 1, 0, SIZE},
                                {"window", 1, 0, WIN},
                                {"storm-rate", 1, 0, SR},
                                {"storm-slots", 1, 0, SS},
                                {"storm-nice", 1, 0, SN},
                                {"storm-threads", 1, 0, ST},
                                {"cmd", 1, 0, CMD},
                                {"batch", 1, 0, BAT},
                                {"persist", 0, 0, PERSIST},
                                {0}};
    int c;
    optind = 2;
    while ((c = getopt_long(argc, argv, "", L, 0)) != -1)
        switch (c) {
        case HOST:
            o.host = optarg;
            break;
        case PORT:
            o.port = atoi(optarg);
            break;
        case PLAIN:
            o.tls = 0;
            break;
        case WEBS:
            o.ws = 1;
            break;
        case NSRC:
            o.nsrc = atoi(optarg);
            break;
        case SRCB:
            o.srcbase = atoi(optarg);
            break;
        case CA:
            o.ca = optarg;
            break;
        case CERT:
            o.cert = optarg;
            break;
        case KEY:
            o.key = optarg;
            break;
        case CPAT:
            o.certpat = optarg;
            break;
        case NC:
            o.ncerts = atoi(optarg);
            break;
        case CIDC:
            o.cid_cert = 1;
            break;
        case TV:
            o.tlsver = optarg;
            break;
        case SNI: {
            char *s = strdup(optarg), *sv = 0;
            for (char *p = strtok_r(s, ",", &sv); p && o.nsni < 64; p = strtok_r(0, ",", &sv))
                o.sni[o.nsni++] = p;
            break;
        }
        case CHK:
            o.check_sni = 1;
            break;
        case RES:
            o.resume = 1;
            break;
        case GRP:
            o.groups = optarg;
            break;
        case CIPH:
            o.ciphers = optarg;
            break;
        case MV:
            o.mqttver = atoi(optarg);
            break;
        case V5:
            o.mqttver = 5;
            break;
        case USER:
            o.user = optarg;
            break;
        case PASS:
            o.pass = optarg;
            break;
        case KA:
            o.keepalive = atoi(optarg);
            break;
        case PRE:
            o.prefix = optarg;
            break;
        case THR:
            o.threads = atoi(optarg);
            break;
        case CONC:
            o.conc = atoi(optarg);
            break;
        case DUR:
            o.dur = atof(optarg);
            break;
        case WARM:
            o.warm = atof(optarg);
            break;
        case TMO:
            o.timeout_s = atoi(optarg);
            break;
        case PIDS:
            o.pids = optarg;
            break;
        case LAB:
            o.label = optarg;
            break;
        case JSON:
            o.json = 1;
            break;
        case MQTT:
            o.do_mqtt = 1;
            break;
        case WT:
            o.wait_ticket = 1;
            break;
        case RATE:
            o.rate = atof(optarg);
            break;
        case CONNS:
            o.conns = atoi(optarg);
            break;
        case HOLD:
            o.hold = atof(optarg);
            break;
        case PUBS:
            o.pubs = atoi(optarg);
            break;
        case SUBS:
            o.subs = atoi(optarg);
            break;
        case PAT:
            o.pattern = !strcmp(optarg, "fanin") ? PAT_FANIN : !strcmp(optarg, "fanout") ? PAT_FANOUT : PAT_PAIR;
            break;
        case QOS:
            o.qos = atoi(optarg);
            break;
        case SIZE:
            o.size = atoi(optarg);
            break;
        case WIN:
            o.window = atoi(optarg);
            break;
        case SR:
            o.storm_rate = atof(optarg);
            break;
        case SS:
            o.storm_slots = atoi(optarg);
            break;
        case SN:
            o.storm_nice = atoi(optarg);
            break;
        case ST:
            o.storm_threads = atoi(optarg);
            break;
        case CMD:
            o.cmd = optarg;
            break;
        case PERSIST:
            o.persist = 1;
            break;
        case BAT:
            o.batch = atoi(optarg) < 1 ? 1 : atoi(optarg);
            break;
        default:
            fputs(USAGE, stderr);
            return 1;
        }
    if (o.size < 16)
        o.size = 16;
    if (o.size > 60000)
        o.size = 60000;
    if (o.threads < 1)
        o.threads = 1;
    if (o.threads > 64)
        o.threads = 64;
    g_addr.sin_family = AF_INET;
    g_addr.sin_port = htons((uint16_t)o.port);
    if (inet_pton(AF_INET, o.host, &g_addr.sin_addr) != 1)
        die("host");
    if ((ntohl(g_addr.sin_addr.s_addr) >> 24) != 127) {
        fprintf(stderr, "mqttload: only loopback targets are allowed\n");
        return 1;
    }
    snprintf(g_run, sizeof g_run, "%x", (unsigned)(getpid() ^ (now_ns() >> 20)) & 0xffffff);
    struct rlimit rl;
    getrlimit(RLIMIT_NOFILE, &rl);
    rl.rlim_cur = rl.rlim_max;
    setrlimit(RLIMIT_NOFILE, &rl);
    if (o.pids)
        parse_pids(o.pids);
    if (o.tls)
        tls_setup();
    kv_d("canary_before_us", canary());
    kv_s("mode", modes[m]);
    kv_s("label", o.label);
    kv_s("tlsver", o.tls ? o.tlsver : "plain");
    kv_d("mqttver", o.mqttver);
    if (m == M_PUBSUB || m == M_STORM) {
        kv_d("pubs", o.pubs);
        kv_d("subs", o.subs);
        kv_d("qos", o.qos);
        kv_d("size", o.size);
        kv_d("rate", o.rate);
        kv_d("window", o.window);
        kv_d("batch", o.batch);
    }
    switch (m) {
    case M_HS:
        run_handshake();
        break;
    case M_IDLE:
        run_idle();
        break;
    case M_PUBSUB:
        run_pubsub();
        break;
    case M_STORM:
        run_storm();
        break;
    case M_RECON:
        run_reconnect();
        break;
    }
    kv_d("canary_after_us", canary());
    if (g_can_n)
        kv_d("canary_during_us", g_can_sum / g_can_n);
    fin();
    return 0;
}
