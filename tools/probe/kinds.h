/* SPDX-License-Identifier: ISC */
/* What makes the kinds of clients differ; all else is common to them. */
#ifndef PROBE_KINDS_H
#define PROBE_KINDS_H

#include <stdbool.h>

#include "probe/result/result.h"

struct behaviour {
    bool keeps;        /* a connection for several requests */
    bool rests;        /* holds between two of them */
    bool holds_before; /* the request */
    bool holds_half;   /* of it back */
    bool holds_after;  /* it, before it takes the answer */
    bool only_connects;
};

const struct behaviour *kind_behaviour(enum kind kind);

#endif
