/* SPDX-License-Identifier: ISC */
#include "probe/picture/columns.h"

#include <err.h>
#include <stdlib.h>

enum {
    LENGTH_LEAST = 1000000, /* of a run that ended at once: an axis needs a length */
    ANSWERS_LEAST = 20
};

static int64_t run_length(const struct result *result)
{
    int64_t slots = result->timeline.used * result->timeline.width;
    int64_t length = result->ended > 0 ? result->ended : slots;

    return length > LENGTH_LEAST ? length : LENGTH_LEAST;
}

/* The rate is that of the time the column covers, which for the last one ends with the run. */
static void fill(struct column *column, const struct slot *slot)
{
    double seconds = (double)(column->end - column->begin) / 1e9;

    column->answers = (uint64_t)slot->answers[0] + slot->answers[1];
    column->failed = slot->failed;
    column->rate[0] = slot->answers[0] / seconds;
    column->rate[1] = slot->answers[1] / seconds;
    if (column->answers > 0) {
        column->slowest = slot->slowest;
        column->mean = (double)slot->sum / (double)column->answers;
    }
}

static void note_extremes(struct columns *columns, const struct column *column)
{
    double rate = column->rate[0] + column->rate[1];

    if (rate > columns->fastest)
        columns->fastest = rate;
    if (column->slowest > columns->slowest)
        columns->slowest = column->slowest;
    if (column->answers > 0 && (columns->quickest <= 0 || column->mean < columns->quickest))
        columns->quickest = column->mean;
}

/* With few answers in each, columns would show chance. */
static unsigned fit(const struct result *result, unsigned most)
{
    uint64_t enough = result_answers(result) / ANSWERS_LEAST;

    if (enough >= most)
        return most;
    return enough > most / 4 ? (unsigned)enough : most / 4;
}

void columns_make(struct columns *columns, const struct result *result, unsigned most)
{
    const struct timeline *timeline = &result->timeline;
    int64_t room = timeline->width * fit(result, most), length = run_length(result);
    int64_t width = (length + room - 1) / room * timeline->width;
    int64_t last = (timeline->used + 1) * timeline->width;

    /* What is left at the end and too short for a column of its own belongs to the one before. */
    *columns = (struct columns){.length = length, .used = (unsigned)(length / width)};
    if (columns->used == 0)
        columns->used = 1;
    columns->all = calloc(columns->used, sizeof(*columns->all));
    if (columns->all == NULL)
        err(EXIT_FAILURE, "can't draw a picture");
    for (unsigned i = 0; i < columns->used; i++) {
        struct column *column = &columns->all[i];
        bool ends = i + 1 == columns->used;
        column->begin = i * width;
        column->end = ends ? length : column->begin + width;
        struct slot slot =
            timeline_sum(timeline, column->begin, ends && last > length ? last : column->end);
        fill(column, &slot);
        note_extremes(columns, column);
    }
}

void columns_free(struct columns *columns)
{
    free(columns->all);
    *columns = (struct columns){0};
}

unsigned columns_at(const struct columns *columns, int64_t at)
{
    int64_t width = columns->all[0].end - columns->all[0].begin;
    unsigned i = at > 0 ? (unsigned)(at / width) : 0;

    return i < columns->used ? i : columns->used - 1;
}

int64_t columns_restart_end(const struct columns *columns, const struct result *result, unsigned n)
{
    const struct window *window = &result->windows[n];
    int64_t end = window->restart_end > 0 ? window->restart_end : window->end;

    return end > 0 && end < columns->length ? end : columns->length;
}
