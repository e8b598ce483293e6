/* SPDX-License-Identifier: ISC */
#include "fake_stream.h"

#include <string.h>

#include "process/connections.h"
#include "process/readable.h"
#include "stream/sent.h"

static struct page page;
static struct page_slot slot;
struct self self = {.page = &page, .slot = &slot};
struct connection_note connections_notes[PAGE_NOTES];
struct fake_stream fake_stream;

bool sent_bytes(int fd, uint64_t *n)
{
    *n = fake_stream.sent;
    return fd == CONN && fake_stream.counts;
}

bool sent_at_once(int fd, uint64_t *n)
{
    return sent_bytes(fd, n);
}

bool sent_first(int fd, size_t n)
{
    return fd == CONN && n > 0 && fake_stream.first;
}

bool sent_more(int fd)
{
    return fd == CONN && fake_stream.more;
}

size_t readable_bytes(const void *p, size_t n)
{
    return p || n == 0 ? n : 0;
}

void fake_stream_begin(void)
{
    atomic_store(&page.tunnels, 0);
    fake_stream = (struct fake_stream){.sent = 1000, .counts = true};
    fdtab_set(CONN, FD_CONNECTION);
    connections_notes[CONN] = (struct connection_note){0};
    http_begin(true);
}

static struct iovec piece_of(const char *text)
{
    return (struct iovec){.iov_base = (void *)text, .iov_len = strlen(text)};
}

void fake_stream_read(const char *text)
{
    struct http *x = http_claim(CONN);
    struct iovec piece = piece_of(text);

    if (!x)
        return;
    http_received(x, CONN, &piece, piece.iov_len);
    http_release(x, CONN);
}

void fake_stream_write(const char *text)
{
    struct http *x = http_claim(CONN);
    struct iovec piece = piece_of(text);

    fake_stream.sent += piece.iov_len;
    if (!x)
        return;
    http_sent(x, &piece, piece.iov_len);
    http_release(x, CONN);
}

enum stream_state fake_stream_state(void)
{
    return (enum stream_state)(atomic_load(&connections_notes[CONN].stream) & STREAM_STATE);
}

bool fake_stream_certain(void)
{
    struct http *x = http_claim(CONN);
    bool certain = x && http_awaits(x) && http_is_certain(x, CONN);

    if (x)
        http_release(x, CONN);
    return certain;
}
