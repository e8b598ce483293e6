/* SPDX-License-Identifier: ISC */
#include "pieces.h"

#include <sys/socket.h>
#include <limits.h>
#include <stddef.h>
#include <stdint.h>

#include "probe.h"

void pieces_probe(pieces_call *call, int fd)
{
    static struct iovec many[IOV_MAX + 1];
    char a[2] = "ab", b[3] = "cde";
    struct iovec some[] = {{a, sizeof a}, {NULL, 0}, {b, sizeof b}};
    struct iovec bad[] = {{a, sizeof a}, {NULL, 8}, {b, sizeof b}};
    struct iovec empty[] = {{NULL, 0}, {a, 0}};
    struct iovec longer[] = {{a, SSIZE_MAX}, {b, sizeof b}}, below[] = {{a, SIZE_MAX}};

    TRY_AS("-1", call(-1, some, 3));
    TRY_AS("no pieces", call(fd, some, 0));
    TRY_AS("no list", call(fd, NULL, 0));
    TRY_AS("no list", call(fd, NULL, 3));
    TRY_AS("less", call(fd, some, -1));
    TRY_AS("empty pieces", call(fd, empty, 2));
    TRY_AS("too many", call(fd, many, IOV_MAX + 1));
    TRY_AS("too long", call(fd, longer, 2));
    TRY_AS("below 0", call(fd, below, 1));
    TRY_AS("three pieces", call(fd, some, 3));
    say("'%.2s' '%.3s'", a, b);
    TRY_AS("a bad one", call(fd, bad, 3));
    say("'%.2s' '%.3s'", a, b);
    for (int i = 0; i < IOV_MAX; i++)
        many[i] = (struct iovec){b, 1};
    TRY_AS("many", call(fd, many, IOV_MAX));
}
