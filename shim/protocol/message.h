/* SPDX-License-Identifier: ISC */
/*
 * Messages of the control socket (SOCK_SEQPACKET, one pair per generation).  Only what carries a
 * file descriptor or a text goes through it; everything else is in the state page, announced by
 * the bell (an eventfd), because a bell can neither raise SIGPIPE nor be
 * refused by a seccomp filter that allows write().
 */
#ifndef GRACE_PROTOCOL_MESSAGE_H
#define GRACE_PROTOCOL_MESSAGE_H

#include <stdint.h>

enum { MESSAGE_VERSION = 2, MESSAGE_TEXT = 200, MESSAGE_FDS = 16 };

enum message_type {
    MESSAGE_ADOPT = 1,   /* with a reply socket: hand out listener `index` */
    MESSAGE_LISTEN,      /* with a copy of the socket: listener `index` exists */
    MESSAGE_NOTE,        /* text for the log */
    MESSAGE_GRANTED,     /* reply, with the listener */
    MESSAGE_REFUSED,     /* reply: bind to the kernel instead */
    MESSAGE_PLACEHOLDER, /* with a UNIX socket: let it listen where nobody gets */
    MESSAGE_QUEUE,       /* with a reply socket: hand out the second queue of listener `index` */
    MESSAGE_GIVE,        /* with connections, MESSAGE_FDS at most: they are the successor's */
};

struct message {
    uint32_t version;
    uint32_t type;
    uint32_t index;
    int32_t pid; /* of who says so: the supervisor asks the kernel */
    char text[MESSAGE_TEXT];
};

/* Sends one message with fd (or -1): at once or not at all (-EAGAIN). Never signals. 0 or -errno.
 */
int message_try(int sock, const struct message *m, int fd);

/* The same with n of them. */
int message_try_all(int sock, const struct message *m, const int *fds, unsigned n);

/* The same, with some patience where the other side does not read. */
int message_send(int sock, const struct message *m, int fd);

/* Receives one; *fd gets a CLOEXEC descriptor or -1. 1, 0 at end of file, or -errno. */
int message_receive(int sock, struct message *m, int *fd, int timeout_ms);

#endif
