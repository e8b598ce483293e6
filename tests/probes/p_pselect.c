/* SPDX-License-Identifier: ISC */
#include <sys/select.h>
#include <time.h>
#include <unistd.h>

#include "probe.h"
#include "sockets.h"
#include "waiting.h"

static int call(int fd, int ms, const sigset_t *mask)
{
    struct timespec timeout = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000L};
    fd_set readable;
    int r;

    FD_ZERO(&readable);
    FD_SET(fd, &readable);
    r = pselect(fd + 1, &readable, NULL, NULL, ms < 0 ? NULL : &timeout, mask);
    if (ms >= 0 && (timeout.tv_sec != ms / 1000 || timeout.tv_nsec != ms % 1000 * 1000000L))
        say("the timeout was changed");
    if (r >= 0 && FD_ISSET(fd, &readable) != (r > 0))
        say("the set is wrong");
    return r;
}

PROBE(pselect)
{
    struct timespec now = {0}, wrong = {.tv_nsec = 1000000000}, negative = {.tv_sec = -1};
    int listener = tcp_listener(0);
    fd_set set;

    FD_ZERO(&set);
    close(dup2(listener, 77)); /* the kernel looks no further than the table of files has grown */
    FD_SET(77, &set);
    TRY(pselect(-1, &set, NULL, NULL, &now, NULL));
    TRY(pselect(0, NULL, NULL, NULL, &wrong, NULL));
    TRY(pselect(0, NULL, NULL, NULL, &negative, NULL));
    TRY(pselect(78, &set, NULL, NULL, &now, NULL));
    TRY(pselect(listener + 1, NULL, &set, &set, &now, NULL));
    close(listener);
    waiting_probe(call, WAIT_TAKES_MASK | WAIT_CANCELS);
}
