/* SPDX-License-Identifier: ISC */
/*
 * A server whose clients say, byte by byte and call by call, what it does with their connection:
 *
 *     streams PORT DIRECTORY [--wait WAY] [--send-buffer BYTES]
 *         [--relay-to PORT --relay-way C] [--files N]
 *
 * The target of a request is a list of steps, separated by commas: a letter, and what it works on
 * behind a colon.
 *   w s S v V m M W f l o  writes these bytes (in hexadecimal) in one of the ways of
 * streams_calls.c b:N      writes N times x i:N      skips N bytes of what comes (a body) g:NAME
 * waits until DIRECTORY/NAME is there R:WAY    reads in that way from now on n        the socket
 * does not block from now on t, k     the steps that follow are done by another thread, a child a
 * the same, while this one reads the next request j        waits for it D:N      two threads write
 * N times x each, at the same time c        ends the connection CONNECT 127.0.0.1:PORT, with
 * "X-Way: C", becomes a relay to there (streams_relay.c).
 *
 * --wait epoll-lt, epoll-et, epoll-oneshot, poll or select: one thread waits in that way; else each
 * connection has its own, which sleeps in read().  --relay-to: all connections are relays.
 * --files: reads so many times from a file before it serves.
 */
#include "streams.h"

#include <sys/epoll.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MOST = 1024, STACK = 128 * 1024 };

struct steps {
    struct stream *s;
    char *text;
};

static const char *directory, *wait_way = "threads", *relay_way;
static int send_buffer, relay_port, files, listener, epoll;
static struct stream *streams[MOST]; /* of the thread that waits, by descriptor */

static void take_steps(struct stream *s, char *text);

static void *take_steps_there(void *steps)
{
    struct steps *p = steps;

    take_steps(p->s, p->text);
    free(p->text);
    free(p);
    return NULL;
}

static pthread_t in_thread(struct stream *s, const char *text)
{
    struct steps *p = malloc(sizeof *p);
    pthread_t thread;

    *p = (struct steps){s, strdup(text)};
    if (pthread_create(&thread, NULL, take_steps_there, p) != 0)
        err(1, "pthread_create");
    return thread;
}

static void in_child(struct stream *s, char *text)
{
    pid_t pid = fork();

    if (pid == 0) {
        take_steps(s, text);
        _exit(0);
    }
    waitpid(pid, NULL, 0);
}

static void write_twice(struct stream *s, const char *count)
{
    char text[32];
    pthread_t one;

    snprintf(text, sizeof text, "b:%s", count);
    one = in_thread(s, text);
    take_steps(s, text);
    pthread_join(one, NULL);
}

static void await_file(const char *name)
{
    char path[4096];

    snprintf(path, sizeof path, "%s/%s", directory, name);
    while (access(path, F_OK) < 0)
        usleep(5000);
}

static void join(struct stream *s)
{
    if (s->answering)
        pthread_join(s->answering, NULL);
    s->answering = 0;
}

static void write_hex(struct stream *s, char way, const char *hex)
{
    size_t n = strlen(hex) / 2;
    char *data = malloc(n + 1);

    for (size_t i = 0; i < n; i++) {
        char digits[] = {hex[2 * i], hex[2 * i + 1], '\0'};

        data[i] = (char)strtol(digits, NULL, 16);
    }
    stream_write(s, way, data, n);
    free(data);
}

/* x by x for two threads to get into each other's way. */
static void write_many(struct stream *s, int n)
{
    for (int i = 0; i < n; i++)
        stream_write(s, 'w', "x", 1);
}

static void take_step(struct stream *s, char step, char *with)
{
    switch (step) {
    case 'b':
        write_many(s, atoi(with));
        break;
    case 'i':
        stream_skip(s, (size_t)atoi(with));
        break;
    case 'g':
        await_file(with);
        break;
    case 'R':
        s->reading = *with;
        break;
    case 'n':
        fcntl(s->fd, F_SETFL, O_NONBLOCK);
        break;
    case 'j':
        join(s);
        break;
    case 'D':
        write_twice(s, with);
        break;
    case 'c':
        shutdown(s->fd, SHUT_RDWR);
        break;
    default:
        write_hex(s, step, with);
    }
}

