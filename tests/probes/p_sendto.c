/* SPDX-License-Identifier: ISC */
#include <sys/syscall.h>
#include <unistd.h>

#include "addressing.h"
#include "data_ways.h"
#include "probe.h"
#include "writing.h"

static ssize_t call_to(int fd, const void *data, size_t n, int flags, const void *to, socklen_t len)
{
    return sendto(fd, data, n, flags, to, len);
}

static ssize_t number_to(int fd, const void *data, size_t n, int flags, const void *to,
                         socklen_t len)
{
    return syscall(SYS_sendto, fd, data, n, flags, to, len);
}

static ssize_t call(int fd, const void *data, size_t n, int flags)
{
    return sendto(fd, data, n, flags, NULL, 0);
}

static ssize_t number(int fd, const void *data, size_t n, int flags)
{
    return syscall(SYS_sendto, fd, data, n, flags, NULL, 0);
}

PROBE(sendto)
{
    TRY(sendto(STDOUT_FILENO, NULL, 0, 0, NULL, 0));
    addressing_probe(call_to);
    writing_probe(call, DATA_HAS_FLAGS | DATA_CANCELS);
    say("by number");
    addressing_probe(number_to);
    writing_probe(number, DATA_HAS_FLAGS);
}
