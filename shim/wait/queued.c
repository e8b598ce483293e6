/* SPDX-License-Identifier: ISC */
#include "wait/queued.h"

#include <sys/mman.h>
#include <errno.h>
#include <string.h>

#include "process/fdset.h"
#include "process/fdtab.h"
#include "process/queues.h"
#include "process/readable.h"

enum { READABLE = POLLIN | POLLRDNORM };

/* Room for the copy. */
static struct pollfd *make_room(struct queued_poll *q, nfds_t n)
{
    void *memory;

    if (n + QUEUED_MOST <= QUEUED_FEW)
        return q->few;
    q->mapped = (n + QUEUED_MOST) * sizeof *q->asked;
    memory = mmap(NULL, q->mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory != MAP_FAILED)
        return memory;
    q->mapped = 0;
    return NULL;
}

static nfds_t find_queues(struct queued_poll *q, const struct pollfd *fds, nfds_t n)
{
    nfds_t queues = 0;

    for (nfds_t i = 0; i < n && queues < QUEUED_MOST; i++)
        if ((fds[i].events & READABLE) && queues_of(fds[i].fd) >= 0)
            q->listener[queues++] = i;
    return queues;
}

void queued_begin_poll(struct queued_poll *q, struct pollfd *fds, nfds_t n)
{
    struct pollfd *copy = NULL;

    q->asked = fds;
    q->n = n;
    q->queues = 0;
    q->mapped = 0;
    if (!queues_wanted() || n > FDTAB_SIZE || !readable(fds, n * sizeof *fds))
        return;
    q->queues = find_queues(q, fds, n);
    if (q->queues > 0 && !(copy = make_room(q, n)))
        q->queues = 0;
    if (q->queues == 0)
        return;
    memcpy(copy, fds, n * sizeof *fds);
    for (nfds_t i = 0; i < q->queues; i++)
        copy[n + i] = (struct pollfd){.fd = queues_of(fds[q->listener[i]].fd), .events = POLLIN};
    q->asked = copy;
    q->n = n + q->queues;
}

int queued_end_poll(struct queued_poll *q, struct pollfd *fds, nfds_t n, int result)
{
    int saved = errno;

    if (q->queues == 0)
        return result;
    for (nfds_t i = 0; result >= 0 && i < q->queues; i++) {
        struct pollfd *listener = &q->asked[q->listener[i]];

        if (q->asked[n + i].revents)
            listener->revents |= (short)(listener->events & READABLE);
    }
    if (result >= 0)
        result = 0;
    for (nfds_t i = 0; result >= 0 && i < n; i++) {
        fds[i].revents = q->asked[i].revents;
        result += fds[i].revents != 0;
    }
    if (q->mapped > 0)
        munmap(q->asked, q->mapped);
    errno = saved;
    return result;
}

static void find_selected(struct queued_select *q, int n, const fd_set *set)
{
    for (int fd = fdtab_next(0, 1 << FD_LISTENER); fd >= 0 && fd < n && q->queues < QUEUED_MOST;
         fd = fdtab_next(fd + 1, 1 << FD_LISTENER)) {
        int queue = fdset_has(set, fd) ? queues_of(fd) : -1;

        if (queue >= 0 && queue < FD_SETSIZE) {
            q->listener[q->queues] = fd;
            q->queue[q->queues++] = queue;
        }
    }
}

/* All three, for the kernel reads and writes each of them up to the highest number. */
static void copy_sets(struct queued_select *q, int n, fd_set *const sets[3])
{
    for (int i = 0; i < 3; i++) {
        if (!sets[i])
            continue;
        memset(&q->copy[i], 0, sizeof q->copy[i]);
        memcpy(&q->copy[i], sets[i], readable_bytes(sets[i], fdset_bytes(n)));
        q->asked[i] = &q->copy[i];
    }
}

void queued_begin_select(struct queued_select *q, int n, fd_set *const sets[3])
{
    memcpy(q->asked, sets, sizeof q->asked);
    q->n = n;
    q->queues = 0;
    if (!queues_wanted() || !sets[0] || n <= 0 || n > FD_SETSIZE ||
        !readable(sets[0], fdset_bytes(n)))
        return;
    find_selected(q, n, sets[0]);
    if (q->queues == 0)
        return;
    copy_sets(q, n, sets);
    for (int i = 0; i < q->queues; i++) {
        fdset_add(q->asked[0], q->queue[i]);
        q->n = q->queue[i] < q->n ? q->n : q->queue[i] + 1;
    }
}

int queued_end_select(struct queued_select *q, int n, fd_set *const sets[3], int result)
{
    if (q->queues == 0 || result < 0)
        return result;
    for (int i = 0; i < q->queues; i++) {
        if (!fdset_has(q->asked[0], q->queue[i]))
            continue;
        fdset_remove(q->asked[0], q->queue[i]);
        result -= fdset_has(q->asked[0], q->listener[i]);
        fdset_add(q->asked[0], q->listener[i]);
    }
    for (int i = 0; i < 3; i++)
        if (sets[i])
            memcpy(sets[i], q->asked[i], readable_bytes(sets[i], fdset_bytes(n)));
    return result;
}
