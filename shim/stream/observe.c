/* SPDX-License-Identifier: ISC */
#include "stream/observe.h"

#include <sys/socket.h>
#include <errno.h>

#include "libc/data_path.h"
#include "process/guest.h"
#include "process/readable.h"
#include "process/self.h"
#include "stream/give.h"
#include "stream/http.h"
#include "stream/relay.h"
#include "stream/telling.h"

enum {
    LEARN_ANSWERS = 100, /* of a server of HTTP/1 */
    LEARN_CALLS = 1000,  /* of any other, on connections */
    LEARN_MOST = 100000, /* of one that has hardly any, on whatever it reads and writes */
};

enum mode { OFF, LEARNING, TELLING };

static _Atomic enum mode mode;
static _Atomic uint32_t calls, all_calls;

static void look_at_data(void);

/* The kernel has read the message when it has sent it. */
static ssize_t passing_sendmsg(int fd, const struct msghdr *message, int flags)
{
    ssize_t r = real.sendmsg(fd, message, flags);

    if (r >= 0 && message->msg_controllen > 0 && !guest_is_running())
        give_look_at_sent(message);
    return r;
}

static bool serves_here(void)
{
    return atomic_load(&calls) >= LEARN_CALLS || http_answers() >= LEARN_ANSWERS;
}

/* Who accepts connections and hardly reads any may pass them on, and goes on to be watched. */
static void look_no_more(void)
{
    data_path_forward();
    if (!serves_here())
        __atomic_store_n(&data_path.sendmsg, passing_sendmsg, __ATOMIC_RELAXED);
}

static void learnt(bool on_connection)
{
    enum mode learning = LEARNING;

    atomic_fetch_add(&calls, on_connection);
    if (atomic_fetch_add(&all_calls, 1) < LEARN_MOST && !serves_here())
        return;
    if (!atomic_compare_exchange_strong(&mode, &learning, OFF))
        return;
    look_no_more();
    if (atomic_load(&mode) == TELLING) /* the handler came in between */
        look_at_data();
}

/* A sandbox may end the process for what the server itself does not do. */
static bool may_look(void)
{
    return !guest_is_running() && !readable_confined();
}

/* What is no connection hardly counts for learning: some read a thousand files before the first one
 * comes. */
static struct http *claim(int fd)
{
    struct http *x;

    if (atomic_load(&mode) == OFF || !may_look())
        return NULL;
    x = http_claim(fd);
    if (atomic_load(&mode) == LEARNING)
        learnt(x != NULL);
    return x;
}

static ssize_t received(int fd, const struct iovec *pieces, ssize_t r)
{
    struct http *x = r > 0 ? claim(fd) : NULL;

    if (x) {
        http_received(x, fd, pieces, (size_t)r);
        http_release(x, fd);
    }
    return r;
}

static ssize_t received_flags(int fd, const struct iovec *pieces, ssize_t r, int flags)
{
    if (flags & (MSG_PEEK | MSG_ERRQUEUE))
        return r;
    return received(fd, flags & (MSG_OOB | MSG_TRUNC) ? NULL : pieces, r);
}

static ssize_t watched_read(int fd, void *buffer, size_t n)
{
    return received(fd, &(struct iovec){buffer, n}, real.read(fd, buffer, n));
}

static ssize_t watched_read_chk(int fd, void *buffer, size_t n, size_t size)
{
    return received(fd, &(struct iovec){buffer, n}, real.__read_chk(fd, buffer, n, size));
}

static ssize_t watched_readv(int fd, const struct iovec *pieces, int count)
{
    return received(fd, pieces, real.readv(fd, pieces, count));
}

static ssize_t watched_recv(int fd, void *buffer, size_t n, int flags)
{
    return received_flags(fd, &(struct iovec){buffer, n}, real.recv(fd, buffer, n, flags), flags);
}

static ssize_t watched_recv_chk(int fd, void *buffer, size_t n, size_t size, int flags)
{
    return received_flags(fd, &(struct iovec){buffer, n},
                          real.__recv_chk(fd, buffer, n, size, flags), flags);
}

static ssize_t watched_recvfrom(int fd, void *restrict buffer, size_t n, int flags,
                                struct sockaddr *restrict from, socklen_t *restrict len)
{
    return received_flags(fd, &(struct iovec){buffer, n},
                          real.recvfrom(fd, buffer, n, flags, from, len), flags);
}

static ssize_t watched_recvmsg(int fd, struct msghdr *message, int flags)
{
    ssize_t r = real.recvmsg(fd, message, flags);

    return r > 0 ? received_flags(fd, message->msg_iov, r, flags) : r;
}

/* The connection that is written to, claimed until end(); NULL where nothing is to be seen. */
static struct http *begin(struct telling *t, int fd, const struct iovec *pieces, int count)
{
    struct http *x = claim(fd);

    t->outs = 0;
    if (atomic_load(&mode) == TELLING && may_look())
        relay_look(pieces, count);
    if (!x)
        return NULL;
    telling_begin(t, x, pieces, count);
    if (atomic_load(&mode) == TELLING)
        telling_tell(t, x, fd);
    return x;
}

