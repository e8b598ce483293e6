/* SPDX-License-Identifier: ISC */
#include "supervisor/kernel/rlimits.h"

#include <sys/resource.h>

static struct {
    int resource;
    struct rlimit given, lifted;
} limits[] = {{.resource = RLIMIT_FSIZE}, {.resource = RLIMIT_CPU}};

enum { LIMITS = sizeof limits / sizeof limits[0] };

/* The hard limit is root's to lift. */
void rlimits_lift(void)
{
    for (int i = 0; i < LIMITS; i++) {
        struct rlimit wanted = {RLIM_INFINITY, RLIM_INFINITY};

        getrlimit(limits[i].resource, &limits[i].given);
        if (setrlimit(limits[i].resource, &wanted) < 0) {
            wanted = limits[i].given;
            wanted.rlim_cur = wanted.rlim_max;
            setrlimit(limits[i].resource, &wanted);
        }
        getrlimit(limits[i].resource, &limits[i].lifted);
    }
}

/* Not what somebody has set meanwhile, for us and the generations to come (prlimit). */
void rlimits_restore(void)
{
    for (int i = 0; i < LIMITS; i++) {
        struct rlimit now;

        if (getrlimit(limits[i].resource, &now) == 0 && now.rlim_cur == limits[i].lifted.rlim_cur &&
            now.rlim_max == limits[i].lifted.rlim_max)
            setrlimit(limits[i].resource, &limits[i].given);
    }
}
