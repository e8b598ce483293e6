/* SPDX-License-Identifier: ISC */
#include "supervisor/step/resume.h"

#include "protocol/clock.h"
#include "supervisor/generation/slots.h"
#include "supervisor/state/supervisor.h"

enum {
    TELL_AGAIN_MS = 20,
    PATIENCE_MS = 1000, /* after that the old generation drains, whoever is stuck in the new one */
};

void resume_begin(struct generation *g)
{
    if (!(g->attention & ATTENTION_SUSPENDED))
        return;
    g->resumed = clock_ms();
    generation_attention(g, 0, ATTENTION_SUSPENDED);
    resume_step(g->resumed);
}

static bool is_patient(const struct generation *g, int64_t now)
{
    return now - g->resumed < PATIENCE_MS;
}

void resume_step(int64_t now)
{
    struct generation *g = supervisor.current;
    int64_t again;

    if (g->resumed == 0 || g->state != GENERATION_SERVING)
        return;
    if (slots_owe(g).suspended == 0) {
        g->resumed = 0;
        return;
    }
    again = is_patient(g, now) ? TELL_AGAIN_MS : PATIENCE_MS;
    if (now - g->asked >= again) {
        g->asked = now;
        slots_tell(g, SLOTS_SUSPENDED);
    }
    supervisor_wake_at(g->asked + again);
}

bool resume_awaited(int64_t now)
{
    const struct generation *g = supervisor.current;

    return g && g->state == GENERATION_SERVING && g->resumed != 0 && is_patient(g, now);
}
