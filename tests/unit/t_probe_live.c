/* SPDX-License-Identifier: ISC */
#include "probe/picture/live.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "tap.h"

/* Standard error becomes a pipe; returns its other end, which doesn't block. */
static int redirect(void)
{
    int ends[2];

    if (pipe2(ends, O_NONBLOCK) < 0 || dup2(ends[1], STDERR_FILENO) < 0)
        exit(1);
    fcntl(ends[1], F_SETPIPE_SZ, 4096);
    return ends[0];
}

static const char *take(int fd)
{
    static char text[65536];
    ssize_t n = read(fd, text, sizeof(text) - 1);

    text[n > 0 ? n : 0] = '\0';
    return text;
}

static void fill(void)
{
    while (write(STDERR_FILENO, "x", 1) == 1)
        ;
    /* Who writes to it now waits. */
    fcntl(STDERR_FILENO, F_SETFL, 0);
}

int main(void)
{
    struct result *result = result_create("tcp://localhost:1", 0);
    const int64_t ms = 1000000;
    int fd = redirect();

    setenv("COLUMNS", "80", 1);
    ok(!live_wanted(), "nobody reads it from a pipe");
    live_end();
    is_str(take(fd), "", "nothing is taken away that wasn't shown");
    live_update(result, 250 * ms, 0);
    ok(strstr(take(fd), "slowest -") != NULL, "no answer has no time");
    for (int64_t i = 0; i < 100; i++)
        result_answer(result, KIND_NEW, 251 * ms, i == 0 ? 45000 : 300, -1);
    live_update(result, 500 * ms, 0);
    is_str(take(fd), "\r    0.5 s       400/s   failed 0   slowest 45 ms   \033[K",
           "the rate and the slowest answer since the last line");
    result_restart_begin(result, 600 * ms);
    live_update(result, 750 * ms, 3);
    ok(strstr(take(fd), "restart 1 of 3 under way\033[K") != NULL, "a restart is going on");
    result_restart_end(result, 800 * ms, false, "");
    live_update(result, 1000 * ms, 0);
    ok(strstr(take(fd), "restart 1\033[K") != NULL, "it is over, and nobody knows how many follow");
    setenv("COLUMNS", "20", 1);
    live_update(result, 1250 * ms, 3);
    is_int((long long)strlen(take(fd)), 1 + 19 + 3, "no longer than the terminal is wide");
    fill();
    alarm(10);
    live_update(result, 1500 * ms, 3);
    live_end();
    alarm(0);
    ok(strchr(take(fd), '\r') == NULL, "a terminal that takes nothing is not waited for");
    result_free(result);
    return done();
}
