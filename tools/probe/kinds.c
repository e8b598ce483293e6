/* SPDX-License-Identifier: ISC */
#include "probe/kinds.h"

static const struct behaviour behaviours[KINDS] = {
    [KIND_KEEP_ALIVE] = {.keeps = true},          [KIND_SLOW] = {.holds_after = true},
    [KIND_IDLE] = {.keeps = true, .rests = true}, [KIND_SILENT] = {.holds_before = true},
    [KIND_HALF] = {.holds_half = true},           [KIND_CONNECT] = {.only_connects = true},
};

const struct behaviour *kind_behaviour(enum kind kind)
{
    return &behaviours[kind];
}
