/* SPDX-License-Identifier: ISC */
/*
 * The frame of the probes: programs that exercise one interposed call each and print what they
 * see, which must be the same with and without the shim.
 *
 *     PROBE(dup)
 *     {
 *         TRY(dup(-1));        prints "dup(-1) = -1 EBADF"
 *         show_fds();          prints "fds: 0 1 2"
 *     }
 *
 * What is printed must not depend on time, pids, ports or addresses.  A result of -1 comes with
 * its errno; any other with an errno only if the call has changed it.
 */
#ifndef PROBE_H
#define PROBE_H

#include <errno.h>
#include <stdbool.h>

enum {
    PROBE_ERRNO = EXFULL, /* what errno holds before a call */
    OWN_FROM = 900,       /* the shim keeps private descriptors on numbers from about 1000 on */
};

struct probe {
    const char *name;
    void (*run)(void);
};

#define PROBE(call)                                                                           \
    static void probe_##call(void);                                                           \
    static const struct probe entry_##call = {#call, probe_##call};                           \
    static const struct probe *const listed_##call __attribute__((section("probes"), used)) = \
        &entry_##call;                                                                        \
    static void probe_##call(void)

/* One line, written at once: no buffer that a fork or an exec could double or lose. */
void say(const char *format, ...) __attribute__((format(printf, 1, 2)));

#define TRY(call)                             \
    ({                                        \
        errno = PROBE_ERRNO;                  \
        long try_result = (long)(call);       \
        say_result(#call, try_result, errno); \
        try_result;                           \
    })

/* For pointers and pids: only whether there is one. */
#define TRY_ANY(call)                            \
    ({                                           \
        errno = PROBE_ERRNO;                     \
        __auto_type any_result = (call);         \
        say_any(#call, (long)any_result, errno); \
        any_result;                              \
    })

/* With a name instead of the text of the call, for what runs with several calls. */
#define TRY_AS(name, call)                   \
    ({                                       \
        errno = PROBE_ERRNO;                 \
        long try_result = (long)(call);      \
        say_result(name, try_result, errno); \
        try_result;                          \
    })

void say_result(const char *what, long result, int error);
void say_any(const char *what, long result, int error);
const char *error_name(int error);

/* Descriptors below OWN_FROM that the kernel has open, with FD_CLOEXEC marked by a star. */
void show_fds(void);
/* FD_CLOEXEC and O_NONBLOCK as the process sees them. */
void show_flags(int fd);
bool is_open(int fd);

/* Runs one probe, or all that the command line names. Exit status of the program. */
int probe_main(int argc, char **argv);
int probe_run(const char *name);

/* Runs before the constructor of a preloaded library. Until then the shim's descriptors lie open
 * like any that is inherited: a library that closes them leaves its server without the shim. */
extern bool probe_early;

#endif
