/* SPDX-License-Identifier: ISC */
/* The pages: / /slow /big /fds /env /pid */
#include "server.h"

#include <sys/socket.h>

#include <err.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool asks_for(const char *head, const char *path)
{
    size_t len = strlen(path);
    return strncmp(head, "GET ", 4) == 0 && strncmp(head + 4, path, len) == 0 &&
           head[4 + len] == ' ';
}

bool answer_is_slow(const char *head)
{
    return asks_for(head, "/slow");
}

unsigned answer_pause(void)
{
    return config.slow_until != NULL ? 10 : config.slow_ms;
}

/* After a pause. */
bool answer_is_due(void)
{
    return config.slow_until == NULL || access(config.slow_until, F_OK) == 0;
}

char *answer_version(void)
{
    char *text;

    if (config.body != NULL)
        return strdup(config.body);
    if (asprintf(&text, "pid %d\n", (int)main_pid) < 0)
        err(1, NULL);
    return text;
}

/* The version's line, then as many bytes as --big says. */
static char *body_big(void)
{
    char *version = answer_version(), *text = malloc(strlen(version) + config.big_bytes + 1);

    if (text == NULL)
        err(1, NULL);
    char *end = stpcpy(text, version);
    memset(end, 'x', config.big_bytes);
    end[config.big_bytes] = '\0';
    free(version);
    return text;
}

static char *body_of(const char *head)
{
    if (asks_for(head, "/fds"))
        return inspect_fds();
    if (asks_for(head, "/env"))
        return inspect_env();
    if (asks_for(head, "/pid"))
        return inspect_pid();
    if (asks_for(head, "/big"))
        return body_big();
    return answer_version();
}

static void send_all(int fd, const char *text, size_t len)
{
    while (len > 0) {
        ssize_t sent = send(fd, text, len, MSG_NOSIGNAL);
        if (sent == -1 && errno == EINTR)
            continue;
        if (sent == -1)
            return;
        text += sent;
        len -= (size_t)sent;
    }
}

void answer_send(int fd, const char *head)
{
    char *body = body_of(head), *whole;
    int len = asprintf(&whole,
                       "HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\nConnection: close\r\n"
                       "Content-Length: %zu\r\n\r\n%s",
                       strlen(body), body);

    if (len < 0)
        err(1, NULL);
    send_all(fd, whole, (size_t)len);
    free(whole);
    free(body);
}
