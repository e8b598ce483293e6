/* SPDX-License-Identifier: ISC */
#include <sys/syscall.h>
#include <limits.h>
#include <unistd.h>

#include "data_ways.h"
#include "pieces.h"
#include "probe.h"
#include "writing.h"

/* In two pieces. */
static ssize_t call(int fd, const void *data, size_t n, int flags)
{
    size_t some = n > 2 && n < SSIZE_MAX ? 2 : 0;
    struct iovec pieces[] = {{(void *)data, some}, {(char *)data + some, n - some}};

    (void)flags;
    return writev(fd, pieces, 2);
}

static ssize_t pieces_number(int fd, const struct iovec *pieces, int count)
{
    return syscall(SYS_writev, fd, pieces, count);
}

static ssize_t number(int fd, const void *data, size_t n, int flags)
{
    struct iovec piece = {(void *)data, n};

    (void)flags;
    return pieces_number(fd, &piece, 1);
}

static void list(pieces_call *call_list)
{
    struct way way = way_open(WAY_PAIR);

    pieces_probe(call_list, way.to);
    say("arrived: %ld", way_empty(&way));
    way_close(&way);
}

PROBE(writev)
{
    list(writev);
    writing_probe(call, DATA_CANCELS);
    say("by number");
    list(pieces_number);
    writing_probe(number, 0);
}
