/* SPDX-License-Identifier: ISC */
/*
 * One request of the load client: connect, ask, read, judge. Never a second try. An answer of HTTP
 * ends with the connection; any other as soon as it holds what is expected.
 */
#ifndef LOAD_REQUEST_H
#define LOAD_REQUEST_H

#include <sys/socket.h>

#include <regex.h>
#include <stdbool.h>

enum outcome { OK, REFUSED, RESET, CUT, TIMEOUT, WRONG, OTHER, OUTCOMES };

struct target {
    struct sockaddr_storage addr;
    socklen_t addr_len;
    const char *question;
    size_t question_len;
    bool http;
    bool udp;
    bool tls;
    const char *acknowledgement; /* another port answers, and is sent this; or NULL */
    size_t acknowledgement_len;
    const char *pause;     /* half of the question waits until this file is there */
    const regex_t *expect; /* may be NULL with HTTP only */
};

struct answer {
    double begun;        /* on the monotonic clock */
    unsigned port;       /* where the question came from; 0 for UNIX sockets */
    char first_line[96]; /* of the body: names the generation that answered */
    char why[160];       /* what is wrong, in words */
};

/* Resolves HOST PORT, or unix:PATH (unix:@NAME is abstract). Exits when it can't. */
void target_resolve(struct target *target, const char *host, const char *port);

/* Clients of 127/8 use a source address each, so that they don't run out of ports. */
enum outcome request_run(const struct target *target, unsigned client, struct answer *answer);

#endif
