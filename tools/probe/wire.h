/* SPDX-License-Identifier: ISC */
/* A connection of a client: a socket that never blocks, with TLS on it or not. */
#ifndef PROBE_WIRE_H
#define PROBE_WIRE_H

#include <sys/types.h>

#include <stdbool.h>
#include <stddef.h>

#include "probe/url.h"

struct wire {
    int fd;                   /* -1: none */
    void *tls;                /* SSL, or NULL */
    bool encrypted;           /* the handshake is over */
    const struct address *to; /* where there is no connection yet: who answers is the other side */
};

/* Begins to connect, over TLS if the address says so. 0, or an errno; EAGAIN: a UNIX socket whose
 * queue is full, and wire->fd is -1 then. ECANCELED: this machine has no descriptor or no port
 * left, which says nothing about the server; `*why` names it. `small` is for who means to let the
 * answer wait: it takes as little of it as can be. */
int wire_open(struct wire *wire, const struct address *address, bool small, const char **why);

/* What the connection ended of: an errno, 0 if it hasn't. */
int wire_error(const struct wire *wire);

/* As send() and recv(); EAGAIN also during a handshake, which both carry on with. Errors of TLS
 * are EPROTO. */
ssize_t wire_send(struct wire *wire, const char *bytes, size_t length);
ssize_t wire_receive(struct wire *wire, char *bytes, size_t size);

/* Carries on with a handshake: 0 when it is over, or an errno. */
int wire_shake_hands(struct wire *wire);

/* `abruptly`, where nothing more is to come: the kernel doesn't remember the connection then, and
 * its port is free. */
void wire_close(struct wire *wire, bool abruptly);

#endif
