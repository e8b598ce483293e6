/* SPDX-License-Identifier: ISC */
#include "probe/result/result.h"

#include <stdlib.h>

#include "tap.h"

enum { VALUES = 20000 };

static const int64_t MS = 1000000;

static int by_size(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

    return (x > y) - (x < y);
}

/* Of all sizes: as many of nine bits as of thirty. */
static void random_values(uint64_t *values, struct histogram *histogram)
{
    srandom(4711);
    for (unsigned i = 0; i < VALUES; i++) {
        values[i] = (uint64_t)random() >> (random() % 31);
        histogram_add(histogram, values[i]);
    }
    qsort(values, VALUES, sizeof(*values), by_size);
}

/* `exact` or above, and by 1/64 at most. */
static bool near(uint64_t got, uint64_t exact)
{
    return got >= exact && got - exact <= exact / 64;
}

static void percentiles(void)
{
    static uint64_t values[VALUES];
    static struct histogram histogram, twice;
    static const unsigned tenths[] = {1, 10, 100, 250, 500, 900, 990, 999};

    is_int(histogram_percentile(&histogram, 50), 0, "of nothing, half took no time");
    random_values(values, &histogram);
    for (size_t i = 0; i < sizeof(tenths) / sizeof(*tenths); i++) {
        uint64_t exact = values[VALUES / 1000 * tenths[i] - 1];
        uint64_t got = histogram_percentile(&histogram, tenths[i] / 10.0);
        if (!ok(near(got, exact), "%u of 1000", tenths[i]))
            printf("# got %lu, exact %lu\n", (unsigned long)got, (unsigned long)exact);
    }
    is_int(histogram_percentile(&histogram, 0), values[0], "the shortest");
    is_int(histogram_percentile(&histogram, 100), values[VALUES - 1], "the longest");
    histogram_merge(&twice, &histogram);
    histogram_merge(&twice, &histogram);
    is_int(twice.count, 2 * VALUES, "added up are twice as many");
    is_int(twice.sum, 2 * histogram.sum, "and the sum");
    is_int(histogram_percentile(&twice, 90), histogram_percentile(&histogram, 90),
           "of which 90 %% take as long as before");
}

static void edges_of_cells(void)
{
    static const uint64_t values[] = {0, 1, 63, 64, 127, 128, 129, 4095, 4096, UINT32_MAX};
    unsigned wrong = 0;

    for (size_t i = 0; i < sizeof(values) / sizeof(*values); i++) {
        struct histogram histogram = {0};
        histogram_add(&histogram, values[i]);
        histogram_add(&histogram, UINT32_MAX);
        wrong += !near(histogram_percentile(&histogram, 50), values[i]);
    }
    is_int(wrong, 0, "values at the edges of cells are found again");
}

static void too_long(void)
{
    struct histogram histogram = {0};

    histogram_add(&histogram, UINT64_MAX);
    is_int(histogram.max, UINT32_MAX, "what is too long is as long as possible");
    is_int(histogram_percentile(&histogram, 50), UINT32_MAX, "also among percentiles");
}

static void one_slot(void)
{
    struct timeline timeline;

    timeline_begin(&timeline);
    timeline_answer(&timeline, 9 * MS, 300, false);
    timeline_answer(&timeline, 10 * MS, 500, true);
    timeline_answer(&timeline, 19 * MS, 100, true);
    timeline_failure(&timeline, 30 * MS);
    is_int(timeline.used, 4, "slots are used as far as time went");
    is_int(timeline.slots[1].answers[1], 2, "an answer at the border counts behind it");
    is_int(timeline.slots[1].slowest, 500, "the slowest of a slot");
    struct slot sum = timeline_sum(&timeline, 0, 30 * MS);
    is_int(sum.answers[0] + sum.answers[1], 3, "a sum has all answers");
    is_int(sum.sum, 900, "and their time");
    is_int(sum.failed, 0, "not what is behind its end");
    is_int(timeline_sum(&timeline, 30 * MS, 1000 * MS).failed, 1, "that is in the next one");
    timeline_free(&timeline);
}

