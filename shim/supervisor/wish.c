/* SPDX-License-Identifier: ISC */
#include "wish.h"

#include "clock.h"
#include "supervisor.h"

enum {
    LATE_SERVER = 500,    /* ms until the handler of a busy server has run */
    LATE_SUPERVISOR = 100 /* ms; a second signal to the same process is a second wish */
};

static struct {
    pid_t sender;
    bool to_server;
    unsigned replaced; /* the generation that served then */
    int64_t at;
} last;

bool wish_is_new(pid_t sender, unsigned generation)
{
    int64_t now = clock_ms();
    bool repeated;

    if (sender == 0 || sender != last.sender)
        repeated = false;
    else if (generation > 0)
        repeated = generation <= last.replaced && now - last.at < LATE_SERVER;
    else
        repeated = last.to_server && now - last.at < LATE_SUPERVISOR;
    if (!repeated) {
        last.sender = sender;
        last.to_server = generation > 0;
        last.replaced = supervisor.current ? supervisor.current->number : 0;
        last.at = now;
    }
    return !repeated;
}
