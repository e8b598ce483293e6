/* SPDX-License-Identifier: ISC */
#include "copying.h"

#include <sys/epoll.h>
#include <sys/socket.h>
#include <fcntl.h>
#include <unistd.h>

#include "actors.h"
#include "probe.h"
#include "sockets.h"

static void copy_listener(int (*copy)(int fd))
{
    int listener = tcp_listener(SOCK_NONBLOCK | SOCK_CLOEXEC), other;

    other = (int)TRY_AS("listener", copy(listener));
    show_flags(listener);
    show_flags(other);
    TRY_AS("nobody there", accept(other, NULL, NULL));
    show_served("copy", other);
    show_served("original", listener);
    TRY(fcntl(other, F_SETFL, O_RDWR)); /* the file's, so seen by both */
    show_flags(listener);
    show_flags(other);
    TRY(fcntl(listener, F_SETFL, O_RDWR | O_NONBLOCK));
    show_flags(other);
    TRY(close(listener));
    show_served("copy without original", other);
    TRY(close(other));
}

static void copy_connection(int (*copy)(int fd))
{
    int listener = tcp_listener(0), client, fd = connection(listener, &client), other;

    other = (int)TRY_AS("connection", copy(fd));
    TRY(close(fd));
    show_end("one closed", client);
    TRY(close(other));
    show_end("both closed", client);
    close(client);
    close(listener);
}

void copying_probe(int (*copy)(int fd))
{
    TRY_AS("-1", copy(-1));
    TRY_AS("not open", copy(77));
    close((int)TRY_AS("no socket", copy(STDIN_FILENO)));
    copy_listener(copy);
    copy_connection(copy);
    show_fds();
}

static void onto_connection(int (*copy)(int fd, int to))
{
    int listener = tcp_listener(0), client, fd = connection(listener, &client);

    TRY_AS("from one not open", copy(77, fd));
    show_end("still", client);
    TRY_AS("onto a connection", copy(STDIN_FILENO, fd));
    show_end("replaced", client);
    TRY_AS("connection onto listener", copy(client, listener));
    TRY(accept(listener, NULL, NULL));
    for (int i = 3; i < 8; i++)
        close(i);
}

/* A call that fails has closed nothing, and registrations stay. */
static void failing_onto_listener(int (*copy)(int fd, int to))
{
    struct epoll_event event = {.events = EPOLLIN}, got;
    int listener = tcp_listener(0), epfd = epoll_create1(0), client;

    epoll_ctl(epfd, EPOLL_CTL_ADD, listener, &event);
    TRY_AS("from one not open", copy(77, listener));
    client = client_of(listener);
    TRY(epoll_wait(epfd, &got, 1, 1000));
    close(accept(listener, NULL, NULL));
    close(client);
    TRY_AS("onto itself", copy(listener, listener));
    show_served("still", listener);
    TRY_AS("onto a listener", copy(STDIN_FILENO, listener));
    TRY(epoll_wait(epfd, &got, 1, 0));
    TRY(close(listener));
    close(epfd);
}

/* Wherever the shim keeps its own: the number is the server's if it wants it. */
static void onto_high(int (*copy)(int fd, int to))
{
    int listener = tcp_listener(0), wrong = 0;

    for (int to = OWN_FROM; to < 1024; to++)
        wrong += copy(STDIN_FILENO, to) != to;
    for (int to = OWN_FROM; to < 1024; to++)
        wrong += fcntl(to, F_GETFD) < 0 || !is_open(to);
    say("onto 900 to 1023: %d wrong", wrong);
    show_served("meanwhile", listener);
    for (int to = OWN_FROM; to < 1024; to++)
        wrong += close(to) != 0;
    say("closed: %d wrong", wrong);
    show_served("a new one", tcp_listener(0));
    for (int i = 3; i < 8; i++)
        close(i);
}

void copying_onto_probe(int (*copy)(int fd, int to))
{
    TRY_AS("from -1", copy(-1, 50));
    TRY_AS("onto -1", copy(STDIN_FILENO, -1));
    TRY_AS("onto too much", copy(STDIN_FILENO, 0x7fffffff));
    TRY_AS("from and onto one not open", copy(77, 77));
    TRY_AS("onto a free one", copy(STDIN_FILENO, 50));
    TRY_AS("onto itself", copy(50, 50));
    show_fds();
    TRY(close(50));
    onto_connection(copy);
    failing_onto_listener(copy);
    if (!probe_early)
        onto_high(copy);
    show_fds();
}

