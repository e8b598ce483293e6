/* SPDX-License-Identifier: ISC */
/* What carries the bytes of a request: a socket, with TLS on it or not. */
#ifndef LOAD_WIRE_H
#define LOAD_WIRE_H

#include <sys/socket.h>
#include <sys/types.h>

#include <stdbool.h>

struct wire {
    int fd; /* connected, or about to be; or else sends to that address */
    const struct sockaddr *to;
    socklen_t to_len;
    void *tls;
};

/* On a connected socket; the certificate is not looked at. False with errno, as below. */
bool wire_encrypt(struct wire *wire);

bool wire_send(struct wire *wire, const char *bytes, size_t len);

/* As recv(): 0 at the end, -1 with errno. */
ssize_t wire_receive(struct wire *wire, char *buffer, size_t size);

void wire_close(struct wire *wire);

#endif
