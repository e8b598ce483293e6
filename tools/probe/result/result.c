/* SPDX-License-Identifier: ISC */
#include "probe/result/result.h"

#include <err.h>
#include <stdlib.h>
#include <string.h>

static struct window *current(struct result *result)
{
    return &result->windows[result->windows_used - 1];
}

/* Restarts are not counted beforehand: an array whose size is the next power of two. */
static struct window *window_append(struct result *result)
{
    unsigned used = result->windows_used;

    if ((used & (used - 1)) == 0) {
        size_t size = used == 0 ? 1 : (size_t)used * 2;
        result->windows = reallocarray(result->windows, size, sizeof(struct window));
        if (result->windows == NULL)
            err(EXIT_FAILURE, "no memory for one more restart");
    }
    result->windows_used++;
    *current(result) = (struct window){.version_before = -1, .version_after = -1};
    return current(result);
}

struct result *result_create(const char *target, int64_t wall)
{
    struct result *result = calloc(1, sizeof(*result));

    if (result == NULL ||
        (result->let_down = calloc(FAILURES_KEPT, sizeof(struct let_down))) == NULL)
        err(EXIT_FAILURE, "no memory for what is found");
    result->target = target;
    result->started = wall;
    timeline_begin(&result->timeline);
    window_append(result);
    return result;
}

void result_free(struct result *result)
{
    if (result == NULL)
        return;
    timeline_free(&result->timeline);
    free(result->windows);
    free(result->let_down);
    free(result);
}

int result_version(struct result *result, const char *name, size_t length)
{
    length = strnlen(name, length < VERSION_LENGTH ? length : VERSION_LENGTH - 1);
    for (unsigned i = 0; i < result->versions_used; i++) {
        const char *known = result->versions[i].name;
        if (memcmp(known, name, length) == 0 && known[length] == '\0')
            return (int)i;
    }
    if (result->versions_used == VERSIONS_MAX)
        return VERSIONS_MAX - 1;
    memcpy(result->versions[result->versions_used].name, name, length);
    return (int)result->versions_used++;
}

/* Nobody had an answer from the last one until now. Which window that belongs to is seen only when
 * it is over: it counts where it ends. */
static void silence_ends(struct result *result, int64_t now)
{
    int64_t silence = now - result->last_answer;
    struct window *window = current(result);

    if (silence > window->silence)
        window->silence = silence;
    if (silence > result->silence)
        result->silence = silence;
    result->last_answer = now;
}

static void version_answered(struct result *result, int64_t now, int index)
{
    struct version *version = &result->versions[index];

    if (version->answers++ == 0)
        version->first = now;
    version->last = now;
    current(result)->version_after = index;
}

void result_clients(struct result *result, enum kind kind, unsigned clients)
{
    result->kinds[kind].clients = clients;
}

void result_connected(struct result *result, enum kind kind)
{
    result->kinds[kind].connections++;
}

void result_closed_idle(struct result *result, enum kind kind)
{
    result->kinds[kind].closed_idle++;
}

void result_answer(struct result *result, enum kind kind, int64_t now, uint64_t us, int version)
{
    struct window *window = current(result);

    result->kinds[kind].answers++;
    window->answers++;
    histogram_add(&window->latency, us);
    histogram_add(&result->latency, us);
    timeline_answer(&result->timeline, now, us, version > 0 && version % 2 != 0);
    silence_ends(result, now);
    if (version >= 0)
        version_answered(result, now, version);
}

void result_let_down(struct result *result, const struct let_down *let_down)
{
    result->kinds[let_down->kind].failed[let_down->failure]++;
    current(result)->failed++;
    timeline_failure(&result->timeline, let_down->at);
    if (result->let_down_used == FAILURES_KEPT)
        return;
    result->let_down[result->let_down_used] = *let_down;
    result->let_down[result->let_down_used++].window = result->windows_used - 1;
}

void result_restart_begin(struct result *result, int64_t now)
{
    int version = current(result)->version_after;

    current(result)->end = now;
    struct window *window = window_append(result);
    window->begin = now;
    window->version_before = window->version_after = version;
}

void result_restart_end(struct result *result, int64_t now, bool failed, const char *outcome)
{
    struct window *window = current(result);

    /* A script's signals can come twice, or without one that a restart begins. */
    if (result->windows_used == 1 || window->restart_end != 0)
        return;
    window->restart_end = now > 0 ? now : 1;
    window->restart_failed = failed;
    strlcpy(window->outcome, outcome, sizeof(window->outcome));
}

void result_end(struct result *result, int64_t now, int64_t standstill)
{
    silence_ends(result, now);
    current(result)->end = now;
    result->ended = now > 0 ? now : 1;
    result->standstill = standstill;
}
