/* SPDX-License-Identifier: ISC */
#include "sockets.h"

#include <sys/un.h>
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "probe.h"

int bind_loopback(int fd, int port)
{
    struct sockaddr_in addr = {.sin_family = AF_INET,
                               .sin_port = htons((uint16_t)port),
                               .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};

    return bind(fd, (struct sockaddr *)&addr, sizeof addr);
}

int bind_unix(int fd, const char *path)
{
    struct sockaddr_un addr = {.sun_family = AF_UNIX};

    snprintf(addr.sun_path, sizeof addr.sun_path, "%s", path);
    return bind(fd, (struct sockaddr *)&addr, sizeof addr);
}

int connect_unix(const char *path, int type)
{
    struct sockaddr_un addr = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, type, 0);

    snprintf(addr.sun_path, sizeof addr.sun_path, "%s", path);
    if (connect(fd, (struct sockaddr *)&addr, sizeof addr) == 0)
        return fd;
    say("no connection to %s: %s", path, error_name(errno));
    close(fd);
    return -1;
}

static int listening(int fd, int bound)
{
    if (fd < 0 || bound < 0 || listen(fd, 8) < 0)
        say("no listener: %s", error_name(errno));
    return fd;
}

int tcp_listener(int flags)
{
    int fd = socket(AF_INET, SOCK_STREAM | flags, 0);

    return listening(fd, bind_loopback(fd, 0));
}

int unix_listener(const char *path, int type)
{
    int fd = socket(AF_UNIX, type, 0);

    return listening(fd, bind_unix(fd, path));
}

socklen_t address_of(int fd, struct sockaddr_storage *addr)
{
    socklen_t len = sizeof *addr;

    memset(addr, 0, sizeof *addr);
    if (getsockname(fd, (struct sockaddr *)addr, &len) < 0)
        say("no name of %d: %s", fd, error_name(errno));
    return len;
}

int port_of(int fd)
{
    struct sockaddr_storage addr;

    address_of(fd, &addr);
    return ntohs(((struct sockaddr_in *)&addr)->sin_port);
}

int client_of(int listener)
{
    struct sockaddr_storage addr;
    socklen_t len = address_of(listener, &addr);
    int type = SOCK_STREAM, fd;
    socklen_t size = sizeof type;

    getsockopt(listener, SOL_SOCKET, SO_TYPE, &type, &size);
    fd = socket(addr.ss_family, type, 0);
    if (connect(fd, (struct sockaddr *)&addr, len) == 0)
        return fd;
    say("no connection: %s", error_name(errno));
    close(fd);
    return -1;
}

int connection(int listener, int *client)
{
    int fd = -1;

    *client = client_of(listener);
    if (*client >= 0)
        fd = accept(listener, NULL, NULL);
    if (fd < 0)
        say("not accepted: %s", error_name(errno));
    return fd;
}

static void show_exchange(const char *what, int client, int fd)
{
    char got = '-';

    if (write(client, "+", 1) != 1 || read(fd, &got, 1) != 1)
        got = '!';
    close(client);
    close(fd);
    say("%s: served %c", what, got);
}

void show_served(const char *what, int listener)
{
    int client, fd = connection(listener, &client);

    show_exchange(what, client, fd);
}

void show_served_at(const char *path, int listener)
{
    int client = connect_unix(path, SOCK_STREAM);
    int fd = client < 0 ? -1 : accept(listener, NULL, NULL);

    show_exchange(path, client, fd);
}

void show_end(const char *what, int fd)
{
    struct pollfd p = {.fd = fd, .events = POLLIN};
    char byte;
    int ready = poll(&p, 1, 0);

    if (ready <= 0)
        say("%s: open", what);
    else
        say("%s: %s", what, read(fd, &byte, 1) == 0 ? "end of file" : error_name(errno));
}
