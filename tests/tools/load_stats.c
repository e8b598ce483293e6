/* SPDX-License-Identifier: ISC */
#include "load_stats.h"

#include "load_clock.h"

#include <err.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

enum { ANSWERS_MAX = 64 };

static const char *const names[OUTCOMES] = {
    "ok", "refused", "reset", "eof", "timeout", "wrong", "other",
};

static struct {
    pthread_mutex_t lock;
    unsigned long count[OUTCOMES];
    double begin, seconds; /* on the monotonic clock */
    double running, ran;   /* the same on the running clock, as all below */
    double last_success;
    double silence;
    double latency;
    FILE *failures;
    struct {
        char line[96];
        unsigned long count;
    } answers[ANSWERS_MAX];
    unsigned answers_used;
} stats = {.lock = PTHREAD_MUTEX_INITIALIZER};

void stats_begin(const char *failures)
{
    if (failures != NULL && (stats.failures = fopen(failures, "we")) == NULL)
        err(2, "%s", failures);
    stats.begin = clock_now();
    stats.running = stats.last_success = clock_running();
}

static void silence_ends(double now)
{
    if (now - stats.last_success > stats.silence)
        stats.silence = now - stats.last_success;
    stats.last_success = now;
}

static void count_answer(const char *line)
{
    unsigned i;

    for (i = 0; i < stats.answers_used; i++)
        if (strcmp(stats.answers[i].line, line) == 0)
            break;
    if (i == ANSWERS_MAX)
        return;
    if (i == stats.answers_used) {
        strlcpy(stats.answers[i].line, line, sizeof(stats.answers[i].line));
        stats.answers_used++;
    }
    stats.answers[i].count++;
}

static void add_success(double now, const struct answer *answer)
{
    if (stats.count[OK] == 1) {
        /* Tells a waiting script that the load is on. */
        printf("first_ms %.1f\n", (clock_now() - stats.begin) * 1e3);
        fflush(stdout);
    }
    silence_ends(now);
    count_answer(answer->first_line);
}

static void add_failure(enum outcome outcome, double now, double begun, const struct answer *answer)
{
    if (stats.failures != NULL) {
        fprintf(stats.failures, "%s %.6f %.6f %u %s\n", names[outcome], answer->begun, clock_now(),
                answer->port, answer->why);
        fflush(stats.failures);
    }
    if (stats.count[outcome] > 1)
        return;
    fprintf(stderr, "load: first %s at %.3f s (%.3f s after its start): %s\n", names[outcome],
            clock_now() - stats.begin, now - begun, answer->why);
}

void stats_add(enum outcome outcome, double begun, const struct answer *answer)
{
    pthread_mutex_lock(&stats.lock);
    double now = clock_running();
    stats.count[outcome]++;
    if (now - begun > stats.latency)
        stats.latency = now - begun;
    if (outcome == OK)
        add_success(now, answer);
    else
        add_failure(outcome, now, begun, answer);
    pthread_mutex_unlock(&stats.lock);
}

static unsigned long sum(enum outcome from)
{
    unsigned long total = 0;

    pthread_mutex_lock(&stats.lock);
    for (unsigned i = from; i < OUTCOMES; i++)
        total += stats.count[i];
    pthread_mutex_unlock(&stats.lock);
    return total;
}

unsigned long stats_requests(void)
{
    return sum(OK);
}

unsigned long stats_failed(void)
{
    return sum(OK + 1);
}

void stats_end(void)
{
    pthread_mutex_lock(&stats.lock);
    double now = clock_running();
    stats.seconds = clock_now() - stats.begin;
    stats.ran = now - stats.running;
    silence_ends(now);
    pthread_mutex_unlock(&stats.lock);
}

void stats_print(void)
{
    printf("requests %lu\nfailed %lu\n", stats_requests(), stats_failed());
    for (unsigned i = OK + 1; i < OUTCOMES; i++)
        printf("%s %lu\n", names[i], stats.count[i]);
    printf("longest_silence_ms %.1f\n", stats.silence * 1e3);
    printf("max_latency_ms %.1f\n", stats.latency * 1e3);
    printf("standstill_ms %.1f\n", (stats.seconds - stats.ran) * 1e3);
    printf("seconds %.2f\n", stats.seconds);
    for (unsigned i = 0; i < stats.answers_used; i++)
        printf("answer %s %lu\n", stats.answers[i].line, stats.answers[i].count);
}
