/* SPDX-License-Identifier: ISC */
/*
 * libFuzzer's way into framing_agrees: the first byte says what is read and where it is cut, the
 * others are read.  It begins with the samples of the unit tests.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../unit/framing_agrees.h"
#include "../unit/framing_samples.h"

enum { ANSWERS = 1, ANSWER_TO_HEAD = 2, SPLIT = 2 /* bits to the right */ };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t n, size_t room, unsigned seed);
size_t LLVMFuzzerMutate(uint8_t *data, size_t n, size_t room);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    if (n < 2)
        return 0;
    bool bodiless = data[0] & ANSWER_TO_HEAD;
    enum framing_kind kind = bodiless || data[0] & ANSWERS ? FRAMING_RESPONSE : FRAMING_REQUEST;
    const char *why =
        framing_stream_differs(kind, bodiless, (const char *)data + 1, n - 1, data[0] >> SPLIT);

    if (why == NULL)
        return 0;
    fprintf(stderr, "%s\n", why);
    abort();
}

/* A sample now and then, and always at the beginning; else what libFuzzer does to what it has. */
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t n, size_t room, unsigned seed)
{
    const struct framing_sample *s = &framing_samples[seed % framing_samples_count];

    if ((n > 1 && seed % 256 != 0) || s->length >= room)
        return LLVMFuzzerMutate(data, n, room);
    data[0] = (uint8_t)((s->kind == FRAMING_RESPONSE ? ANSWERS : 0) |
                        (s->bodiless ? ANSWER_TO_HEAD : 0) | (seed >> 8) << SPLIT);
    memcpy(data + 1, s->text, s->length);
    return s->length + 1;
}