static void doubling(void)
{
    const int64_t end = (int64_t)TIMELINE_SLOTS * TIMELINE_WIDTH;
    struct timeline timeline;

    timeline_begin(&timeline);
    for (unsigned i = 0; i < TIMELINE_SLOTS; i++)
        timeline_answer(&timeline, (int64_t)i * TIMELINE_WIDTH, i, i % 2 != 0);
    is_int(timeline.width, TIMELINE_WIDTH, "all slots are used, none is wider");
    timeline_failure(&timeline, end);
    is_int(timeline.width, 2 * TIMELINE_WIDTH, "one more, and they are twice as wide");
    is_int(timeline.used, TIMELINE_SLOTS / 2 + 1, "and half as many");
    is_int(timeline.slots[100].answers[0] + timeline.slots[100].answers[1], 2, "two became one");
    is_int(timeline.slots[100].slowest, 201, "with the slowest of both");
    is_int(timeline.slots[TIMELINE_SLOTS / 2].failed, 1, "behind them is the failure");
    is_int(timeline.slots[TIMELINE_SLOTS / 2].answers[0], 0, "and nothing from before");
    timeline_answer(&timeline, 7 * end, 1, false);
    struct slot sum = timeline_sum(&timeline, 0, 8 * end);
    is_int(timeline.width, 8 * TIMELINE_WIDTH, "a long way doubles more than once");
    is_int(sum.answers[0] + sum.answers[1], TIMELINE_SLOTS + 1, "no answer is lost");
    is_int(sum.failed, 1, "and no failure");
    timeline_free(&timeline);
}

static void silence(void)
{
    struct result *result = result_create("x", 0);

    result_answer(result, KIND_NEW, 30 * MS, 10, -1);
    result_answer(result, KIND_NEW, 40 * MS, 10, -1);
    result_restart_begin(result, 100 * MS);
    is_int(result->windows[0].silence, 30 * MS, "the first silence begins with the run");
    result_restart_end(result, 120 * MS, false, "");
    result_answer(result, KIND_NEW, 130 * MS, 10, -1);
    is_int(result->windows[0].silence, 30 * MS, "one that goes on isn't the earlier window's");
    is_int(result->windows[1].silence, 90 * MS, "but in full that in which it ends");
    result_end(result, 190 * MS, 0);
    is_int(result->windows[1].silence, 90 * MS, "a shorter one is not the longest");
    is_int(result->silence, 90 * MS, "the longest of all");
    result_free(result);

    result = result_create("x", 0);
    result_end(result, 70 * MS, 0);
    is_int(result->silence, 70 * MS, "without an answer all is silence");
    is_int(result->windows[0].silence, 70 * MS, "in the window, too");
    result_free(result);
}

static void versions(void)
{
    struct result *result = result_create("x", 0);
    char name[VERSION_LENGTH * 2];

    is_int(result_version(result, "1.0rest", 3), 0, "the first version");
    is_int(result_version(result, "1.01", 4), 1, "one that begins the same is another");
    is_int(result_version(result, "1.0", 3), 0, "one that is known");
    is_int(result_version(result, "", 0), 2, "the empty one");
    memset(name, 'v', sizeof(name));
    is_int(result_version(result, name, sizeof(name)), 3, "a long one");
    is_int(strlen(result->versions[3].name), VERSION_LENGTH - 1, "is cut");
    is_int(result_version(result, name, sizeof(name)), 3, "and known again");
    for (int i = 4; i < VERSIONS_MAX; i++)
        result_version(result, name, (size_t)snprintf(name, sizeof(name), "%d", i));
    is_int(result->versions_used, VERSIONS_MAX, "there is room for so many");
    is_int(result_version(result, "new", 3), VERSIONS_MAX - 1, "what is too much is the last");
    is_str(result->versions[VERSIONS_MAX - 1].name, "255", "which keeps its name");
    is_int(result_version(result, "17", 2), 17, "the others are found");
    result_free(result);
}

