/* SPDX-License-Identifier: ISC */
#include "wait/queued.h"

#include <sys/eventfd.h>
#include <sys/socket.h>
#include <fcntl.h>
#include <unistd.h>

#include "process/fdset.h"
#include "process/queues.h"
#include "process/readable.h"
#include "tap.h"

static struct page page = {.attention = ATTENTION_TAKING};
struct self self = {.page = &page};
_Atomic int queues_ends[PAGE_LISTENERS];

size_t readable_bytes(const void *p, size_t n)
{
    return p ? n : 0;
}

static int listener, queue, other, sender;

static void begin(void)
{
    int pair[2];

    listener = eventfd(0, EFD_NONBLOCK); /* never readable */
    other = eventfd(1, EFD_NONBLOCK);    /* always */
    ok(socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0, pair) == 0, "a queue");
    queue = fcntl(pair[1], F_DUPFD, 100);
    sender = pair[0];
    fdtab_set(listener, FD_LISTENER);
    fdtab_set_index(listener, 5);
    queues_ends[5] = queue + 1;
}

static void arrive(void)
{
    ok(send(sender, "", 1, 0) == 1, "somebody is handed over");
}

static void leave(void)
{
    char byte;

    ok(recv(queue, &byte, 1, 0) == 1, "and taken");
}

static int polled(struct pollfd *fds, nfds_t n)
{
    struct queued_poll q;
    int r;

    queued_begin_poll(&q, fds, n);
    r = poll(q.asked, q.n, 0);
    return queued_end_poll(&q, fds, n, r);
}

static void test_poll(void)
{
    struct pollfd fds[] = {{.fd = listener, .events = POLLIN}, {.fd = other, .events = POLLOUT}};

    is_int(polled(fds, 2), 1, "nobody: only the other one is reported");
    ok(fds[0].revents == 0 && fds[1].revents == POLLOUT, "as it is");
    arrive();
    is_int(polled(fds, 2), 2, "who is in the queue counts");
    is_int(fds[0].revents, POLLIN, "as one who has come to the listener");
    fds[0].events = 0;
    is_int(polled(fds, 2), 1, "who is not asked for does not");
    is_int(fds[0].revents, 0, "nothing is said of the listener");
    leave();
}

static void test_poll_many(void)
{
    static struct pollfd fds[1000];

    for (int i = 0; i < 1000; i++)
        fds[i] = (struct pollfd){.fd = i == 999 ? listener : -1, .events = POLLIN};
    is_int(polled(fds, 1000), 0, "of a thousand none");
    arrive();
    is_int(polled(fds, 1000), 1, "of a thousand one");
    is_int(fds[999].revents, POLLIN, "the right one");
    leave();
}

static int selected(int n, fd_set *in, fd_set *out)
{
    fd_set *sets[3] = {in, out, NULL};
    struct timeval now = {0, 0};
    struct queued_select q;
    int r;

    queued_begin_select(&q, n, sets);
    r = select(q.n, q.asked[0], q.asked[1], q.asked[2], &now);
    return queued_end_select(&q, n, sets, r);
}

/* Sets that are no longer than the server's highest number demands, with something behind. */
struct short_set {
    unsigned char bits[8];
    unsigned char behind[sizeof(fd_set)];
};

static void test_select(void)
{
    struct short_set in = {{0}, {0}}, out = {{0}, {0}};
    int n = other + 1;

    memset(in.behind, 0x5a, sizeof in.behind);
    memset(out.behind, 0x5a, sizeof out.behind);
    fdset_add((fd_set *)&in, listener);
    fdset_add((fd_set *)&out, other);
    arrive();
    is_int(selected(n, (fd_set *)&in, (fd_set *)&out), 2, "both count");
    ok(fdset_has((fd_set *)&in, listener), "who is in the queue is at the listener");
    ok(in.behind[10] == 0x5a && out.behind[10] == 0x5a, "nothing is written behind the sets");
    leave();
    is_int(selected(n, (fd_set *)&in, (fd_set *)&out), 1, "nobody is left");
    ok(!fdset_has((fd_set *)&in, listener), "and the listener is not reported");
    ok(fdset_has((fd_set *)&out, other), "but the other one");
}

static void test_over(void)
{
    struct pollfd p = {.fd = listener, .events = POLLIN};
    fd_set in;

    page.attention = 0;
    arrive();
    FD_ZERO(&in);
    FD_SET(listener, &in);
    is_int(polled(&p, 1), 0, "poll() does not look there when it is over");
    is_int(selected(listener + 1, &in, NULL), 0, "nor does select()");
    page.attention = ATTENTION_TAKING | ATTENTION_DRAINING;
    is_int(polled(&p, 1), 0, "nor does who drains");
    leave();
}

int main(void)
{
    begin();
    test_poll();
    test_poll_many();
    test_select();
    test_over();
    return done();
}
