/* SPDX-License-Identifier: ISC */
/* Keeping a listener that a process of a generation has made. */
#include <sys/socket.h>
#include <sys/stat.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "supervisor/generation/generation.h"
#include "supervisor/generation/log_limit.h"
#include "supervisor/kernel/io.h"
#include "supervisor/state/log.h"

/* Two processes have found it at the same time. */
static bool has_already(const struct generation *g, int fd)
{
    struct stat st;

    for (unsigned i = 0; fstat(fd, &st) == 0 && i < g->entries; i++)
        if (g->bound[i] && g->bound[i]->socket.inode == st.st_ino)
            return true;
    return false;
}

static bool serves(int fd)
{
    return io_socket_option(fd, SO_ACCEPTCONN) > 0 || io_socket_option(fd, SO_TYPE) == SOCK_DGRAM;
}

/* A process may have sent a socket of its own for another's entry: that one gets a free one. */
static unsigned place_for(struct generation *g, unsigned index, uint64_t key, int fd)
{
    unsigned place = PAGE_LISTENERS;
    uint64_t cookie = 0;
    socklen_t len = sizeof cookie;

    if (!g->bound[index])
        return index;
    getsockopt(fd, SOL_SOCKET, SO_COOKIE, &cookie, &len);
    while (place-- > 0)
        if (!g->bound[place] && atomic_load(&g->page->listeners[place].socket) == 0) {
            atomic_store(&g->page->listeners[place].socket, cookie);
            atomic_store(&g->page->listeners[place].key, key);
            return place;
        }
    return PAGE_LISTENERS;
}

/* NULL with the reason. */
static struct listener *keep(struct generation *g, unsigned index, int fd, const char **wrong)
{
    uint64_t key;
    struct listener *h;

    *wrong = index >= PAGE_LISTENERS ? "there is no entry of this number"
             : !serves(fd)           ? "it does not listen"
                                     : NULL;
    if (*wrong)
        return NULL;
    key = generation_key(g, index, fd);
    index = place_for(g, index, key, fd);
    h = index < PAGE_LISTENERS ? listener_add(fd, key) : NULL;
    *wrong = index < PAGE_LISTENERS ? strerror(errno) : "there are too many";
    if (h)
        generation_bind(g, index, h, LISTENER_LISTENING);
    return h;
}

bool generation_keep(struct generation *g, unsigned index, int fd, pid_t pid)
{
    struct listener *h;
    const char *wrong;

    if (fd >= 0 && has_already(g, fd)) {
        close(fd);
        return false;
    }
    h = keep(g, index, fd, &wrong);
    if (!h) {
        log_limited(g, (int)pid, "a listener of it could not be kept: %s", wrong);
        io_close_socket(fd);
        return false;
    }
    listener_own(h, pid);
    log_line(LEVEL_DEBUG, "generation %u listens on %s", g->number, h->address);
    return true;
}
