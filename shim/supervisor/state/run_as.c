/* SPDX-License-Identifier: ISC */
#include "supervisor/state/run_as.h"

#include <sys/resource.h>
#include <sys/wait.h>
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "supervisor/state/supervisor.h"

enum { GROUPS = 65536 }; /* NGROUPS_MAX */

static struct {
    uid_t uid;
    gid_t gid;
    gid_t *groups;
    int groups_n;
    char *name, *home;
    bool known;
} user;

/* Both by name, or by number where there is one of it. */
static const struct passwd *find_user(const char *text)
{
    const struct passwd *found = getpwnam(text);
    char *end;
    unsigned long number = strtoul(text, &end, 10);

    return found || *end != '\0' || end == text ? found : getpwuid((uid_t)number);
}

static const struct group *find_group(const char *text)
{
    const struct group *found = getgrnam(text);
    char *end;
    unsigned long number = strtoul(text, &end, 10);

    return found || *end != '\0' || end == text ? found : getgrgid((gid_t)number);
}

static bool find_groups(void)
{
    int n = 64;
    bool found = false;

    while (!found && n <= GROUPS) {
        gid_t *groups = reallocarray(user.groups, (size_t)n, sizeof *groups);

        if (!groups)
            return false;
        user.groups = groups;
        user.groups_n = n;
        found = getgrouplist(user.name, user.gid, groups, &user.groups_n) >= 0;
        n *= 2;
    }
    return found;
}

/* NULL, or why not. */
static const char *find(const char *text)
{
    const char *colon = strchr(text, ':');
    char *name = strndup(text, colon ? (size_t)(colon - text) : strlen(text));
    const struct passwd *pw = name ? find_user(name) : NULL;
    const struct group *gr = NULL;

    free(name);
    if (!pw)
        return "there is no such user";
    user.uid = pw->pw_uid;
    user.gid = pw->pw_gid;
    user.name = strdup(pw->pw_name);
    user.home = strdup(pw->pw_dir);
    if (colon && !(gr = find_group(colon + 1)))
        return "there is no such group";
    if (gr)
        user.gid = gr->gr_gid;
    user.known = user.name && user.home && find_groups();
    return user.known ? NULL : "its groups can't be read";
}

void run_as_environment(void)
{
    if (!user.known)
        return;
    setenv("HOME", user.home, 1);
    setenv("USER", user.name, 1);
    setenv("LOGNAME", user.name, 1);
}

/* The nice value first: a user may not lower it. */
const char *run_as_become(void)
{
    const struct options *o = &supervisor.options;

    if (o->nice != OPTIONS_NO_NICE && setpriority(PRIO_PROCESS, 0, o->nice) < 0)
        return "GRACE_NICE: setpriority";
    errno = ENOENT;
    if (o->user && !user.known)
        return "GRACE_USER";
    if (o->user && (setgroups((size_t)user.groups_n, user.groups) < 0 || setgid(user.gid) < 0 ||
                    setuid(user.uid) < 0))
        return "GRACE_USER: setgroups, setgid or setuid";
    return NULL;
}

static bool can_become(void)
{
    const char *failed;
    int status = 0;
    pid_t pid = fork();

    if (pid == 0) {
        failed = run_as_become();
        if (failed)
            fprintf(stderr, "grace: %s: %s; start grace as root\n", failed, strerror(errno));
        _exit(failed != NULL);
    }
    return pid < 0 || waitpid(pid, &status, 0) < 0 || status == 0;
}

bool run_as_prepare(bool check)
{
    const struct options *o = &supervisor.options;
    const char *why = o->user ? find(o->user) : NULL;

    if (why)
        fprintf(stderr, "grace: GRACE_USER=%s: %s\n", o->user, why);
    return !why && (!check || (!o->user && o->nice == OPTIONS_NO_NICE) || can_become());
}
