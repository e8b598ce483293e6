/* SPDX-License-Identifier: ISC */
#include <sys/syscall.h>
#include <unistd.h>

#include "data_ways.h"
#include "pieces.h"
#include "probe.h"
#include "reading.h"

/* In two pieces. */
static ssize_t call(int fd, void *buffer, size_t n, int flags)
{
    size_t some = n > 2 && n < 100 ? 2 : 0;
    struct iovec pieces[] = {{buffer, some}, {(char *)buffer + some, n - some}};

    (void)flags;
    return readv(fd, pieces, 2);
}

static ssize_t pieces_number(int fd, const struct iovec *pieces, int count)
{
    return syscall(SYS_readv, fd, pieces, count);
}

static ssize_t number(int fd, void *buffer, size_t n, int flags)
{
    struct iovec piece = {buffer, n};

    (void)flags;
    return pieces_number(fd, &piece, 1);
}

static void list(pieces_call *call_list)
{
    struct way way = way_open(WAY_PAIR);

    way_fill(&way);
    pieces_probe(call_list, way.from);
    way_close(&way);
}

PROBE(readv)
{
    list(readv);
    reading_probe(call, DATA_CANCELS);
    say("by number");
    list(pieces_number);
    reading_probe(number, 0);
}
