/* SPDX-License-Identifier: ISC */
#include "server.h"

#include <sys/socket.h>
#include <sys/un.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netdb.h>

#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int listeners[LISTENERS_MAX];
unsigned listener_count;

union address {
    struct sockaddr any;
    struct sockaddr_in in;
    struct sockaddr_in6 in6;
    struct sockaddr_un un;
};

static socklen_t parse_unix(const char *path, union address *address)
{
    size_t len = strlen(path);

    if (len >= sizeof(address->un.sun_path))
        errx(2, "%s: path too long", path);
    address->un.sun_family = AF_UNIX;
    memcpy(address->un.sun_path, path, len + 1);
    if (path[0] == '@')
        address->un.sun_path[0] = '\0';
    else
        unlink(path);
    return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len + (path[0] != '@'));
}

static socklen_t parse_inet(const char *text, union address *address)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICHOST | AI_PASSIVE};
    struct addrinfo *found;
    char *host = strdup(text), *colon = strrchr(host, ':'), *name = host;

    if (colon == NULL)
        errx(2, "%s: no port", text);
    *colon = '\0';
    if (*name == '[') {
        name++;
        colon[-1] = '\0';
    }
    if (getaddrinfo(name, colon + 1, &hints, &found) != 0)
        errx(2, "%s: bad address", text);
    socklen_t len = found->ai_addrlen;
    memcpy(address, found->ai_addr, len);
    freeaddrinfo(found);
    free(host);
    return len;
}

static void set_options(int fd, int family)
{
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &(int){1}, sizeof(int));
    if (family == AF_INET6 && config.v6only != -1)
        setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &config.v6only, sizeof(int));
}

static int bind_one(const char *text)
{
    union address address = {0};
    socklen_t len = strncmp(text, "unix:", 5) == 0 ? parse_unix(text + 5, &address)
                                                   : parse_inet(text, &address);
    int nonblock = config.way->blocking_listener ? 0 : SOCK_NONBLOCK;
    int fd = socket(address.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC | nonblock, 0);

    if (fd == -1)
        err(1, "socket");
    set_options(fd, address.any.sa_family);
    if (bind(fd, &address.any, len) == -1)
        err(1, "bind %s", text);
    return fd;
}

void listeners_bind(void)
{
    for (unsigned i = 0; i < config.listen_count; i++)
        listeners[listener_count++] = bind_one(config.listen[i]);
}

static void print_address(FILE *out, int fd)
{
    union address address = {0};
    socklen_t len = sizeof(address);
    char host[64];

    if (getsockname(fd, &address.any, &len) == -1)
        err(1, "getsockname");
    if (address.any.sa_family == AF_INET)
        fprintf(out, "%s %d\n", inet_ntop(AF_INET, &address.in.sin_addr, host, sizeof(host)),
                ntohs(address.in.sin_port));
    else if (address.any.sa_family == AF_INET6)
        fprintf(out, "%s %d\n", inet_ntop(AF_INET6, &address.in6.sin6_addr, host, sizeof(host)),
                ntohs(address.in6.sin6_port));
    else
        fprintf(out, "unix:%s%s\n", address.un.sun_path[0] == '\0' ? "@" : "",
                address.un.sun_path + (address.un.sun_path[0] == '\0'));
}

/* One "HOST PORT" line a listener; appears complete. */
static void write_portfile(const char *path)
{
    char *temporary;

    if (asprintf(&temporary, "%s.%d", path, (int)getpid()) < 0)
        err(1, NULL);
    FILE *out = fopen(temporary, "we");
    if (out == NULL)
        err(1, "%s", temporary);
    for (unsigned i = 0; i < listener_count; i++)
        print_address(out, listeners[i]);
    if (fclose(out) != 0 || rename(temporary, path) == -1)
        err(1, "%s", path);
    free(temporary);
}

void listeners_listen(void)
{
    for (unsigned i = 0; i < listener_count; i++)
        if (listen(listeners[i], config.backlog) == -1)
            err(1, "listen");
    if (config.portfile != NULL)
        write_portfile(config.portfile);
}

void listeners_close(void)
{
    for (unsigned i = 0; i < listener_count; i++)
        close(listeners[i]);
    listener_count = 0;
}

bool is_listener(int fd)
{
    for (unsigned i = 0; i < listener_count; i++)
        if (listeners[i] == fd)
            return true;
    return false;
}
