/* SPDX-License-Identifier: ISC */
#include "probe/plan.h"

unsigned plan_clients(const struct plan *plan)
{
    unsigned count = 0;

    for (enum kind kind = 0; kind < KINDS; kind++)
        count += plan->clients[kind];
    return count;
}

bool plan_only(const struct plan *plan, enum kind a, enum kind b)
{
    return plan_clients(plan) == (a == b ? 0 : plan->clients[a]) + plan->clients[b];
}