static void take_steps(struct stream *s, char *text)
{
    for (char *end; *text; text = end) {
        end = strchrnul(text, ',');
        if (*end)
            *end++ = '\0';
        if (*text == 't') {
            pthread_join(in_thread(s, end), NULL);
            return;
        } else if (*text == 'k') {
            in_child(s, end);
            return;
        } else if (*text == 'a') {
            s->answering = in_thread(s, end);
            return;
        }
        take_step(s, *text, text + (text[1] == ':' ? 2 : 1));
    }
}

static void become_relay(struct stream *s, const char *target, const char *head)
{
    static const char answer[] = "HTTP/1.1 200 Connected\r\n\r\n";
    const char *way = strstr(head, "X-Way: ");

    stream_write(s, 'w', answer, sizeof answer - 1);
    stream_relay(s, atoi(strchr(target, ':') + 1), way ? way[7] : 'w');
    shutdown(s->fd, SHUT_RDWR);
}

/* False: there is none yet. */
static bool answer_request(struct stream *s)
{
    char *end = strstr(s->buffer, "\r\n\r\n"), *head, *target;

    if (!end)
        return false;
    head = strndup(s->buffer, (size_t)(end - s->buffer));
    stream_skip(s, (size_t)(end - s->buffer) + 4);
    target = strchr(head, ' ');
    if (target && strncmp(head, "CONNECT 1", 9) == 0) {
        become_relay(s, target, head);
    } else if (target) {
        target[1 + strcspn(target + 1, " ")] = '\0';
        take_steps(s, target + (target[1] == '/' ? 2 : 1));
    }
    free(head);
    return true;
}

static struct stream *new_stream(void)
{
    int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
    struct stream *s = fd < 0 ? NULL : calloc(1, sizeof *s);
    const int on = 1;

    if (!s)
        return NULL;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    s->fd = fd;
    s->reading = 'r';
    return s;
}

static void end_stream(struct stream *s)
{
    join(s);
    if (s->in)
        fclose(s->in);
    if (s->out)
        fclose(s->out);
    shutdown(s->fd, SHUT_RDWR); /* children have it, too */
    close(s->fd);
    free(s);
}

static void *serve_stream(void *stream)
{
    struct stream *s = stream;

    if (relay_port > 0)
        stream_relay(s, relay_port, *relay_way);
    while (answer_request(s) || stream_read(s, STREAM_BUFFER, 0) > 0)
        continue;
    end_stream(s);
    return NULL;
}

static void serve_threads(void)
{
    pthread_attr_t small;
    pthread_t thread;

    pthread_attr_init(&small);
    pthread_attr_setstacksize(&small, STACK);
    pthread_attr_setdetachstate(&small, PTHREAD_CREATE_DETACHED);
    for (;;) {
        struct stream *s = new_stream();

        if (s && pthread_create(&thread, &small, serve_stream, s) != 0)
            err(1, "pthread_create");
    }
}

static void watch(int fd, int how)
{
    uint32_t extra = strcmp(wait_way, "epoll-et") == 0        ? EPOLLET
                     : strcmp(wait_way, "epoll-oneshot") == 0 ? EPOLLONESHOT
                                                              : 0;

    if (epoll > 0)
        epoll_ctl(epoll, how, fd, &(struct epoll_event){.events = EPOLLIN | extra, .data.fd = fd});
}

static void accept_one(void)
{
    struct stream *s = new_stream();

    if (s && s->fd < MOST) {
        streams[s->fd] = s;
        watch(s->fd, EPOLL_CTL_ADD);
    }
    watch(listener, EPOLL_CTL_MOD);
}

