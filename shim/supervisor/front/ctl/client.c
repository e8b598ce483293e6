/* SPDX-License-Identifier: ISC */
#include "supervisor/front/ctl/client.h"

#include <sys/socket.h>
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "supervisor/kernel/pollset.h"

enum { CLIENTS = 16, ANSWER_MOST = 4 << 20 };

struct client_list client_list = TAILQ_HEAD_INITIALIZER(client_list);

static const char BUSY[] = "busy too many clients; try again\n";

static void client_free(struct client *c)
{
    TAILQ_REMOVE(&client_list, c, link);
    close(c->fd);
    free(c->answer);
    free(c);
}

/* Waits for nothing that we do. */
static bool is_idle(const struct client *c)
{
    return c->gone || c->waiting == CLIENT_ASKS || c->waiting == CLIENT_FOLLOWS ||
           c->waiting == CLIENT_READS;
}

static bool make_room(void)
{
    struct client *c, *idle = NULL;
    int n = 0;

    TAILQ_FOREACH (c, &client_list, link) {
        n++;
        if (!idle && is_idle(c))
            idle = c;
    }
    if (n < CLIENTS)
        return true;
    if (idle)
        client_free(idle);
    return idle != NULL;
}

struct client *client_add(int fd, pid_t pid)
{
    struct client *c = make_room() ? calloc(1, sizeof *c) : NULL;

    if (!c) {
        send(fd, BUSY, sizeof BUSY - 1, MSG_NOSIGNAL | MSG_DONTWAIT);
        close(fd);
        return NULL;
    }
    c->fd = fd;
    c->pid = pid;
    TAILQ_INSERT_TAIL(&client_list, c, link);
    return c;
}

bool client_asked(struct client *c)
{
    size_t room = CLIENT_REQUEST - 1 - c->asked;
    ssize_t n = recv(c->fd, c->request + c->asked, room, MSG_DONTWAIT);
    char *end;

    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return false;
    if (n <= 0 || c->waiting != CLIENT_ASKS) {
        c->ended = true;
        c->gone |= n < 0 || c->waiting != CLIENT_READS;
        return false;
    }
    c->asked += (size_t)n;
    c->request[c->asked] = '\0';
    end = strchr(c->request, '\n');
    if (end)
        *end = '\0';
    return end || c->asked == CLIENT_REQUEST - 1;
}

void client_send(struct client *c)
{
    ssize_t n = 1;

    while (c->sent < c->size && n > 0) {
        n = send(c->fd, c->answer + c->sent, c->size - c->sent, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (n > 0)
            c->sent += (size_t)n;
        else if (errno != EAGAIN && errno != EINTR)
            c->gone = true;
    }
    if (c->sent < c->size)
        return;
    free(c->answer);
    c->answer = NULL;
    c->size = c->sent = 0;
    c->gone |= c->waiting == CLIENT_READS;
}

void client_say(struct client *c, const char *text, size_t size)
{
    char *more = c->size + size > ANSWER_MOST ? NULL : realloc(c->answer, c->size + size);

    if (!more)
        return;
    memcpy(more + c->size, text, size);
    c->answer = more;
    c->size += size;
    client_send(c);
}

void client_finish(struct client *c)
{
    c->waiting = CLIENT_READS;
    client_send(c);
}

void client_poll(void)
{
    struct client *c = TAILQ_FIRST(&client_list), *after;

    for (; c; c = after) {
        after = TAILQ_NEXT(c, link);
        if (c->gone)
            client_free(c);
        else
            c->place =
                pollset_add(c->fd, (short)((c->ended ? 0 : POLLIN) | (c->size > 0 ? POLLOUT : 0)));
    }
}

void client_close_all(void)
{
    while (!TAILQ_EMPTY(&client_list))
        client_free(TAILQ_FIRST(&client_list));
}
