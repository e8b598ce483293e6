/* SPDX-License-Identifier: ISC */
#include "process/fdtab.h"

#include <limits.h>
#include <pthread.h>

#include "tap.h"

static void test_empty(void)
{
    is_int(fdtab_next(0, 1 << FD_CONNECTION), -1, "nothing is known at first");
    is_int(fdtab_count(1 << FD_LISTENER), 0, "and counted");
    is_int(fdtab_get(0), FD_NONE, "number 0");
    is_int(fdtab_get(FDTAB_SIZE - 1), FD_NONE, "the last number");
}

static void test_range(void)
{
    static const int outside[] = {-1, INT_MIN, FDTAB_SIZE, INT_MAX};

    for (size_t i = 0; i < sizeof outside / sizeof outside[0]; i++) {
        is_int(fdtab_set(outside[i], FD_CONNECTION), FD_NONE, "%d can be set", outside[i]);
        is_int(fdtab_get(outside[i]), FD_NONE, "and stays unknown");
        fdtab_set_flag(outside[i], FD_POLLED, true);
        fdtab_set_index(outside[i], 3);
        is_int(fdtab_index(outside[i]), 0, "with no index");
    }
    is_int(fdtab_next(0, 1 << FD_CONNECTION), -1, "nothing has been written");
    ok(!fdtab_reaches(FDTAB_SIZE), "the table says what it reaches");
}

static void test_kinds(void)
{
    is_int(fdtab_set(5, FD_LISTENER | FD_NONBLOCK), FD_NONE, "a listener");
    is_int(fdtab_kind(5), FD_LISTENER, "its kind has no flags");
    is_int(fdtab_get(5), FD_LISTENER | FD_NONBLOCK, "its value has");
    fdtab_set_flag(5, FD_POLLED, true);
    fdtab_set_flag(5, FD_NONBLOCK, false);
    is_int(fdtab_get(5), FD_LISTENER | FD_POLLED, "flags are set and cleared");
    fdtab_set_index(5, 1023);
    is_int(fdtab_index(5), 1023, "its index");
    is_int(fdtab_set(5, FD_NONE), FD_LISTENER | FD_POLLED, "what it was is returned");
    is_int(fdtab_kind(5), FD_NONE, "and forgotten");
}

static void test_walk(void)
{
    fdtab_set(0, FD_CONNECTION);
    fdtab_set(7, FD_CONNECTION);
    fdtab_set(8, FD_OWN);
    fdtab_set(FDTAB_SIZE - 1, FD_CONNECTION);
    is_int(fdtab_count(1 << FD_CONNECTION), 3, "three connections");
    is_int(fdtab_next(0, 1 << FD_CONNECTION), 0, "the first");
    is_int(fdtab_next(1, 1 << FD_CONNECTION), 7, "the second");
    is_int(fdtab_next(8, 1 << FD_CONNECTION), FDTAB_SIZE - 1, "the last");
    is_int(fdtab_next(FDTAB_SIZE, 1 << FD_CONNECTION), -1, "and no more");
    is_int(fdtab_next(-5, 1 << FD_CONNECTION), 0, "from below");
    is_int(fdtab_next(0, 1 << FD_OWN), 8, "other kinds");
    fdtab_set(0, FD_NONE);
    fdtab_set(7, FD_NONE);
    fdtab_set(8, FD_NONE);
    fdtab_set(FDTAB_SIZE - 1, FD_NONE);
    is_int(fdtab_count(1 << FD_CONNECTION), 0, "none is left");
}

enum { ROUNDS = 20000 };

/* Each set must come out of exactly one clear, or a count would drift. */
static void *set_and_clear(void *sum)
{
    for (int i = 0; i < ROUNDS; i++) {
        *(long *)sum += fdtab_set(100, FD_CONNECTION) != FD_CONNECTION;
        *(long *)sum -= fdtab_set(100, FD_NONE) == FD_CONNECTION;
    }
    return NULL;
}

static void test_threads(void)
{
    long sum[4] = {0};
    pthread_t thread[4];

    for (int i = 0; i < 4; i++)
        pthread_create(&thread[i], NULL, set_and_clear, &sum[i]);
    for (int i = 0; i < 4; i++)
        pthread_join(thread[i], NULL);
    is_int(sum[0] + sum[1] + sum[2] + sum[3], 0, "threads on one number lose nothing");
}

int main(void)
{
    test_empty();
    test_range();
    test_kinds();
    test_walk();
    test_threads();
    return done();
}
