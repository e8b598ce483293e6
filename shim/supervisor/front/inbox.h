/* SPDX-License-Identifier: ISC */
/* What comes in on the control socket of a generation: from processes that are not trusted. */
#ifndef GRACE_SUPERVISOR_FRONT_INBOX_H
#define GRACE_SUPERVISOR_FRONT_INBOX_H

#include <sys/types.h>

#include "protocol/message.h"

struct inbox_message {
    struct message message;
    int fd;       /* what came with it, where one belongs to it, or -1 */
    pid_t sender; /* as the kernel says, not the message; 0: in no namespace of ours */
};

/* The next one, without waiting: 1; 0 when nobody is left who could write; or -errno, -EPROTO for
 * what is no message of ours. Other descriptors than the one that is wanted are never received. */
int inbox_receive(int sock, struct inbox_message *l);

#endif
