/* SPDX-License-Identifier: ISC */
#include "dummy.h"

#include <sys/socket.h>
#include <fcntl.h>
#include <pthread.h>
#include <unistd.h>

#include "fdtab.h"
#include "park.h"
#include "real.h"
#include "shim.h"
#include "tap.h"

enum { THREADS = 4, LOOKED_AT = 2048 };

struct shim shim;
struct real real;

static pthread_barrier_t all_listen;
static _Atomic int failed_closes;

/* No thread has its dummy before all are at it. */
static int listen_together(int fd, int backlog)
{
    int r = listen(fd, backlog);

    pthread_barrier_wait(&all_listen);
    return r;
}

static int close_open(int fd)
{
    int r = close(fd);

    if (r < 0)
        failed_closes++;
    return r;
}

static int plain_fcntl(int fd, int cmd, void *arg)
{
    return fcntl(fd, cmd, arg);
}

static int open_files(void)
{
    int n = 0;

    for (int fd = 0; fd < LOOKED_AT; fd++)
        n += fcntl(fd, F_GETFD) >= 0;
    return n;
}

static void *prepare(void *result)
{
    *(int *)result = dummy_prepare(AF_INET, SOCK_STREAM, true);
    return NULL;
}

static void test_together(void)
{
    pthread_t threads[THREADS];
    int results[THREADS], before = open_files();

    for (int i = 0; i < THREADS; i++)
        pthread_create(&threads[i], NULL, prepare, &results[i]);
    for (int i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
        is_int(results[i], 0, "thread %d has a dummy", i);
    }
    is_int(open_files() - before, 2, "it is the same for all, and so is the one to park in");
    is_int(fdtab_count(FD_OWN), 2, "the server does not see them");
    is_int(failed_closes, 0, "nothing was closed twice");
    ok(dummy_fd(AF_INET, SOCK_STREAM) >= park_floor(), "the dummy is parked");
    ok(dummy_park_fd() >= park_floor(), "the other one, too");
}

static void test_move(void)
{
    int fd = dummy_fd(AF_INET, SOCK_STREAM), before = open_files();

    park_move(fd);
    ok(dummy_fd(AF_INET, SOCK_STREAM) != fd, "it makes room for the server");
    ok(fcntl(fd, F_GETFD) < 0, "its number is free");
    is_int(open_files(), before, "and it is still there");
}

int main(void)
{
    real.socket = socket;
    real.setsockopt = setsockopt;
    real.bind = bind;
    real.listen = listen_together;
    real.close = close_open;
    real.fcntl = plain_fcntl;
    pthread_barrier_init(&all_listen, NULL, THREADS);
    test_together();
    test_move();
    return done();
}
