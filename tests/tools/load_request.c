/* SPDX-License-Identifier: ISC */
#include "load_request.h"

#include "load_clock.h"
#include "load_wire.h"

#include <sys/time.h>
#include <sys/un.h>

#include <netinet/in.h>
#include <netdb.h>

#include <ctype.h>
#include <err.h>
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum {
    PATIENCE = 30,         /* seconds a client waits for a whole answer: a test may hold it back */
    DATAGRAM_PATIENCE = 3, /* the same, where the network itself may lose it */
    KEPT = 65536,
};

struct reply {
    char text[KEPT + 1]; /* the beginning; the rest is only counted */
    size_t kept;
    size_t total;
};

static void resolve_unix(struct target *target, const char *path)
{
    struct sockaddr_un *un = (struct sockaddr_un *)&target->addr;
    size_t len = strlen(path);

    if (len >= sizeof(un->sun_path))
        errx(2, "%s: path too long", path);
    un->sun_family = AF_UNIX;
    memcpy(un->sun_path, path, len + 1);
    target->addr_len = offsetof(struct sockaddr_un, sun_path) + len + 1;
    if (path[0] == '@') {
        un->sun_path[0] = '\0';
        target->addr_len--;
    }
}

void target_resolve(struct target *target, const char *host, const char *port)
{
    struct addrinfo hints = {.ai_socktype = target->udp ? SOCK_DGRAM : SOCK_STREAM}, *found;

    if (strncmp(host, "unix:", 5) == 0) {
        resolve_unix(target, host + 5);
        return;
    }
    int rc = getaddrinfo(host, port, &hints, &found);
    if (rc != 0)
        errx(2, "%s %s: %s", host, port, gai_strerror(rc));
    memcpy(&target->addr, found->ai_addr, found->ai_addrlen);
    target->addr_len = found->ai_addrlen;
    freeaddrinfo(found);
}

static enum outcome outcome_of_errno(int error)
{
    switch (error) {
    case ECONNREFUSED:
    case ENOENT: /* of a unix path */
        return REFUSED;
    case ECONNRESET:
    case EPIPE:
        return RESET;
    case EAGAIN: /* SO_RCVTIMEO, SO_SNDTIMEO */
    case EINPROGRESS:
    case ETIMEDOUT:
        return TIMEOUT;
    default:
        return OTHER;
    }
}

static enum outcome failed_call(struct answer *answer, const char *call)
{
    enum outcome outcome = outcome_of_errno(errno);
    snprintf(answer->why, sizeof(answer->why), "%s: %s", call, strerror(errno));
    return outcome;
}

static enum outcome failed_answer(struct answer *answer, enum outcome outcome, const char *why)
{
    strlcpy(answer->why, why, sizeof(answer->why));
    return outcome;
}

static void bind_own_source(int fd, const struct target *target, unsigned client)
{
    const struct sockaddr_in *to = (const struct sockaddr_in *)&target->addr;
    struct sockaddr_in from = {.sin_family = AF_INET};
    const struct sockaddr any = {.sa_family = AF_UNIX}; /* a name of the kernel's choice */

    if (to->sin_family == AF_UNIX && target->udp && bind(fd, &any, sizeof(any.sa_family)) == -1)
        err(2, "bind");
    if (to->sin_family != AF_INET || ntohl(to->sin_addr.s_addr) >> 24 != IN_LOOPBACKNET)
        return;
    from.sin_addr.s_addr = htonl(INADDR_LOOPBACK + 1 + client);
    setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &(int){1}, sizeof(int));
    if (bind(fd, (struct sockaddr *)&from, sizeof(from)) == -1)
        err(2, "bind");
}

static int open_socket(const struct target *target, unsigned client)
{
    struct timeval patience = {.tv_sec = target->udp ? DATAGRAM_PATIENCE : PATIENCE};
    int type = target->udp ? SOCK_DGRAM : SOCK_STREAM;
    int fd = socket(target->addr.ss_family, type | SOCK_CLOEXEC, 0);

    if (fd == -1)
        err(2, "socket");
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
    bind_own_source(fd, target, client);
    return fd;
}

