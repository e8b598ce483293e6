/* SPDX-License-Identifier: ISC */
#include "supervisors/target.h"

#include <err.h>
#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command_line/exit_codes.h"
#include "supervisors/answer.h"
#include "supervisors/deadline.h"
#include "supervisors/elsewhere.h"
#include "supervisors/orphan.h"
#include "supervisors/proc.h"
#include "supervisors/runtime.h"

static __attribute__((format(printf, 3, 4))) void fail(struct target_failure *failure, int code,
                                                       const char *format, ...)
{
    va_list ap;

    va_start(ap, format);
    vsnprintf(failure->text, sizeof(failure->text), format, ap);
    va_end(ap);
    failure->code = code;
    failure->missing = code == EXIT_NO_TARGET;
}

static void connect_failed(pid_t pid, const char *target, int unanswered,
                           struct target_failure *failure)
{
    if (errno == ETIMEDOUT) {
        failure->code = unanswered;
        dialogue_silence(pid, "", failure->text, sizeof(failure->text));
    } else if (errno == ENOENT) {
        fail(failure, EXIT_NO_TARGET, "supervisor %d of '%s' is gone", (int)pid, target);
    } else {
        fail(failure, EXIT_FAILED, "can't talk to supervisor %d in %s: %s", (int)pid,
             runtime_path(), strerror(errno));
    }
}

struct dialogue *target_try_supervisor(pid_t pid, const char *target, int64_t deadline,
                                       int unanswered, struct target_failure *failure)
{
    struct dialogue *dialogue = dialogue_connect(pid, deadline);

    if (dialogue == NULL && errno == ENOENT && geteuid() == 0)
        dialogue = dialogue_connect_elsewhere(pid, deadline);
    if (dialogue == NULL)
        connect_failed(pid, target, unanswered, failure);
    return dialogue;
}

/* Orphans of a server become children of its supervisor, so every process has it above.  One in the
 * runtime directory before all others: a process of its server could only pretend to be one. */
static struct dialogue *connect_above(pid_t pid, const char *target, int64_t deadline,
                                      int unanswered, struct target_failure *failure)
{
    pid_t parent = pid, other;
    struct dialogue *dialogue;

    while (parent > 0) {
        dialogue = dialogue_connect(parent, deadline);
        if (dialogue == NULL && errno != ENOENT)
            connect_failed(parent, target, unanswered, failure);
        if (dialogue != NULL || errno != ENOENT)
            return dialogue;
        parent = proc_parent(parent);
    }
    /* Only now: with systemd's PrivateUsers= and ProtectProc= the supervisor isn't to be seen. */
    if (proc_parent(pid) == -1) {
        fail(failure, EXIT_NO_TARGET, "no process %d: 'grace status' lists the servers", (int)pid);
        failure->missing = false;
        return NULL;
    }
    other = elsewhere_above(pid);
    if (other != 0)
        return target_try_supervisor(other, target, deadline, unanswered, failure);
    fail(failure, EXIT_NO_TARGET, "process %d doesn't run under grace (looked in %s)", (int)pid,
         runtime_path());
    return NULL;
}

enum { LOOKUP_PATIENCE = 2000 }; /* milliseconds */

struct matches {
    const char *name;
    bool own; /* none of another user's counts */
    pid_t first;
    size_t count, silent;
    char pids[256];
};

static void add(struct matches *found, pid_t pid, const char *user)
{
    size_t used = strlen(found->pids);

    if (found->count++ == 0)
        found->first = pid;
    snprintf(found->pids + used, sizeof(found->pids) - used, *user != '\0' ? " %d (%s)" : " %d",
             (int)pid, user);
}

static bool fits(struct matches *found, struct json_object *status, int error)
{
    found->silent += status == NULL && error == ETIMEDOUT;
    return status != NULL && strcmp(answer_text(status, "name"), found->name) == 0;
}

static void match(pid_t pid, struct json_object *status, int error, void *data)
{
    if (fits(data, status, error))
        add(data, pid, "");
}

/* Anybody can take a name: that must not keep root from a server of its own. */
static void match_elsewhere(pid_t pid, struct json_object *status, int error, void *data)
{
    struct matches *found = data;
    const char *user = answer_text(status, "user");
    bool own;

    if (!fits(found, status, error))
        return;
    own = strcmp(user, answer_user(geteuid())) == 0;
    if (own && !found->own)
        *found = (struct matches){.name = found->name, .own = true, .silent = found->silent};
    if (own == found->own)
        add(found, pid, user);
}

/* A server that hangs must not use up the time of the one that is meant. */
static int64_t lookup_deadline(int64_t deadline)
{
    int left = deadline_left(deadline);

    return clock_ms() + (left < 0 || left > 2 * LOOKUP_PATIENCE ? LOOKUP_PATIENCE : left / 2);
}

static bool is_unambiguous(const struct matches *found, int unanswered,
                           struct target_failure *failure)
{
    if (found->count > 1)
        fail(failure, EXIT_BAD_USAGE, "'%s' is the name of %zu servers, use one of the pids:%s",
             found->name, found->count, found->pids);
    else if (found->count == 0 && found->silent > 0)
        fail(failure, unanswered, "no server '%s' among those that answer; %zu didn't: use its pid",
             found->name, found->silent);
    else if (found->count == 0)
        fail(failure, EXIT_NO_TARGET, "no server '%s' in %s: 'grace status' lists the servers",
             found->name, runtime_path());
    return found->count == 1;
}

static struct dialogue *connect_name(const char *name, int64_t deadline, int unanswered,
                                     struct target_failure *failure)
{
    struct matches found = {.name = name};

    answer_each(match, &found, lookup_deadline(deadline));
    if (found.count == 0)
        answer_each_elsewhere(match_elsewhere, &found, lookup_deadline(deadline));
    if (!is_unambiguous(&found, unanswered, failure))
        return NULL;
    return target_try_supervisor(found.first, name, deadline, unanswered, failure);
}

struct dialogue *target_try(const char *target, int64_t deadline, int unanswered,
                            struct target_failure *failure)
{
    const char *error;
    pid_t pid;

    *failure = (struct target_failure){.code = EXIT_DONE};
    if (target[strspn(target, "0123456789")] != '\0')
        return connect_name(target, deadline, unanswered, failure);
    pid = (pid_t)strtonum(target, 1, INT_MAX, &error);
    if (error == NULL)
        return connect_above(pid, target, deadline, unanswered, failure);
    fail(failure, EXIT_NO_TARGET, "'%s' can't be a pid: 'grace status' lists the servers", target);
    failure->missing = false;
    return NULL;
}

static _Noreturn void end_for(const struct target_failure *failure)
{
    if (failure->missing)
        orphan_hint();
    errx(failure->code, "%s", failure->text);
}

struct dialogue *target_connect(const char *target, int64_t deadline, int unanswered)
{
    struct target_failure failure;
    struct dialogue *dialogue = target_try(target, deadline, unanswered, &failure);

    if (dialogue == NULL)
        end_for(&failure);
    return dialogue;
}

struct dialogue *target_supervisor(pid_t pid, const char *target, int64_t deadline, int unanswered)
{
    struct target_failure failure = {.code = EXIT_DONE};
    struct dialogue *dialogue = target_try_supervisor(pid, target, deadline, unanswered, &failure);

    if (dialogue == NULL)
        end_for(&failure);
    return dialogue;
}
