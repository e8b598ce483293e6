/* SPDX-License-Identifier: ISC */
/* It has no number of its own: recvfrom's is the same with two arguments more. */
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "data_ways.h"
#include "probe.h"
#include "reading.h"

static ssize_t number(int fd, void *buffer, size_t n, int flags)
{
    return syscall(SYS_recvfrom, fd, buffer, n, flags, NULL, NULL);
}

PROBE(recv)
{
    TRY(recv(STDIN_FILENO, NULL, 0, 0));
    reading_probe(recv, DATA_HAS_FLAGS | DATA_CANCELS);
    say("by number");
    reading_probe(number, DATA_HAS_FLAGS);
}
