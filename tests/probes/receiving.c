/* SPDX-License-Identifier: ISC */
#include "receiving.h"

#include <sys/time.h>
#include <netinet/in.h>
#include <string.h>
#include <unistd.h>

#include "actors.h"
#include "probe.h"
#include "sockets.h"

static receive_call *take;

/* A socket on a port that was the kernel's choice a moment ago. */
static int serving(int flags)
{
    int fd = socket(AF_INET, SOCK_DGRAM, 0), port;

    bind_loopback(fd, 0);
    port = port_of(fd);
    close(fd);
    fd = socket(AF_INET, SOCK_DGRAM | flags, 0);
    bind_loopback(fd, port);
    return fd;
}

static int sender_to(int fd)
{
    struct sockaddr_storage addr;
    socklen_t len = address_of(fd, &addr);
    int sender = socket(AF_INET, SOCK_DGRAM, 0);

    bind_loopback(sender, 0);
    if (connect(sender, (struct sockaddr *)&addr, len) < 0)
        say("no connection");
    return sender;
}

static void errors(void)
{
    char text[8];
    int fresh = socket(AF_INET, SOCK_STREAM, 0);

    TRY_AS("-1", take(-1, text, sizeof text, 0, NULL, NULL));
    TRY_AS("not open", take(77, text, sizeof text, 0, NULL, NULL));
    TRY_AS("no socket", take(STDIN_FILENO, text, sizeof text, 0, NULL, NULL));
    TRY_AS("not connected", take(fresh, text, sizeof text, 0, NULL, NULL));
    close(fresh);
}

static void one(const char *what, int fd, size_t room, int flags)
{
    struct sockaddr_storage from;
    socklen_t len = sizeof from;
    char text[16] = "";

    memset(&from, 0, sizeof from);
    TRY_AS(what, take(fd, text, room, flags, (struct sockaddr *)&from, &len));
    say("'%.*s' family %d", (int)sizeof text, text, from.ss_family);
}

static void datagrams(int fd)
{
    int sender = sender_to(fd);

    one("nothing there", fd, 8, MSG_DONTWAIT);
    for (int i = 0; i < 3; i++)
        send(sender, "question", 8, 0);
    one("a look", fd, 8, MSG_PEEK);
    one("whole", fd, 8, 0);
    one("cut", fd, 3, MSG_TRUNC);
    one("the last", fd, 16, MSG_DONTWAIT);
    send(sender, "", 0, 0);
    one("empty", fd, 8, 0);
    close(sender);
}

static void limited(int fd)
{
    struct timeval limit = {.tv_usec = 20000}, none = {0};

    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    one("not in time", fd, 8, 0);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &none, sizeof none);
    alarms_start(0);
    one("interrupted", fd, 8, 0);
    alarms_stop();
}

static void *receive_for_ever(void *fd)
{
    char text[8];

    take(*(int *)fd, text, sizeof text, 0, NULL, NULL);
    return NULL;
}

static void cancelled(int fd)
{
    pthread_t thread = blocked_thread(receive_for_ever, &fd);

    pthread_cancel(thread);
    show_join("asleep", thread);
}

static void stream(void)
{
    int listener = tcp_listener(0), client, fd = connection(listener, &client);

    send(client, "abc", 3, 0);
    one("connection", fd, 8, 0);
    one("nothing more", fd, 8, MSG_DONTWAIT);
    close(client);
    one("end", fd, 8, 0);
    close(fd);
    close(listener);
}

void receiving_probe(receive_call *call)
{
    int server = serving(0), quick = serving(SOCK_NONBLOCK);

    take = call;
    errors();
    datagrams(server);
    limited(server);
    cancelled(server);
    datagrams(quick);
    one("non-blocking", quick, 8, 0);
    stream();
    close(server);
    close(quick);
}
