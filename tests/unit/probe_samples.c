/* SPDX-License-Identifier: ISC */
#include "probe_samples.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define HOSTILE \
    "</text><script>&amp;\"'\x01\x1b[2J\xff\xc3 ]]> \xef\xbf\xbe \xed\xa0\x80 \xc3\xa4 <!--"

const struct sample samples[] = {
    {"good", "http://127.0.0.1:8080/", 10, 5200, 3, 0, 0, "1.", false},
    {"failing", "http://unix:/run/app.sock:/health", 10, 5200, 3, 37, 0.4, "1.", true},
    {"one", "http://127.0.0.1:8080/", 60, 17000, 4, 1, 0, "1.", false},
    {"calm", "https://[::1]:8443/", 10, 40, 0, 0, 0, "", false},
    {"empty", "http://127.0.0.1:8080/", 0, 0, 0, 0, 0, "", false},
    {"silent", "http://127.0.0.1:8080/", 3, 0, 1, 40, 0, "", true},
    {"blink", "http://127.0.0.1:8080/", 0.005, 4000, 0, 0, 0, "", false},
    {"hour", "http://127.0.0.1:8080/", 3600, 100, 12, 3, 2, "build-", false},
    {"many", "http://127.0.0.1:8080/", 120, 3000, 500, 9, 0.1, "", false},
    {"hostile", HOSTILE, 2, 500, 1, 5, 0, "</a>&\x01\xff]]>\"", true},
    {0},
};

const struct sample *sample_find(const char *name)
{
    for (const struct sample *sample = samples; sample->name != NULL; sample++)
        if (strcmp(sample->name, name) == 0)
            return sample;
    return NULL;
}

static double chance(void)
{
    return (double)(random() % 100000) / 100000;
}

static int64_t ns(double seconds)
{
    return (int64_t)(seconds * 1e9);
}

static double restart_begin(const struct sample *sample, unsigned n)
{
    return sample->seconds * n / (sample->restarts + 1);
}

/* The middle of what the sample is about. */
static double middle(const struct sample *sample)
{
    unsigned n = (sample->restarts + 1) / 2;

    return n > 0 ? restart_begin(sample, n) : sample->seconds / 2;
}

static void fail(struct result *result, const struct sample *sample, double at)
{
    struct let_down let_down = {.failure = FAILURE_REFUSED, .at = ns(at), .version = -1};

    for (unsigned i = 0; i < sample->failures; i++)
        result_let_down(result, &let_down);
}

static void answer(struct result *result, const struct sample *sample, double at, bool restarting)
{
    unsigned generation = result_restarts(result);
    double us = 120 / (0.02 + chance()) * (restarting ? 1 + 6 * chance() : 1);
    char name[VERSION_LENGTH];

    /* The new version takes over while the restart is going on. */
    if (restarting && generation > 0 && chance() > 0.5)
        generation--;
    snprintf(name, sizeof(name), "%s%u", sample->version, generation);
    int version = *sample->version ? result_version(result, name, strlen(name)) : -1;
    result_answer(result, chance() < 0.7 ? KIND_NEW : KIND_KEEP_ALIVE, ns(at), (uint64_t)us,
                  version);
}

static void restart_over(struct result *result, const struct sample *sample, double at)
{
    bool failed = sample->restart_failed && result_restarts(result) == sample->restarts;

    result_restart_end(result, ns(at), failed, failed ? sample->target : "done");
}

struct result *sample_make(const struct sample *sample)
{
    struct result *result = result_create(sample->target, 1700000000 * (int64_t)1000000000);
    double length = sample->restarts > 0 ? fmin(0.7, restart_begin(sample, 1) / 2) : 0, over = 0;
    double step = 1 / fmax(sample->rate, 10), bad = middle(sample);
    bool failed = sample->failures == 0;

    srandom(1);
    for (double at = 0; at < sample->seconds; at += step * (0.7 + 0.6 * chance())) {
        unsigned next = result_restarts(result) + 1;
        if (over > 0 && at > over) {
            restart_over(result, sample, over);
            over = 0;
        }
        if (next <= sample->restarts && at >= restart_begin(sample, next)) {
            result_restart_begin(result, ns(at));
            over = at + length;
        }
        if (!failed && at > bad + sample->gap / 2) {
            failed = true;
            fail(result, sample, at);
        }
        if (sample->rate > 0 && (at < bad || at > bad + sample->gap))
            answer(result, sample, at, over > 0);
    }
    result_end(result, ns(sample->seconds), 0);
    return result;
}
