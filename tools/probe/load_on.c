/* SPDX-License-Identifier: ISC */
#include "probe/load_on.h"

static struct {
    FILE *file;
    unsigned asking;  /* clients, all the time */
    unsigned holding; /* those that hold; they count in the first round */
    unsigned round;   /* from 1; the next begins with the end of a restart */
    unsigned missing; /* clients, in this round */
    unsigned said;    /* rounds */
} state;

/* A round that another one has overtaken is complete with that. */
static void tell(void)
{
    if (state.file == NULL || state.missing > 0)
        return;
    for (; state.said < state.round; state.said++)
        fputs("load is on\n", state.file);
    fflush(state.file);
}

void load_on_begin(const struct plan *plan)
{
    state.file = plan->ready;
    state.asking = plan->clients[KIND_NEW] + plan->clients[KIND_KEEP_ALIVE];
    state.holding = plan->clients[KIND_SLOW] + plan->clients[KIND_IDLE] +
                    plan->clients[KIND_SILENT] + plan->clients[KIND_HALF];
    state.round = 0;
    state.said = 0;
    load_on_restarted();
}

static void seen(struct witness *witness)
{
    if (witness->heard == state.round)
        return;
    witness->heard = state.round;
    state.missing--;
    tell();
}

void load_on_asked(struct witness *witness)
{
    witness->asked = state.round;
}

void load_on_answered(struct witness *witness, enum kind kind)
{
    if ((kind == KIND_NEW || kind == KIND_KEEP_ALIVE) && witness->asked == state.round)
        seen(witness);
}

void load_on_holding(struct witness *witness)
{
    if (state.round == 1)
        seen(witness);
}

void load_on_restarted(void)
{
    state.round++;
    state.missing = state.asking + (state.round == 1 ? state.holding : 0);
    tell();
}
