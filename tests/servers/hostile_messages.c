/* SPDX-License-Identifier: ISC */
/* Acts on the doorbell and on the control socket. */
#include "hostile.h"

#include <sys/socket.h>

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "protocol/message.h"

enum { FDS_MAX = 64 };

int act_fill_bell(int client, char *const words[])
{
    uint64_t most = UINT64_MAX - 1;

    (void)words;
    if (write(hostile_bell(), &most, sizeof(most)) == -1 && errno != EAGAIN)
        return act_failed(client, "write");
    return act_ok(client, "full");
}

/* In a child, so that this process goes on. */
static pid_t fork_act(int client)
{
    pid_t pid = fork();

    if (pid == 0)
        close(client);
    return pid;
}

static int act_forked(int client, pid_t pid)
{
    return pid == -1 ? act_failed(client, "fork") : act_ok(client, "%d", (int)pid);
}

/* The bell is blocking and full whenever it can be: EAGAIN says that it has just been made not to
 * block. */
int act_flood_bell(int client, char *const words[])
{
    int bell = hostile_bell();
    uint64_t most = UINT64_MAX - 1;
    pid_t pid = fork_act(client);

    (void)words;
    while (pid == 0)
        if (hostile_make_blocking(bell) == -1 ||
            (write(bell, &most, sizeof(most)) == -1 && errno != EAGAIN))
            _exit(0);
    return act_forked(client, pid);
}

/* The first: act_adopt_full() makes more that look like it. */
static int control(void)
{
    static int found = -1;

    if (found == -1)
        found = hostile_control();
    return found;
}

/* With `count` copies of fd. */
static bool send_message(const struct message *m, size_t size, int fd, int count)
{
    char room[CMSG_SPACE(sizeof(int) * FDS_MAX)] = {0};
    struct iovec iov = {(void *)(uintptr_t)m, size};
    struct msghdr hdr = {.msg_iov = &iov, .msg_iovlen = 1};

    if (count > 0) {
        struct cmsghdr *c = (struct cmsghdr *)room;
        hdr.msg_control = room;
        hdr.msg_controllen = CMSG_SPACE(sizeof(int) * (size_t)count);
        c->cmsg_level = SOL_SOCKET;
        c->cmsg_type = SCM_RIGHTS;
        c->cmsg_len = CMSG_LEN(sizeof(int) * (size_t)count);
        for (int i = 0; i < count; i++)
            memcpy(CMSG_DATA(c) + sizeof(int) * (size_t)i, &fd, sizeof(fd));
    }
    return sendmsg(control(), &hdr, MSG_NOSIGNAL) != -1;
}

static struct message message_of(uint32_t type, const char *text)
{
    struct message m = {.version = MESSAGE_VERSION, .type = type, .pid = getpid()};

    if (text != NULL)
        snprintf(m.text, sizeof(m.text), "%s", text);
    return m;
}

/* \n and \e are what they are in C. */
static void unescape(char *text)
{
    char *to = text;

    for (; *text != '\0'; text++)
        if (text[0] == '\\' && text[1] != '\0')
            *to++ = *++text == 'n' ? '\n' : *text == 'e' ? '\033' : *text == '_' ? ' ' : *text;
        else
            *to++ = *text;
    *to = '\0';
}

int act_note(int client, char *const words[])
{
    struct message m = message_of(MESSAGE_NOTE, words[1]);

    unescape(m.text);
    if (words[2] != NULL)
        m.pid = (int32_t)act_number(words[2]);
    if (!send_message(&m, sizeof(m), -1, 0))
        return act_failed(client, "sendmsg");
    return act_ok(client, "sent");
}

/* Past the shim, which would give it an entry of its own. */
static int unseen_listener(void)
{
    void *libc = dlopen("libc.so.6", RTLD_LAZY | RTLD_NOLOAD);
    int (*libc_listen)(int, int) = (int (*)(int, int))dlsym(libc, "listen");
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    return fd != -1 && libc_listen(fd, 1) == 0 ? fd : -1;
}

/* A listener of its own in the place of the next ones of the server. */
int act_squat(int client, char *const words[])
{
    long count = words[1] != NULL ? (long)act_number(words[1]) : 1;

    for (uint32_t i = 1; i <= count; i++) {
        struct message m = message_of(MESSAGE_LISTEN, NULL);
        int fd = unseen_listener();

        m.index = i;
        if (fd == -1 || !send_message(&m, sizeof(m), fd, 1))
            return act_failed(client, "listen");
    }
    return act_ok(client, "squatted");
}

/* For ever. */
int act_flood_notes(int client, char *const words[])
{
    struct message m = message_of(MESSAGE_NOTE, "flood");
    pid_t pid = fork_act(client);

    (void)words;
    while (pid == 0)
        if (!send_message(&m, sizeof(m), -1, 0))
            _exit(0);
    return act_forked(client, pid);
}

int act_send_fds(int client, char *const words[])
{
    struct message m = message_of((uint32_t)act_number(words[1]), NULL);
    long long count = act_number(words[2]), times = act_number(words[3]);
    int fd = words[4] != NULL ? open(words[4], O_RDONLY) : client;

    if (count < 0 || count > FDS_MAX || fd == -1)
        return act_failed(client, "descriptors");
    m.index = PAGE_LISTENERS - 1;
    for (long long i = 0; i < times; i++)
        if (!send_message(&m, sizeof(m), fd, (int)count))
            return act_failed(client, "sendmsg");
    if (fd != client)
        close(fd);
    return act_ok(client, "sent");
}

/* Its own client, to whom it has spoken, or another socket: said to be untouched, and accepted from
 * this listener. */
int act_give(int client, char *const words[])
{
    struct message m = message_of(MESSAGE_GIVE, NULL);
    int fd = words[2] == NULL               ? client
             : strcmp(words[2], "tcp") == 0 ? socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)
                                            : unseen_listener();

    m.index = (uint32_t)act_number(words[1]);
    if (fd == -1 || !send_message(&m, sizeof(m), fd, 1))
        return act_failed(client, "sendmsg");
    if (fd != client)
        close(fd);
    return act_ok(client, "sent");
}

int act_send_bytes(int client, char *const words[])
{
    struct message m = {0};

    if (!send_message(&m, (size_t)act_number(words[1]), -1, 0))
        return act_failed(client, "sendmsg");
    return act_ok(client, "sent");
}

/* Asks for a listener that there is not: when that is answered, all that was sent before is read.
 */
int act_heard(int client, char *const words[])
{
    struct message m = message_of(MESSAGE_ADOPT, NULL);
    int pair[2];
    bool heard;

    (void)words;
    m.index = PAGE_LISTENERS;
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) == -1)
        return act_failed(client, "socketpair");
    heard = send_message(&m, sizeof(m), pair[1], 1) && recv(pair[0], &m, sizeof(m), 0) == sizeof(m);
    close(pair[0]);
    close(pair[1]);
    return heard ? act_ok(client, "heard") : act_failed(client, "no answer");
}

/* Asks for listener 0 so often, with a socket for the answer that is full. */
int act_adopt_full(int client, char *const words[])
{
    struct message m = message_of(MESSAGE_ADOPT, NULL);

    control();
    for (long long i = act_number(words[1]); i > 0; i--) {
        int pair[2];

        if (socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair) == -1)
            return act_failed(client, "socketpair");
        while (send(pair[1], &m, sizeof(m), MSG_DONTWAIT) != -1)
            continue;
        if (!send_message(&m, sizeof(m), pair[1], 1))
            return act_failed(client, "sendmsg");
        close(pair[1]); /* the other end stays: nobody reads it */
    }
    return act_ok(client, "sent");
}
