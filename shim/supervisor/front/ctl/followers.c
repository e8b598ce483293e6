/* SPDX-License-Identifier: ISC */
#include "supervisor/front/ctl/followers.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "protocol/user_socket.h"
#include "supervisor/state/log_tail.h"

enum { UNREAD_MOST = 256 << 10 /* twice what is kept of the log, and more */ };

static void say_line(struct client *c, const char *text, size_t length)
{
    char line[1200];
    int n = snprintf(line, sizeof line, USER_SOCKET_LINE " %.*s\n", (int)length, text);

    client_say(c, line, (size_t)n);
}

static void say_word(struct client *c, const char *word)
{
    char line[32];

    client_say(c, line, (size_t)snprintf(line, sizeof line, "%s \n", word));
}

bool followers_answer(struct client *c, const char *lines, bool follows)
{
    char *end;
    unsigned long n = strtoul(lines, &end, 10);

    if (!isdigit((unsigned char)*lines) || *end != '\0')
        return false;
    for (const char *text = log_tail(n), *next; *text; text = next + 1) {
        next = strchr(text, '\n');
        say_line(c, text, (size_t)(next - text));
    }
    if (follows)
        c->waiting = CLIENT_FOLLOWS;
    say_word(c, follows ? USER_SOCKET_TAKEN : USER_SOCKET_DONE);
    if (!follows)
        client_finish(c);
    return true;
}

void followers_event(const struct event *e)
{
    struct client *c;

    if (e->kind != EVENT_LOGGED)
        return;
    TAILQ_FOREACH (c, &client_list, link) {
        if (c->waiting != CLIENT_FOLLOWS || c->gone)
            continue;
        say_line(c, e->text, strlen(e->text));
        c->gone |= c->size - c->sent > UNREAD_MOST;
    }
}
