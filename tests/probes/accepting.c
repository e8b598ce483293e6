/* SPDX-License-Identifier: ISC */
#include "accepting.h"

#include <sys/resource.h>
#include <sys/time.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "actors.h"
#include "probe.h"
#include "sockets.h"

static accept_call *take;

static void errors(void)
{
    int udp = socket(AF_INET, SOCK_DGRAM, 0), fresh = socket(AF_INET, SOCK_STREAM, 0);
    int listener = tcp_listener(SOCK_NONBLOCK), client = client_of(listener);
    int second = client_of(listener);
    struct sockaddr_storage addr;
    socklen_t negative = (socklen_t)-1;

    TRY_AS("-1", take(-1, NULL, NULL));
    TRY_AS("not open", take(77, NULL, NULL));
    TRY_AS("no socket", take(STDIN_FILENO, NULL, NULL));
    TRY_AS("datagrams", take(udp, NULL, NULL));
    TRY_AS("not listening", take(fresh, NULL, NULL));
    TRY_AS("connected", take(client, NULL, NULL));
    TRY_AS("negative length", take(listener, (struct sockaddr *)&addr, &negative));
    TRY_AS("no length", take(listener, (struct sockaddr *)&addr, NULL));
    show_fds();
    for (int fd = udp; fd <= second; fd++)
        close(fd);
}

/* Lengths: the kernel's, also where it had to cut. */
static void addresses(int listener)
{
    struct sockaddr_storage addr;
    socklen_t len = sizeof addr, little = 2;
    int clients[3] = {client_of(listener), client_of(listener), client_of(listener)};
    int fds[3];

    memset(&addr, 0x55, sizeof addr);
    fds[0] = (int)TRY_AS("address", take(listener, (struct sockaddr *)&addr, &len));
    say("family %d length %u", addr.ss_family, len);
    fds[1] = (int)TRY_AS("little room", take(listener, (struct sockaddr *)&addr, &little));
    say("length %u", little);
    fds[2] = (int)TRY_AS("no address", take(listener, NULL, NULL));
    for (int i = 0; i < 3; i++) {
        show_flags(fds[i]);
        close(clients[i]);
        show_end("accepted", fds[i]);
        close(fds[i]);
    }
    close(listener);
}

static void nonblocking(void)
{
    int listener = tcp_listener(SOCK_NONBLOCK | SOCK_CLOEXEC), client, fd;

    TRY_AS("nobody there", take(listener, NULL, NULL));
    client = client_of(listener);
    fd = (int)TRY_AS("somebody", take(listener, NULL, NULL));
    show_flags(fd);
    TRY_AS("nobody else", take(listener, NULL, NULL));
    TRY(fcntl(listener, F_SETFL, 0));
    show_flags(listener);
    close(client);
    client = client_of(listener);
    close(fd);
    fd = (int)TRY_AS("blocking now", take(listener, NULL, NULL));
    close(fd);
    close(client);
    close(listener);
}

/* The server's own time limit is EAGAIN from a blocking listener. */
static void time_limit(void)
{
    struct timeval soon = {.tv_usec = 20000};
    int listener = tcp_listener(0);

    setsockopt(listener, SOL_SOCKET, SO_RCVTIMEO, &soon, sizeof soon);
    TRY_AS("nobody in time", take(listener, NULL, NULL));
    close(listener);
}

static void interrupted(void)
{
    int listener = tcp_listener(0);

    alarms_start(0);
    TRY_AS("interrupted", take(listener, NULL, NULL));
    alarms_stop();
    close(listener);
}

static int thread_result, thread_error;

static void *accept_in_thread(void *data)
{
    errno = PROBE_ERRNO;
    thread_result = take(*(int *)data, NULL, NULL);
    thread_error = errno;
    if (thread_result >= 0)
        close(thread_result);
    return NULL;
}

static void show_accepted(const char *what, pthread_t thread)
{
    show_join(what, thread);
    /* which number is free at that moment is a race with the thread that waits for it */
    say_result("in a thread", thread_result < 0 ? thread_result : 0, thread_error);
}

static void cancelled(int listener)
{
    pthread_t thread = blocked_thread(accept_in_thread, &listener);

    TRY(pthread_cancel(thread));
    show_join("cancelled", thread);
    show_served("after the cancelled thread", listener);
}

static void threads(void)
{
    int listener = tcp_listener(0), client;
    pthread_t thread = blocked_thread(accept_in_thread, &listener);

    client = client_of(listener);
    show_accepted("a client came", thread);
    close(client);

    alarms_start(SA_RESTART);
    thread = blocked_thread(accept_in_thread, &listener);
    for (noted = 0; noted < 2;)
        pause();
    client = client_of(listener);
    show_accepted("went on after signals", thread);
    alarms_stop();
    close(client);

    thread = blocked_thread(accept_in_thread, &listener);
    TRY(shutdown(listener, SHUT_RD));
    show_accepted("shut down", thread);
    close(listener);
}

static void no_number_left(void)
{
    struct rlimit limit, small;
    int listener = tcp_listener(0), client = client_of(listener), fd;

    getrlimit(RLIMIT_NOFILE, &limit);
    small = limit;
    small.rlim_cur = (rlim_t)client + 1;
    setrlimit(RLIMIT_NOFILE, &small);
    TRY_AS("no number left", take(listener, NULL, NULL));
    setrlimit(RLIMIT_NOFILE, &limit);
    fd = (int)TRY_AS("still in the queue", take(listener, NULL, NULL));
    close(fd);
    close(client);
    close(listener);
}

static int inherited;

static int child(void)
{
    show_served("in a child", inherited);
    return 0;
}

void accepting_probe(accept_call *call, bool cancels)
{
    take = call;
    errors();
    addresses(tcp_listener(0));
    addresses(unix_listener("streams", SOCK_STREAM));
    addresses(unix_listener("packets", SOCK_SEQPACKET));
    nonblocking();
    time_limit();
    interrupted();
    threads();
    inherited = tcp_listener(0);
    if (cancels)
        cancelled(inherited);
    close(inherited);
    no_number_left();
    inherited = tcp_listener(0);
    in_child("child", child);
    show_served("in the parent", inherited);
    close(inherited);
    show_fds();
}