static ssize_t end(struct telling *t, struct http *x, int fd, ssize_t r)
{
    if (x) {
        r = telling_end(t, x, r);
        http_release(x, fd);
    }
    return r;
}

/* A sandbox of the machine's that lets a process write() and not writev(): nothing was written. Not
 * where a part of ours is owed, without which the server's bytes must not go. */
static bool is_refused(const struct telling *t, ssize_t r)
{
    return t->outs > 0 && t->owed == 0 && r < 0 &&
           (errno == EPERM || errno == EACCES || errno == ENOSYS);
}

static void say_nothing(struct telling *t)
{
    t->outs = 0;
    t->text = 0;
    t->tells = false;
}

static ssize_t watched_write(int fd, const void *data, size_t n)
{
    struct iovec piece = {(void *)data, n};
    struct telling t;
    struct http *x = begin(&t, fd, &piece, 1);
    ssize_t r = t.outs ? real.writev(fd, t.out, t.outs) : real.write(fd, data, n);

    if (is_refused(&t, r)) {
        say_nothing(&t);
        r = real.write(fd, data, n);
    }
    return end(&t, x, fd, r);
}

static ssize_t watched_writev(int fd, const struct iovec *pieces, int count)
{
    struct telling t;
    struct http *x = begin(&t, fd, pieces, count);
    ssize_t r = t.outs ? real.writev(fd, t.out, t.outs) : real.writev(fd, pieces, count);

    return end(&t, x, fd, r);
}

static ssize_t send_pieces(int fd, struct telling *t, int flags)
{
    const struct msghdr message = {.msg_iov = t->out, .msg_iovlen = (size_t)t->outs};

    return real.sendmsg(fd, &message, flags);
}

static ssize_t watched_send(int fd, const void *data, size_t n, int flags)
{
    struct iovec piece = {(void *)data, n};
    struct telling t;
    struct http *x = begin(&t, fd, &piece, 1);
    ssize_t r = t.outs ? send_pieces(fd, &t, flags) : real.send(fd, data, n, flags);

    if (is_refused(&t, r)) {
        say_nothing(&t);
        r = real.send(fd, data, n, flags);
    }
    return end(&t, x, fd, r);
}

/* TCP takes no address. */
static ssize_t watched_sendto(int fd, const void *data, size_t n, int flags,
                              const struct sockaddr *to, socklen_t len)
{
    return to ? real.sendto(fd, data, n, flags, to, len) : watched_send(fd, data, n, flags);
}

static ssize_t watched_sendmsg(int fd, const struct msghdr *message, int flags)
{
    struct telling t;
    struct msghdr changed;
    struct http *x;

    if (readable_confined() || !readable(message, sizeof *message))
        return passing_sendmsg(fd, message, flags);
    x = begin(&t, fd, message->msg_iov, (int)message->msg_iovlen);
    changed = *message;
    if (t.outs) {
        changed.msg_iov = t.out;
        changed.msg_iovlen = (size_t)t.outs;
    }
    return end(&t, x, fd, passing_sendmsg(fd, &changed, flags));
}

/* What is owed goes first. */
static bool is_paid(int fd)
{
    struct http *x = claim(fd);
    struct telling t;
    bool paid;

    if (!x)
        return true;
    telling_begin(&t, x, NULL, 0);
    if (t.outs)
        telling_end(&t, x, real.writev(fd, t.out, t.outs));
    paid = x->owed == 0;
    http_release(x, fd);
    return paid;
}

static ssize_t watched_sendfile(int to, int from, off_t *offset, size_t n)
{
    struct http *x;
    ssize_t r;

    if (!is_paid(to))
        return -1;
    r = real.sendfile(to, from, offset, n);
    x = r > 0 ? claim(to) : NULL;
    if (x) {
        http_sent(x, NULL, (size_t)r);
        http_release(x, to);
    }
    return r;
}

static void look_at_data(void)
{
    struct data_path watched = {
        .read = watched_read,
        .__read_chk = watched_read_chk,
        .readv = watched_readv,
        .recv = watched_recv,
        .__recv_chk = watched_recv_chk,
        .recvfrom = watched_recvfrom,
        .recvmsg = watched_recvmsg,
        .write = watched_write,
        .writev = watched_writev,
        .send = watched_send,
        .sendto = watched_sendto,
        .sendmsg = watched_sendmsg,
        .sendfile = watched_sendfile,
        .sendfile64 = watched_sendfile,
    };

    data_path_divert(&watched);
}

void observe_learn(void)
{
    if (atomic_load(&self.page->keep_alive) == KEEP_ALIVE_OFF || !http_begin(false))
        return;
    atomic_store(&mode, LEARNING);
    look_at_data();
}

void observe_look(void)
{
    if (atomic_load(&mode) == TELLING || !(self_attention() & ATTENTION_DRAINING) ||
        atomic_load(&self.page->keep_alive) == KEEP_ALIVE_OFF || readable_confined() ||
        !http_begin(true))
        return;
    atomic_store(&mode, TELLING);
    look_at_data();
}