/* Half of the question, and the other half once the file is there. There is no half datagram: it
 * is the answer that waits. */
static bool send_paused(struct wire *wire, const struct target *target)
{
    size_t half = target->udp ? target->question_len : target->question_len / 2;

    if (!wire_send(wire, target->question, half))
        return false;
    printf("paused\n");
    fflush(stdout);
    while (access(target->pause, F_OK) == -1)
        nanosleep(&(struct timespec){.tv_nsec = 5000000}, NULL);
    return target->udp || wire_send(wire, target->question + half, target->question_len - half);
}

/* With a time limit it is interrupted even by SIGSTOP and SIGCONT; Linux lets one wait on. */
static bool connect_target(int fd, const struct target *target)
{
    int rc;

    do
        rc = connect(fd, (const struct sockaddr *)&target->addr, target->addr_len);
    while (rc == -1 && errno == EINTR);
    return rc == 0;
}

/* Not connected, so that another port may answer. Without IP_RECVERR nobody would be told then that
 * the one asked is closed. */
static bool address_target(struct wire *wire, const struct target *target)
{
    wire->to = (const struct sockaddr *)&target->addr;
    wire->to_len = target->addr_len;
    return setsockopt(wire->fd, IPPROTO_IP, IP_RECVERR, &(int){1}, sizeof(int)) == 0;
}

static bool reach_target(struct wire *wire, const struct target *target)
{
    return target->acknowledgement != NULL ? address_target(wire, target)
                                           : connect_target(wire->fd, target);
}

/* The answer stays in the queue. */
static bool acknowledge(struct wire *wire, const struct target *target)
{
    struct sockaddr_storage from;
    socklen_t len = sizeof(from);
    char byte;
    ssize_t got;

    do
        got = recvfrom(wire->fd, &byte, 1, MSG_PEEK, (struct sockaddr *)&from, &len);
    while (got == -1 && errno == EINTR);
    if (got == -1)
        return false;
    wire->to = NULL;
    wire->to_len = 0;
    return connect(wire->fd, (struct sockaddr *)&from, len) == 0 &&
           wire_send(wire, target->acknowledgement, target->acknowledgement_len);
}

static enum outcome ask(struct wire *wire, const struct target *target, struct answer *answer)
{
    if (!reach_target(wire, target))
        return failed_call(answer, "connect");
    if (target->tls && !wire_encrypt(wire))
        return failed_call(answer, "TLS handshake");
    if (!(target->pause != NULL ? send_paused(wire, target)
                                : wire_send(wire, target->question, target->question_len)))
        return failed_call(answer, "send");
    if (target->acknowledgement != NULL && !acknowledge(wire, target))
        return failed_call(answer, "acknowledge");
    return OK;
}

/* Regular expressions end at a zero byte. */
static void add_text(struct reply *reply, size_t got)
{
    for (char *c = reply->text + reply->kept; got > 0; c++, got--, reply->kept++)
        if (*c == '\0')
            *c = '.';
    reply->text[reply->kept] = '\0';
}

/* An answer that does not end with the connection ends where it is what was expected. */
static bool is_whole(const struct target *target, const struct reply *reply)
{
    return !target->http && regexec(target->expect, reply->text, 0, NULL, 0) == 0;
}

static enum outcome read_reply(struct wire *wire, const struct target *target, struct reply *reply,
                               struct answer *answer)
{
    char rest[4096];
    double deadline = clock_running() + PATIENCE;

    while (!is_whole(target, reply)) {
        bool keep = reply->kept < KEPT;
        ssize_t got = keep ? wire_receive(wire, reply->text + reply->kept, KEPT - reply->kept)
                           : wire_receive(wire, rest, sizeof(rest));
        if (got == -1) {
            char call[64];
            int error = errno;
            snprintf(call, sizeof(call), "recv after %zu bytes", reply->total);
            errno = error;
            return failed_call(answer, call);
        }
        if (got == 0)
            return OK;
        if (keep)
            add_text(reply, (size_t)got);
        reply->total += (size_t)got;
        if (clock_running() > deadline)
            return failed_answer(answer, TIMEOUT, "the answer does not end");
    }
    return OK;
}