static int (*control)(int fd, int cmd, ...);

static int duplicate(int fd)
{
    return control(fd, F_DUPFD, 20);
}

static int duplicate_cloexec(int fd)
{
    return control(fd, F_DUPFD_CLOEXEC, 30);
}

static void commands(int fd)
{
    TRY_AS("F_GETFD", control(fd, F_GETFD));
    TRY_AS("F_SETFD", control(fd, F_SETFD, FD_CLOEXEC));
    TRY_AS("F_GETFD", control(fd, F_GETFD));
    TRY_AS("F_GETFL", control(fd, F_GETFL));
    TRY_AS("F_SETFL", control(fd, F_SETFL, O_NONBLOCK));
    TRY_AS("F_GETFL", control(fd, F_GETFL));
    TRY_AS("F_SETFL", control(fd, F_SETFL, O_ASYNC | O_APPEND));
    TRY_AS("F_GETFL", control(fd, F_GETFL));
    TRY_AS("F_SETFL", control(fd, F_SETFL, 0));
    TRY_AS("F_GETFL", control(fd, F_GETFL));
    TRY_AS("F_GETPIPE_SZ", control(fd, F_GETPIPE_SZ));
    TRY_AS("F_GETOWN", control(fd, F_GETOWN));
    TRY_AS("F_SETSIG", control(fd, F_SETSIG, SIGUSR1));
    TRY_AS("F_GETSIG", control(fd, F_GETSIG));
    TRY_AS("F_DUPFD below 0", control(fd, F_DUPFD, -1));
    TRY_AS("F_DUPFD too high", control(fd, F_DUPFD, 0x7fffffff));
    TRY_AS("no command", control(fd, 9999, 0));
}

static void locks(void)
{
    int file = open("locked", O_CREAT | O_RDWR, 0600);
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_len = 10};

    TRY_AS("F_SETLK", control(file, F_SETLK, &lock));
    TRY_AS("F_GETLK", control(file, F_GETLK, &lock));
    say("lock %d", lock.l_type);
    lock.l_type = 99;
    TRY_AS("F_SETLK", control(file, F_SETLK, &lock));
    TRY_AS("F_SETLK", control(file, F_SETLK, NULL));
    close(file);
}

static int shared;

static int make_nonblocking(void)
{
    return control(shared, F_SETFL, O_RDWR | O_NONBLOCK);
}

static bool answers(int fd)
{
    return control(fd, F_GETFD) >= 0 || errno != EBADF;
}

/* Who tries all numbers finds those of the server, not the shim's. */
static void show_open(void)
{
    int listener = tcp_listener(0), client, fd = connection(listener, &client), high;

    say("listener %d, connection %d, -1 %d, 77 %d", answers(listener), answers(fd), answers(-1),
        answers(77));
    high = fcntl(listener, F_DUPFD, 1000);
    say("a copy at a high number %d", answers(high));
    close(high);
    /* before its constructor has run the shim does not know them either */
    for (int number = OWN_FROM; number < 1 << 12 && !probe_early; number++)
        if (answers(number))
            say("%d is open", number);
    show_served("still", listener);
}

void copying_fcntl_probe(int (*call)(int fd, int cmd, ...))
{
    int pipes[2], listener, client;

    control = call;
    TRY_AS("-1", call(-1, F_GETFD));
    TRY_AS("not open", call(77, F_GETFL));
    TRY_AS("not open", call(77, F_SETFL, O_NONBLOCK));
    copying_probe(duplicate);
    copying_probe(duplicate_cloexec);
    if (pipe(pipes) == 0)
        commands(pipes[0]);
    commands(listener = tcp_listener(0));
    show_served("still", listener);
    commands(connection(listener, &client));
    locks();
    shared = listener;
    in_child("a child sets O_NONBLOCK", make_nonblocking);
    show_flags(listener);
    show_fds();
    show_open();
}
