/* SPDX-License-Identifier: ISC */
#include "supervisor/front/ctl/status.h"

#include <stdio.h>
#include <unistd.h>

#include "supervisor/front/ctl/history.h"
#include "supervisor/front/ctl/json_text.h"
#include "supervisor/front/ctl/serves.h"
#include "supervisor/front/ctl/status_generations.h"
#include "supervisor/front/ctl/totals.h"
#include "supervisor/generation/workers.h"
#include "supervisor/kernel/connections.h"
#include "supervisor/state/supervisor.h"

static const char *state_name(void)
{
    if (phase_stops())
        return "stopping";
    if ((phase_restarts() && !supervisor.grows) || supervisor.phase == PHASE_ASKING)
        return "restarting";
    return supervisor.phase == PHASE_FIRST ? "starting" : "serving";
}

static void put_command(FILE *out)
{
    fputs(",\"command\":[", out);
    for (char **arg = supervisor.command.argv; *arg; arg++) {
        if (arg != supervisor.command.argv)
            putc(',', out);
        json_text(out, *arg);
    }
    putc(']', out);
}

static const char *type_name(int type)
{
    return type == SOCK_STREAM ? "stream" : type == SOCK_DGRAM ? "datagram" : "seqpacket";
}

/* Bytes, in a queue of datagrams. */
static void put_queue(FILE *out, const struct kernel_listener *socket)
{
    unsigned queue, backlog;

    if (kernel_queue(socket, &queue, &backlog) < 0)
        return;
    fprintf(out, socket->type == SOCK_DGRAM ? ",\"queued_bytes\":%u" : ",\"queue\":%u", queue);
    if (backlog > 0)
        fprintf(out, ",\"backlog\":%u", backlog);
}

static void put_listeners(FILE *out)
{
    const char *separator = "";
    struct listener *h;

    fputs(",\"listeners\":[", out);
    TAILQ_FOREACH (h, &listener_list, link) {
        if (h->socket.fd < 0)
            continue;
        fprintf(out, "%s{\"address\":", separator);
        json_text(out, h->address);
        fprintf(out, ",\"type\":\"%s\"", type_name(h->socket.type));
        put_queue(out, &h->socket);
        putc('}', out);
        separator = ",";
    }
    putc(']', out);
}

static void put_mode(FILE *out)
{
    fprintf(out, ",\"mode\":\"%s\",\"sequential\":%s", options_mode_name(supervisor.options.mode),
            supervisor_is_sequential() ? "true" : "false");
    json_text_member(out, "why", supervisor.alone);
}

static void put_workers(FILE *out)
{
    if (supervisor.workers > 1 || workers_serving() > 1)
        fprintf(out, ",\"workers\":{\"wanted\":%u,\"serving\":%u}", supervisor.workers,
                workers_serving());
}

char *status_json(void)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);

    if (!out)
        return NULL;
    fputs("{\"name\":", out);
    json_text(out, supervisor.name);
    fprintf(out, ",\"pid\":%d", (int)getpid());
    put_command(out);
    fprintf(out, ",\"state\":\"%s\",\"generation\":%u", state_name(), supervisor.current->number);
    status_generations(out); /* next to its number: the bats library counts on that, too */
    status_holding(out);
    fprintf(out, ",\"ready\":%s", *serves_not() ? "false" : "true");
    put_listeners(out);
    history_unserved_json(out);
    put_mode(out);
    put_workers(out);
    totals_json(out);
    history_restarts_json(out); /* its reason is the last: the bats library counts on that */
    fputs("}\n", out);
    fclose(out);
    return text;
}
