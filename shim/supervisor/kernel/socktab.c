/* SPDX-License-Identifier: ISC */
#include "supervisor/kernel/socktab.h"

#include <sys/socket.h>
#include <arpa/inet.h>

#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <linux/unix_diag.h>

#include <errno.h>
#include <unistd.h>

struct request {
    struct nlmsghdr header;
    union {
        struct inet_diag_req_v2 inet;
        struct unix_diag_req local;
    };
};

static int request_send(int fd, const struct socktab_query *q)
{
    struct request r = {
        .header = {.nlmsg_type = SOCK_DIAG_BY_FAMILY, .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP}};

    if (q->family == AF_UNIX) {
        r.header.nlmsg_len = NLMSG_LENGTH(sizeof r.local);
        r.local = (struct unix_diag_req){.sdiag_family = AF_UNIX,
                                         .udiag_states = q->states,
                                         .udiag_show =
                                             UDIAG_SHOW_NAME | UDIAG_SHOW_RQLEN | UDIAG_SHOW_PEER};
    } else {
        r.header.nlmsg_len = NLMSG_LENGTH(sizeof r.inet);
        r.inet = (struct inet_diag_req_v2){.sdiag_family = (uint8_t)q->family,
                                           .sdiag_protocol = (uint8_t)q->protocol,
                                           .idiag_states = q->states,
                                           .id.idiag_sport = htons(q->port)};
    }
    return send(fd, &r, r.header.nlmsg_len, MSG_DONTWAIT) < 0 ? -errno : 0;
}

static uint64_t cookie_of(const uint32_t half[2])
{
    return (uint64_t)half[1] << 32 | half[0];
}

static void inet_row(struct socktab_row *row, const struct inet_diag_msg *m)
{
    row->family = m->idiag_family;
    row->state = m->idiag_state;
    row->inode = m->idiag_inode;
    row->cookie = cookie_of(m->id.idiag_cookie);
    row->queue = m->idiag_rqueue;
    row->backlog = m->idiag_wqueue;
    row->port = ntohs(m->id.idiag_sport);
    row->peer_port = ntohs(m->id.idiag_dport);
    socktab_address(row->addr, row->family, m->id.idiag_src);
    socktab_address(row->peer, row->family, m->id.idiag_dst);
}

static void unix_row(struct socktab_row *row, const struct unix_diag_msg *m, int len)
{
    const struct rtattr *a = (const void *)(m + 1);

    row->family = AF_UNIX;
    row->type = m->udiag_type;
    row->state = m->udiag_state;
    row->inode = m->udiag_ino;
    row->cookie = cookie_of(m->udiag_cookie);
    for (len -= (int)sizeof *m; RTA_OK(a, len); a = RTA_NEXT(a, len)) {
        if (a->rta_type == UNIX_DIAG_NAME) {
            row->name = RTA_DATA(a);
            row->name_len = RTA_PAYLOAD(a);
        } else if (a->rta_type == UNIX_DIAG_RQLEN) {
            const struct unix_diag_rqlen *l = RTA_DATA(a);
            row->queue = l->udiag_rqueue;
            row->backlog = l->udiag_wqueue;
        } else if (a->rta_type == UNIX_DIAG_PEER) {
            row->peer_inode = *(const uint32_t *)RTA_DATA(a);
        }
    }
}

/* 1 while there may be more, 0 at the end, -errno. */
static int message_read(const struct nlmsghdr *h, int family, socktab_fn *fn, void *arg)
{
    struct socktab_row row = {0};
    size_t len = h->nlmsg_len - NLMSG_HDRLEN;

    if (h->nlmsg_type == NLMSG_DONE)
        return 0;
    if (h->nlmsg_type == NLMSG_ERROR)
        return len >= sizeof(int) ? ((const struct nlmsgerr *)NLMSG_DATA(h))->error : -EPROTO;
    if (h->nlmsg_type != SOCK_DIAG_BY_FAMILY)
        return 1;
    if (len < (family == AF_UNIX ? sizeof(struct unix_diag_msg) : sizeof(struct inet_diag_msg)))
        return -EPROTO;
    if (family == AF_UNIX)
        unix_row(&row, NLMSG_DATA(h), (int)len);
    else
        inet_row(&row, NLMSG_DATA(h));
    fn(arg, &row);
    return 1;
}

static int answer_read(int fd, int family, socktab_fn *fn, void *arg)
{
    _Alignas(struct nlmsghdr) char buf[8192];
    int more = 1;

    while (more == 1) {
        ssize_t n = recv(fd, buf, sizeof buf, MSG_TRUNC | MSG_DONTWAIT); /* it is all there */
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return n ? -errno : -EPROTO;
        if ((size_t)n > sizeof buf)
            return -EMSGSIZE;
        int left = (int)n;
        for (const struct nlmsghdr *h = (void *)buf; more == 1 && NLMSG_OK(h, left);
             h = NLMSG_NEXT(h, left))
            more = message_read(h, family, fn, arg);
    }
    return more;
}

static int diag_read(const struct socktab_query *q, socktab_fn *fn, void *arg)
{
    int fd = socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
    if (fd < 0)
        return -errno;
    int err = request_send(fd, q);
    if (!err)
        err = answer_read(fd, q->family, fn, arg);
    close(fd);
    return err;
}

int socktab_read(const struct socktab_query *q, socktab_fn *fn, void *arg)
{
    return diag_read(q, fn, arg) == 0 ? 0 : proc_net_read(q, fn, arg);
}
