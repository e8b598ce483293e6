/* SPDX-License-Identifier: ISC */
/* The table of sockets as text. */
#include "supervisor/kernel/socktab.h"

#include <sys/socket.h>
#include <netinet/in.h>
#include <netinet/tcp.h>

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* Hexadecimal digits as the kernel prints an address: words of 32 bits, each
 * in the byte order of the machine. */
static bool parse_address(uint8_t to[16], int family, const char *hex)
{
    uint32_t word[4] = {0};
    int words = family == AF_INET6 ? 4 : 1;

    for (int i = 0; i < words; i++)
        if (sscanf(hex + 8 * i, "%8x", &word[i]) != 1)
            return false;
    socktab_address(to, family, word);
    return true;
}

static bool parse_inet(struct socktab_row *row, int family, const char *line)
{
    char addr[33], peer[33];
    unsigned port, peer_port;

    row->family = family;
    if (sscanf(line, " %*u: %32[0-9A-F]:%x %32[0-9A-F]:%x %x %*x:%x %*x:%*x %*x %*u %*u %lu", addr,
               &port, peer, &peer_port, &row->state, &row->queue, &row->inode) != 7)
        return false;
    row->port = (uint16_t)port;
    row->peer_port = (uint16_t)peer_port;
    return parse_address(row->addr, family, addr) && parse_address(row->peer, family, peer);
}

static bool parse_unix(struct socktab_row *row, char *line)
{
    enum { ACCEPTS = 0x10000, CONNECTED = 3 }; /* __SO_ACCEPTCON, SS_CONNECTED */
    unsigned flags, type, state;
    int name = 0;

    if (sscanf(line, "%*[^:]: %*x %*x %x %x %x %lu %n", &flags, &type, &state, &row->inode,
               &name) != 4)
        return false;
    row->family = AF_UNIX;
    row->type = (int)type;
    row->state = flags & ACCEPTS ? TCP_LISTEN : state == CONNECTED ? TCP_ESTABLISHED : TCP_CLOSE;
    row->name = line + name;
    row->name_len = strcspn(row->name, "\n");
    return true;
}

static const char *table_path(const struct socktab_query *q)
{
    bool tcp = q->protocol == IPPROTO_TCP;

    if (q->family == AF_UNIX)
        return "/proc/self/net/unix";
    if (q->family == AF_INET6)
        return tcp ? "/proc/self/net/tcp6" : "/proc/self/net/udp6";
    return tcp ? "/proc/self/net/tcp" : "/proc/self/net/udp";
}

static bool wanted(const struct socktab_query *q, const struct socktab_row *row)
{
    return (q->states >> row->state & 1) && (!q->port || q->port == row->port);
}

int proc_net_read(const struct socktab_query *q, socktab_fn *fn, void *arg)
{
    char line[512];
    FILE *f = fopen(table_path(q), "re");
    if (!f) /* no IPv6 in this kernel: no sockets of it */
        return errno == ENOENT && q->family == AF_INET6 ? 0 : -errno;
    while (fgets(line, sizeof line, f)) {
        struct socktab_row row = {0};
        bool ok = q->family == AF_UNIX ? parse_unix(&row, line) : parse_inet(&row, q->family, line);
        if (ok && wanted(q, &row))
            fn(arg, &row);
    }
    int err = ferror(f) ? -EIO : 0;
    fclose(f);
    return err;
}
