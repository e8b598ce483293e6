/* SPDX-License-Identifier: ISC */
#include "probe/plan.h"

unsigned plan_clients(const struct plan *plan)
{
    unsigned count = 0;

    for (enum kind kind = 0; kind < KINDS; kind++)
        count += plan->clients[kind];
    return count;
}

bool plan_only(const struct plan *plan, unsigned kinds)
{
    for (enum kind kind = 0; kind < KINDS; kind++)
        if (plan->clients[kind] > 0 && !(kinds & KIND_BIT(kind)))
            return false;
    return true;
}