/* All that has come: none of the ways tells of it again, so that each is served alike. */
static void serve_ready(int fd)
{
    struct stream *s = streams[fd];
    ssize_t n;

    if (fd == listener)
        return accept_one();
    while ((n = stream_read(s, STREAM_BUFFER, MSG_DONTWAIT)) > 0)
        while (answer_request(s))
            continue;
    if (n < 0 && errno == EAGAIN)
        return watch(fd, EPOLL_CTL_MOD);
    streams[fd] = NULL;
    end_stream(s);
}

static void wait_epoll(void)
{
    struct epoll_event event;

    if (epoll_wait(epoll, &event, 1, -1) == 1)
        serve_ready(event.data.fd);
}

static void wait_poll(void)
{
    struct pollfd fds[MOST] = {{.fd = listener, .events = POLLIN}};

    for (int fd = 1; fd < MOST; fd++)
        fds[fd] = (struct pollfd){.fd = streams[fd] ? fd : -1, .events = POLLIN};
    if (poll(fds, MOST, -1) > 0)
        for (int i = 0; i < MOST; i++)
            if (fds[i].fd >= 0 && fds[i].revents)
                serve_ready(fds[i].fd);
}

static void wait_select(void)
{
    fd_set set;

    FD_ZERO(&set);
    FD_SET(listener, &set);
    for (int fd = 0; fd < MOST; fd++)
        if (streams[fd])
            FD_SET(fd, &set);
    if (select(MOST, &set, NULL, NULL, NULL) > 0)
        for (int fd = 0; fd < MOST; fd++)
            if (FD_ISSET(fd, &set))
                serve_ready(fd);
}

static void serve(void)
{
    void (*wait_once)(void) = strcmp(wait_way, "poll") == 0     ? wait_poll
                              : strcmp(wait_way, "select") == 0 ? wait_select
                                                                : wait_epoll;

    if (strcmp(wait_way, "threads") == 0)
        serve_threads();
    if (wait_once == wait_epoll)
        epoll = epoll_create1(EPOLL_CLOEXEC);
    watch(listener, EPOLL_CTL_ADD);
    for (;;)
        wait_once();
}

static void read_files(void)
{
    int file = open("/dev/zero", O_RDONLY | O_CLOEXEC);
    char byte;

    for (int i = 0; i < files; i++)
        if (read(file, &byte, 1) != 1)
            err(1, "/dev/zero");
    close(file);
}

static void listen_at(int port)
{
    struct sockaddr_in at = {.sin_family = AF_INET,
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
                             .sin_port = htons((uint16_t)port)};
    const int on = 1;

    listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (send_buffer > 0)
        setsockopt(listener, SOL_SOCKET, SO_SNDBUF, &send_buffer, sizeof send_buffer);
    if (bind(listener, (struct sockaddr *)&at, sizeof at) < 0 || listen(listener, 128) < 0)
        err(1, "port %d", port);
}

int main(int argc, char **argv)
{
    static const struct option options[] = {
        {"wait", required_argument, NULL, 'w'},     {"send-buffer", required_argument, NULL, 's'},
        {"relay-to", required_argument, NULL, 'r'}, {"relay-way", required_argument, NULL, 'y'},
        {"files", required_argument, NULL, 'f'},    {0}};
    int c;

    while ((c = getopt_long(argc, argv, "", options, NULL)) != -1)
        switch (c) {
        case 'w':
            wait_way = optarg;
            break;
        case 's':
            send_buffer = atoi(optarg);
            break;
        case 'r':
            relay_port = atoi(optarg);
            break;
        case 'y':
            relay_way = optarg;
            break;
        case 'f':
            files = atoi(optarg);
            break;
        default:
            errx(2, "see streams.c");
        }
    if (argc != optind + 2)
        errx(2, "see streams.c");
    directory = argv[optind + 1];
    signal(SIGPIPE, SIG_IGN);
    read_files();
    listen_at(atoi(argv[optind]));
    serve();
}
