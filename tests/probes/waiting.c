/* SPDX-License-Identifier: ISC */
#include "waiting.h"

#include <pthread.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "actors.h"
#include "probe.h"
#include "sockets.h"

static wait_call *wait_on;

static long ms_since(const struct timespec *begin)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (now.tv_sec - begin->tv_sec) * 1000 + (now.tv_nsec - begin->tv_nsec) / 1000000;
}

static void time_limits(int fd)
{
    struct timespec begin;
    long took;

    TRY_AS("no time", wait_on(fd, 0, NULL));
    clock_gettime(CLOCK_MONOTONIC, &begin);
    TRY_AS("30 ms", wait_on(fd, 30, NULL));
    took = ms_since(&begin);
    say("took its time: %d", took >= 29);
}

static void ready(int listener)
{
    int client = client_of(listener), fd;

    TRY_AS("listener", wait_on(listener, 5000, NULL));
    TRY_AS("listener", wait_on(listener, -1, NULL));
    fd = accept(listener, NULL, NULL);
    TRY_AS("accepted all", wait_on(listener, 0, NULL));
    TRY_AS("connection", wait_on(fd, 0, NULL));
    if (write(client, "x", 1) == 1)
        TRY_AS("connection with data", wait_on(fd, 5000, NULL));
    close(client);
    TRY_AS("ended", wait_on(fd, 5000, NULL));
    close(fd);
    TRY_AS("closed", wait_on(fd, 0, NULL) < 1);
}

/* SA_RESTART has no say here: a handler always ends the wait. */
static void interrupted(int fd)
{
    alarms_start(0);
    TRY_AS("interrupted", wait_on(fd, -1, NULL));
    alarms_stop();
    alarms_start(SA_RESTART);
    TRY_AS("interrupted", wait_on(fd, 60000, NULL));
    alarms_stop();
    show_mask();
}

static void masked(int fd)
{
    sigset_t usr1 = set_of(SIGUSR1), all, none;
    struct sigaction act = {.sa_handler = note_signal};

    sigfillset(&all);
    sigemptyset(&none);
    sigaction(SIGUSR1, &act, NULL);
    sigprocmask(SIG_BLOCK, &usr1, NULL);
    raise(SIGUSR1);
    noted = 0;
    TRY_AS("all blocked", wait_on(fd, 20, &all));
    say("noted %d", (int)noted);
    TRY_AS("none blocked", wait_on(fd, -1, &none));
    say("noted %d", (int)noted);
    show_mask();
    sigprocmask(SIG_UNBLOCK, &usr1, NULL);
}

static void *wait_for_ever(void *data)
{
    wait_on(*(int *)data, -1, NULL);
    return NULL;
}

static void cancelled(int listener)
{
    pthread_t thread = blocked_thread(wait_for_ever, &listener);

    TRY(pthread_cancel(thread));
    show_join("cancelled", thread);
}

static void threads(int listener)
{
    pthread_t thread = blocked_thread(wait_for_ever, &listener);
    int client;

    client = client_of(listener);
    show_join("a client came", thread);
    close(accept(listener, NULL, NULL));
    close(client);
}

void waiting_probe(wait_call *call, unsigned kind)
{
    int listener = tcp_listener(SOCK_NONBLOCK), blocking = tcp_listener(0);

    wait_on = call;
    time_limits(listener);
    ready(listener);
    ready(blocking);
    ready(unix_listener("a", SOCK_STREAM));
    interrupted(blocking);
    if (kind & WAIT_TAKES_MASK)
        masked(listener);
    threads(blocking);
    if (kind & WAIT_CANCELS)
        cancelled(blocking);
    show_served("blocking", blocking);
    show_fds();
}

static int (*epoll_call)(int epfd, struct epoll_event *events, int max, int ms,
                         const sigset_t *mask);

static int epoll_one(int fd, int ms, const sigset_t *mask)
{
    struct epoll_event event = {.events = EPOLLIN}, got;
    int epfd = epoll_create1(0), r, error;

    epoll_ctl(epfd, EPOLL_CTL_ADD, fd, &event);
    errno = PROBE_ERRNO;
    r = epoll_call(epfd, &got, 1, ms, mask);
    error = errno;
    close(epfd);
    errno = error;
    return r;
}

void waiting_epoll_probe(int (*call)(int epfd, struct epoll_event *events, int max, int ms,
                                     const sigset_t *mask),
                         unsigned kind)
{
    struct epoll_event events[4];
    int epfd = epoll_create1(0);

    epoll_call = call;
    TRY_AS("-1", call(-1, events, 4, 0, NULL));
    TRY_AS("not open", call(77, events, 4, 0, NULL));
    TRY_AS("no epoll", call(STDIN_FILENO, events, 4, 0, NULL));
    TRY_AS("no room", call(epfd, events, 0, 0, NULL));
    TRY_AS("less", call(epfd, events, -1, 0, NULL));
    TRY_AS("nothing registered", call(epfd, events, 4, 1, NULL));
    close(epfd);
    waiting_probe(epoll_one, kind);
}

static int (*poll_call)(struct pollfd *fds, nfds_t n, int ms, const sigset_t *mask);

static int poll_one(int fd, int ms, const sigset_t *mask)
{
    struct pollfd p = {.fd = fd, .events = POLLIN};

    return poll_call(&p, 1, ms, mask);
}

void waiting_poll_probe(int (*call)(struct pollfd *fds, nfds_t n, int ms, const sigset_t *mask),
                        unsigned kind)
{
    int listener = tcp_listener(0);
    struct pollfd fds[] = {{.fd = -1, .events = POLLIN},
                           {.fd = 77, .events = POLLIN},
                           {.fd = listener, .events = POLLIN | POLLOUT}};

    poll_call = call;
    TRY_AS("none", call(NULL, 0, 0, NULL));
    TRY_AS("no array", call(NULL, 1, 0, NULL));
    TRY_AS("too many", call(fds, 0x7fffffff, 0, NULL));
    TRY_AS("a number below 0", call(fds, 1, 0, NULL));
    TRY_AS("mixed", call(fds, 3, 0, NULL));
    say("events %x %x %x", fds[0].revents, fds[1].revents, fds[2].revents);
    close(listener);
    waiting_probe(poll_one, kind);
}
