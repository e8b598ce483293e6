/* SPDX-License-Identifier: ISC */
/* What it costs to ask the kernel about many connections. */
#include <sys/socket.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "actors.h"
#include "supervisor/kernel/connections.h"
#include "tap.h"

static long best_time(const struct kernel_listener *l, const struct actor *a, int want)
{
    struct tree t = {0};
    struct tree_root root = {a->pid, 0, false};
    long best = 1L << 40;
    struct kernel_connection *conn = NULL;
    size_t nconn;

    tree_scan(&t, &root, 1, getpid());
    for (int i = 0; i < 7; i++) {
        free(conn);
        long start = cpu_us();
        int err = kernel_connections(l, 1, &t, &conn, &nconn);
        long took = cpu_us() - start;
        if (err || nconn != (size_t)want)
            return -1;
        best = took < best ? took : best;
    }
    tree_free(&t);
    free(conn);
    return best;
}

/* Opens connections number `from` to `to`, then sets how long it takes to find ours, and that none
 * of them is the next generation's. */
static void measure(struct kernel_listener *l, struct actor *ours, struct actor *next, int client[],
                    int from, int to, long took[2])
{
    for (int i = from; i < to; i++) {
        client[i] = connect_to(l, NULL);
        actor_do(ours, 'a');
    }
    took[0] = best_time(l, ours, to);
    took[1] = best_time(l, next, 0);
    printf("# %d connections of one process: %ld us, none of the next generation: %ld us\n", to,
           took[0], took[1]);
}

/* Machines differ, so ten times the connections tell whether each costs the same. */
static void test_time(void)
{
    enum { FEW = 200, MANY = 2000 };
    static int client[MANY];
    struct kernel_listener l;
    struct actor ours, next;
    long few[2], many[2];

    stage_open();
    more_fds(MANY + 64);
    listen_inet(&l, SOCK_STREAM, "127.0.0.1", 0);
    actor_start(&ours, &l);
    actor_start(&next, &l);
    measure(&l, &ours, &next, client, 0, FEW, few);
    measure(&l, &ours, &next, client, FEW, MANY, many);
    ok(few[0] > 0 && many[0] > 0 && many[0] <= 30 * few[0], "no slower for being many");
    ok(few[1] > 0 && many[1] > 0 && many[1] <= 30 * few[1], "nor if they are another's");
    for (int i = 0; i < MANY; i++)
        close(client[i]);
    unlisten(&l);
    stage_close(&ours, &next);
}

int main(void)
{
    isolate();
    int fds = setup();

    /* Valgrind is slow. */
    if (!getenv("LD_PRELOAD") || !strstr(getenv("LD_PRELOAD"), "vgpreload"))
        test_time();
    is_int(count_fds(), fds, "no fd is left open");
    return done();
}