static void copy_first_line(struct answer *answer, const char *body)
{
    strlcpy(answer->first_line, body, sizeof(answer->first_line));
    answer->first_line[strcspn(answer->first_line, "\r\n")] = '\0';
}

static enum outcome judge_body(const struct target *target, const char *body, struct answer *answer)
{
    copy_first_line(answer, body);
    if (target->expect != NULL && regexec(target->expect, body, 0, NULL, 0) != 0) {
        snprintf(answer->why, sizeof(answer->why), "unexpected body: %s", answer->first_line);
        return WRONG;
    }
    return OK;
}

/* (size_t)-1 without a Content-Length: the body then ends where the connection does. */
static size_t content_length(const char *head)
{
    const char *field = strcasestr(head, "\r\nContent-Length:");
    return field == NULL ? (size_t)-1 : strtoul(field + 17, NULL, 10);
}

static enum outcome judge_http(const struct target *target, struct reply *reply,
                               struct answer *answer)
{
    char *body = strstr(reply->text, "\r\n\r\n");

    if (body == NULL)
        return failed_answer(answer, CUT, "no whole head");
    *body = '\0';
    body += 4;
    if (strncmp(reply->text, "HTTP/1.", 7) != 0 || strncmp(reply->text + 8, " 200", 4) != 0) {
        reply->text[strcspn(reply->text, "\r\n")] = '\0';
        return failed_answer(answer, WRONG, reply->text);
    }
    size_t promised = content_length(reply->text);
    size_t got = reply->total - (size_t)(body - reply->text);
    if (promised != (size_t)-1 && got != promised) {
        snprintf(answer->why, sizeof(answer->why), "%zu of %zu bytes", got, promised);
        return got < promised ? CUT : WRONG;
    }
    return judge_body(target, body, answer);
}

/* What is not HTTP is counted by the part that was expected. */
static enum outcome judge_other(const struct target *target, struct reply *reply,
                                struct answer *answer)
{
    regmatch_t match;

    if (regexec(target->expect, reply->text, 1, &match, 0) != 0) {
        int shown = snprintf(answer->why, sizeof(answer->why), "ended after: %s", reply->text);
        for (int i = 0; i < shown && answer->why[i] != '\0'; i++)
            if (!isprint((unsigned char)answer->why[i]))
                answer->why[i] = '.';
        return CUT;
    }
    reply->text[match.rm_eo] = '\0';
    copy_first_line(answer, reply->text + match.rm_so);
    return OK;
}

static enum outcome judge(const struct target *target, struct reply *reply, struct answer *answer)
{
    if (reply->total == 0)
        return failed_answer(answer, CUT, "no byte");
    return target->http ? judge_http(target, reply, answer) : judge_other(target, reply, answer);
}

/* With the port one finds the connection in a trace of the server. */
static void add_source(int fd, struct answer *answer)
{
    struct sockaddr_storage from;
    socklen_t len = sizeof(from);
    size_t used = strlen(answer->why);

    if (getsockname(fd, (struct sockaddr *)&from, &len) == -1 || from.ss_family == AF_UNIX)
        return;
    answer->port = ntohs(((struct sockaddr_in *)&from)->sin_port);
    snprintf(answer->why + used, sizeof(answer->why) - used, " (from port %u)", answer->port);
}

enum outcome request_run(const struct target *target, unsigned client, struct answer *answer)
{
    struct reply reply;
    struct wire wire = {.fd = open_socket(target, client)};

    answer->begun = clock_now();
    answer->port = 0;
    reply.kept = reply.total = 0;
    reply.text[0] = answer->first_line[0] = answer->why[0] = '\0';
    enum outcome outcome = ask(&wire, target, answer);
    if (outcome == OK)
        outcome = read_reply(&wire, target, &reply, answer);
    if (outcome == OK) {
        /* The whole answer is here: a reset now only spares both sides a TIME_WAIT. */
        struct linger now = {.l_onoff = 1};
        setsockopt(wire.fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
        outcome = judge(target, &reply, answer);
    }
    if (outcome != OK)
        add_source(wire.fd, answer);
    wire_close(&wire);
    return outcome;
}
