/* SPDX-License-Identifier: ISC */
/* What comes in on the control socket of a generation: from processes that are not trusted. */
#ifndef GRACE_SUPERVISOR_FRONT_INBOX_H
#define GRACE_SUPERVISOR_FRONT_INBOX_H

#include <sys/types.h>
#include <stdbool.h>

#include "protocol/message.h"

struct letter {
    struct message message;
    int fd;       /* what came with it, where one belongs to it, or -1 */
    pid_t sender; /* as the kernel says, not the message; 0: in no namespace of ours */
};

/* Before anything is sent. False with errno. */
bool inbox_open(int sock);

/* At the other end: as many messages as a server may have listeners are to wait there, as far as
 * the kernel allows. */
void inbox_make_room(int sender);

/* The next one, without waiting: 1; 0 when nobody is left who could write; or -errno, -EPROTO for
 * what is no message of ours. Other descriptors than the one that is wanted are never received. */
int inbox_receive(int sock, struct letter *l);

/* Closes what came with a letter: SO_LINGER, which its sender sets, would make close() wait. */
void inbox_close(int fd);

#endif
