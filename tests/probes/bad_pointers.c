/* SPDX-License-Identifier: ISC */
/*
 * bad-pointers [PORT]: every interposed call that takes a pointer, with each of its pointers bad in
 * each way; prints what came of it.  That must be the same with and without the shim: EFAULT where
 * the kernel is the first to look, SIGSEGV where libc is.
 *
 * With a PORT there is a listener on it, which the calls are about, and the process stays: at a
 * SIGUSR2 it does so again.
 */
#include "bad_pointers.h"

#include <sys/mman.h>
#include <sys/resource.h>
#include <dlfcn.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "actors.h"
#include "probe.h"

enum { PAGE = 4096, ROOM = 512 };

static const char *const names[] = {
    [BAD_NONE] = "none",          [BAD_FIRST] = "first page", [BAD_CLOSED] = "closed",
    [BAD_LAST] = "last page",     [BAD_HALF] = "half",        [BAD_AT_END] = "at the end",
    [BAD_READ_ONLY] = "read only"};

static char *page; /* the next one is closed */

/* Where the object lies for this way, its content as far as it can be there. */
static void *place(const struct argument *a, int way)
{
    char *end = page + PAGE;

    switch (way) {
    case BAD_NONE:
        return NULL;
    case BAD_FIRST:
        return (void *)16;
    case BAD_CLOSED:
        return end + 64;
    case BAD_LAST:
        return (void *)-8;
    case BAD_HALF:
        return memcpy(end - a->size / 2, a->bytes, a->size / 2);
    default:
        return memcpy(end - a->size, a->bytes, a->size);
    }
}

typedef long any_call(long, long, long, long, long, long, long);

/* Small results are errors or counts, large ones pointers or pids. */
static void show(const char *label, long result)
{
    int error = errno;

    if ((int)result >= -1 && (int)result < 256)
        say_result(label, (int)result, error);
    else
        say_any(label, result, error);
}

/* The other pointers are good. */
static void call_with(const struct row *row, int bad, int way)
{
    static char room[ARGUMENTS][ROOM];
    any_call *call = (any_call *)(uintptr_t)dlsym(RTLD_DEFAULT, row->name);
    long v[ARGUMENTS] = {0};
    char label[128];

    for (int i = 0; i < ARGUMENTS; i++) {
        const struct argument *a = &row->arguments[i];

        if (a->size == 0)
            v[i] = a->value ? *a->value : a->number;
        else
            v[i] = (long)(i == bad ? place(a, way) : memcpy(room[i], a->bytes, a->size));
    }
    if (way == BAD_READ_ONLY)
        mprotect(page, PAGE, PROT_READ);
    snprintf(label, sizeof label, "%s%s: %d %s", row->name, row->about, bad + 1, names[way]);
    errno = PROBE_ERRNO;
    show(label, call(v[0], v[1], v[2], v[3], v[4], v[5], v[6]));
}

/* In a child: libc may have locked something, and some calls execute a program. */
static void call_in_child(const struct row *row, int bad, int way)
{
    char label[128];
    pid_t pid = fork();

    if (pid == 0) {
        rows_prepare();
        call_with(row, bad, way);
        _exit(0);
    }
    snprintf(label, sizeof label, "%s%s: %d %s", row->name, row->about, bad + 1, names[way]);
    show_exit(label, pid);
}

static void call_in_all_ways(const struct row *row)
{
    for (int i = 0; i < ARGUMENTS; i++)
        for (int way = 0; way < BAD_WAYS && row->arguments[i].size > 0; way++)
            if (!(row->arguments[i].but >> way & 1))
                call_in_child(row, i, way);
}

static bool has_row(const char *name)
{
    for (size_t i = 0; i < rows_count; i++)
        if (strcmp(rows[i].name, name) == 0)
            return true;
    return false;
}

/* A call that is new needs a row, if it takes a pointer. */
static int missing_rows(void)
{
    static const struct {
        const char *name, *parameters;
    } calls[] = {
#define CALL(result, name, parameters, arguments) {#name, #parameters},
#include "libc/calls.h"
#undef CALL
    };
    int missing = 0;

    for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++)
        if (strpbrk(calls[i].parameters, "*[") && !has_row(calls[i].name)) {
            say("%s has no row in tests/probes/bad_pointers_rows.c", calls[i].name);
            missing++;
        }
    return missing;
}

static void call_all(void)
{
    for (size_t i = 0; i < rows_count; i++)
        call_in_all_ways(&rows[i]);
    say("all done");
}

int main(int argc, char **argv)
{
    const struct rlimit no_core = {0, 0};
    sigset_t again = set_of(SIGUSR2);
    int sig;

    setrlimit(RLIMIT_CORE, &no_core);
    page = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    mprotect(page + PAGE, PAGE, PROT_NONE);
    if (missing_rows() > 0)
        return 2;
    rows_begin(argc > 1 ? atoi(argv[1]) : 0);
    call_all();
    sigprocmask(SIG_BLOCK, &again, NULL);
    while (argc > 1 && sigwait(&again, &sig) == 0)
        call_all();
    return 0;
}
