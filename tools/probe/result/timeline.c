/* SPDX-License-Identifier: ISC */
#include "probe/result/timeline.h"

#include <sys/mman.h>

#include <err.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

static const size_t SIZE = TIMELINE_SLOTS * sizeof(struct slot);

void timeline_begin(struct timeline *timeline)
{
    /* Not calloc(): memory that a short run doesn't get to is never touched, nor counted. */
    void *slots = mmap(NULL, SIZE, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

    if (slots == MAP_FAILED)
        err(EXIT_FAILURE, "no memory for the timeline");
    *timeline = (struct timeline){.slots = slots, .width = TIMELINE_WIDTH};
}

void timeline_free(struct timeline *timeline)
{
    if (timeline->slots != NULL)
        munmap(timeline->slots, SIZE);
    *timeline = (struct timeline){0};
}

static void slot_add(struct slot *to, const struct slot *from)
{
    to->answers[0] += from->answers[0];
    to->answers[1] += from->answers[1];
    to->failed += from->failed;
    to->sum += from->sum;
    if (from->slowest > to->slowest)
        to->slowest = from->slowest;
}

static void make_room(struct timeline *timeline)
{
    unsigned used = (timeline->used + 1) / 2;

    for (unsigned i = 0; i < used; i++) {
        struct slot both = timeline->slots[2 * i]; /* what is behind the last one is 0 */
        slot_add(&both, &timeline->slots[2 * i + 1]);
        timeline->slots[i] = both;
    }
    memset(timeline->slots + used, 0, (timeline->used - used) * sizeof(struct slot));
    timeline->used = used;
    timeline->width *= 2;
}

static struct slot *slot_at(struct timeline *timeline, int64_t now)
{
    if (now < 0)
        now = 0;
    while (now / timeline->width >= TIMELINE_SLOTS)
        make_room(timeline);
    unsigned i = (unsigned)(now / timeline->width);
    if (i >= timeline->used)
        timeline->used = i + 1;
    return &timeline->slots[i];
}

void timeline_answer(struct timeline *timeline, int64_t now, uint64_t us, bool odd)
{
    uint32_t slow = us > UINT32_MAX ? UINT32_MAX : (uint32_t)us;
    struct slot *slot = slot_at(timeline, now);

    slot->answers[odd]++;
    slot->sum += us;
    if (slow > slot->slowest)
        slot->slowest = slow;
}

void timeline_failure(struct timeline *timeline, int64_t now)
{
    slot_at(timeline, now)->failed++;
}

/* The first slot that doesn't begin before `now`. */
static unsigned first_slot(const struct timeline *timeline, int64_t now)
{
    if (now <= 0)
        return 0;
    int64_t i = (now - 1) / timeline->width + 1;
    return i < timeline->used ? (unsigned)i : timeline->used;
}

struct slot timeline_sum(const struct timeline *timeline, int64_t begin, int64_t end)
{
    unsigned last = first_slot(timeline, end);
    struct slot sum = {0};

    for (unsigned i = first_slot(timeline, begin); i < last; i++)
        slot_add(&sum, &timeline->slots[i]);
    return sum;
}
