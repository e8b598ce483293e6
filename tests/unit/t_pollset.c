/* SPDX-License-Identifier: ISC */
#include "supervisor/kernel/pollset.h"

#include <sys/resource.h>
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

#include "libc/real.h"
#include "tap.h"

enum { MANY = 300 };

struct real real = {.poll = poll};
static bool starved; /* no memory to be had */

void *reallocarray(void *old, size_t n, size_t size)
{
    return starved ? NULL : realloc(old, n * size);
}

/* Many that are silent, and `spoken` at the end. Its place. */
static size_t fill(int silent, int spoken)
{
    pollset_clear();
    pollset_add(-1, POLLIN);
    for (int i = 0; i < MANY; i++)
        pollset_add(silent, POLLIN);
    return pollset_add(spoken, POLLIN);
}

int main(void)
{
    const struct rlimit few = {MANY / 2, MANY / 2};
    int silent[2], spoken[2];
    size_t place;

    if (pipe(silent) < 0 || pipe(spoken) < 0)
        return 1;
    starved = true;
    place = fill(silent[0], spoken[0]);
    is_int(pollset_wait(-1), -ENOMEM, "no memory: not all is waited for");
    ok(pollset_ready(place) & POLLIN, "what is left out is to be tried");

    starved = false;
    place = fill(silent[0], spoken[0]);
    is_int(pollset_wait(0), 0, "all of it is waited for");
    is_int(pollset_ready(place), 0, "nothing has come");
    if (write(spoken[1], "x", 1) != 1)
        return 1;
    pollset_wait(-1);
    is_int(pollset_ready(place), POLLIN, "the last of many is waited for");
    is_int(pollset_ready(place - 1), 0, "the one before has nothing");

    setrlimit(RLIMIT_NOFILE, &few);
    is_int(pollset_wait(-1), -EINVAL, "poll() does not take so many");
    ok(pollset_ready(place) & POLLIN, "more than poll() takes: what is left out is tried");
    return done();
}