static void versions_of_windows(void)
{
    struct result *result = result_create("x", 0);
    int one = result_version(result, "1", 1), two = result_version(result, "2", 1);

    is_int(result->windows[0].version_after, -1, "no version is known at first");
    result_answer(result, KIND_NEW, 1 * MS, 10, one);
    result_restart_begin(result, 2 * MS);
    is_int(result->windows[1].version_after, one, "until another one answers it is that before");
    result_answer(result, KIND_NEW, 3 * MS, 10, two);
    result_answer(result, KIND_NEW, 4 * MS, 10, -1);
    is_int(result->windows[1].version_before, one, "that before the restart");
    is_int(result->windows[1].version_after, two, "an unknown one changes nothing");
    is_int(result->windows[0].version_after, one, "nor what was");
    is_int(result->versions[two].first, 3 * MS, "its first answer");
    is_int(result->timeline.slots[0].answers[1], 1, "old and new are told apart");
    result_free(result);
}

static void restarts(void)
{
    struct result *result = result_create("x", 0);

    result_restart_end(result, 1, false, "stray");
    is_int(result->windows[0].restart_end, 0, "an end without a beginning is nothing");
    result_answer(result, KIND_NEW, 1 * MS, 10, -1);
    for (int i = 1; i <= 100; i++) {
        result_restart_begin(result, i * 10 * MS);
        if (i != 50)
            result_restart_end(result, (i * 10 + 1) * MS, i == 70, i == 70 ? "no" : "");
    }
    result_restart_end(result, 2000 * MS, true, "late");
    result_end(result, 3000 * MS, 5);
    is_int(result_restarts(result), 100, "as many restarts as began");
    is_int(result_restarts_failed(result), 2, "one failed, one was not over");
    is_str(result->windows[70].outcome, "no", "with what it said");
    is_int(result->windows[100].restart_end, 1001 * MS, "a second end is nothing");
    is_int(result->windows[60].end, result->windows[61].begin, "windows are side by side");
    is_int(result->windows[0].answers, 1, "the first one grew along");
    is_int(result->windows[100].end, 3000 * MS, "the last one ends with the run");
    ok(!result_good(result), "that was not good");
    result_free(result);
}

static void failures(void)
{
    struct result *result = result_create("x", 0);
    struct let_down one = {.failure = FAILURE_CLOSED, .kind = KIND_HALF, .at = 1, .why = "because"};

    ok(!result_good(result), "nobody was answered: not good");
    result_answer(result, KIND_NEW, 1 * MS, 10, -1);
    ok(result_good(result), "an answer: good");
    result_restart_begin(result, 2 * MS);
    for (int i = 0; i < FAILURES_KEPT + 5; i++)
        result_let_down(result, &one);
    is_int(result_failed(result), FAILURES_KEPT + 5, "all failures are counted");
    is_int(result->kinds[KIND_HALF].failed[FAILURE_CLOSED], FAILURES_KEPT + 5, "by client");
    is_int(result_failed_as(result, FAILURE_CLOSED), FAILURES_KEPT + 5, "by failure");
    is_int(result->windows[1].failed, FAILURES_KEPT + 5, "and by window");
    is_int(result->let_down_used, FAILURES_KEPT, "the first ones are kept");
    is_int(result->let_down[7].window, 1, "with their window");
    is_str(result->let_down[7].why, "because", "and why");
    is_int(result->timeline.slots[0].failed, FAILURES_KEPT + 5, "they have a time");
    ok(!result_good(result), "that is not good");
    result_free(result);
}

int main(void)
{
    percentiles();
    edges_of_cells();
    too_long();
    one_slot();
    doubling();
    silence();
    versions();
    versions_of_windows();
    restarts();
    failures();
    return done();
}
