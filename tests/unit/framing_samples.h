/* SPDX-License-Identifier: ISC */
/* Messages of HTTP/1, and what is none, with what framing is to say of them. */
#ifndef FRAMING_SAMPLES_H
#define FRAMING_SAMPLES_H

#include <stdbool.h>
#include <stddef.h>

#include "stream/framing.h"

enum framing_end { FRAMING_ENDS, FRAMING_GOES_ON, FRAMING_IS_LOST };

struct framing_sample {
    enum framing_kind kind;
    bool bodiless; /* it answers HEAD */
    enum framing_end end;
    unsigned flags; /* without FRAMING_HEAD_DONE; not compared if it is lost */
    const char *text;
    size_t length;
    size_t rest; /* so much of it belongs to what follows */
};

extern const struct framing_sample framing_samples[];
extern const size_t framing_samples_count;

#endif
