/* SPDX-License-Identifier: ISC */
/* A client: one request after another, as its kind makes them. */
#ifndef PROBE_LOAD_CLIENT_H
#define PROBE_LOAD_CLIENT_H

#include <stdint.h>

#include "probe/exchange.h"

void client_create(struct client *client, struct run *run, enum kind kind);

/* Begins a request that was due at `due`; counts it as begun. */
void client_begin(struct client *client, int64_t due, int64_t now);

/* Its time in that queue has passed. */
void client_expired(struct client *client, enum queue queue, int64_t now);

/* Closes what is open. */
void client_free(struct client *client);

#endif
