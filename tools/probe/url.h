/* SPDX-License-Identifier: ISC */
/*
 * Where a URL leads: http://HOST[:PORT][/PATH], https://, http://unix:PATH:/URI as nginx writes it,
 * unix:PATH, tcp://HOST:PORT, tls://, udp://, unixgram:PATH. A UNIX path that begins with @ is
 * abstract.
 */
#ifndef PROBE_URL_H
#define PROBE_URL_H

#include <sys/socket.h>

#include <stdbool.h>
#include <stddef.h>

struct address {
    struct sockaddr_storage to;
    socklen_t length;
    int type; /* SOCK_STREAM, SOCK_DGRAM */
    bool tls;
    bool any_port;    /* datagrams: an answer may come from another port of the server */
    bool http;        /* by the URL; unix: may be either */
    bool plain;       /* is not HTTP, whatever is asked */
    char host[256];   /* as a Host header wants it, with the port where it isn't the usual one */
    char name[256];   /* of the server, for TLS; "" for an address */
    const char *path; /* "/" or what the URL says */
};

/* Reads the URL, and asks the system for the host. NULL, or what is wrong with it in words that go
 * behind the URL. */
const char *address_read(struct address *address, const char *url);

#endif
