/* SPDX-License-Identifier: ISC */
#include "listener/ask.h"

#include <sys/socket.h>
#include <errno.h>

#include "libc/real.h"
#include "process/queues.h"
#include "process/readable.h"
#include "process/self.h"
#include "protocol/message.h"

enum { REPLY_TIMEOUT_MS = 5000 };

/* What came with the answer, or -1; *silent: it was asked, and has not answered. */
static int ask(enum message_type type, int index, bool *silent)
{
    struct message m = {
        .version = MESSAGE_VERSION, .type = type, .index = (uint32_t)index, .pid = self_pid()};
    int reply[2];
    int fd = -1, r;

    *silent = false;
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, reply) < 0)
        return -1;
    r = message_send(self.fds.control, &m, reply[1]);
    real.close(reply[1]);
    if (r < 0)
        self_incomplete();
    else
        *silent = message_receive(reply[0], &m, &fd, REPLY_TIMEOUT_MS) <= 0;
    real.close(reply[0]);
    return fd;
}

int ask_listener(int index)
{
    bool silent;
    int fd = ask(MESSAGE_ADOPT, index, &silent);

    if (silent)
        self_note("no answer from the supervisor to bind(), asking the kernel", "");
    return fd;
}

/* Nobody has it without the right to the listener, so nobody need look what it is. */
void ask_queue(int index)
{
    int saved = errno, end;
    bool silent;

    if (queues_wanted() && queues_end(index) < 0 && queues_have_room() && !readable_confined()) {
        end = ask(MESSAGE_QUEUE, index, &silent);
        if (end >= 0)
            queues_keep(index, end);
    }
    errno = saved;
}
