/* SPDX-License-Identifier: ISC */
#include "probe/url.h"

#include <sys/un.h>

#include <netinet/in.h>
#include <netdb.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct scheme {
    const char *prefix;
    const char *port; /* where none is given; NULL: one has to be */
    int type;
    bool tls, http, plain, is_path;
} schemes[] = {
    {"http://", "80", SOCK_STREAM, .http = true},
    {"https://", "443", SOCK_STREAM, .tls = true, .http = true},
    {"tcp://", NULL, SOCK_STREAM, .plain = true},
    {"tls://", NULL, SOCK_STREAM, .tls = true, .plain = true},
    {"udp://", NULL, SOCK_DGRAM, .plain = true},
    {"unix:", NULL, SOCK_STREAM, .http = true, .is_path = true},
    {"unixgram:", NULL, SOCK_DGRAM, .plain = true, .is_path = true},
};

static const struct scheme *find_scheme(const char *url)
{
    for (size_t i = 0; i < sizeof(schemes) / sizeof(*schemes); i++)
        if (strncmp(url, schemes[i].prefix, strlen(schemes[i].prefix)) == 0)
            return &schemes[i];
    return NULL;
}

static const char *read_unix(struct address *address, const char *path, size_t length)
{
    struct sockaddr_un *un = (struct sockaddr_un *)&address->to;

    if (length == 0)
        return "the path of the socket is missing";
    if (length >= sizeof(un->sun_path))
        return "the path is too long for a UNIX socket";
    un->sun_family = AF_UNIX;
    memcpy(un->sun_path, path, length);
    un->sun_path[length] = '\0';
    address->length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length + 1);
    if (path[0] == '@') {
        un->sun_path[0] = '\0';
        address->length--; /* every byte of an abstract name counts */
    }
    strlcpy(address->host, "localhost", sizeof(address->host));
    return NULL;
}

/* http://unix:PATH:/URI */
static const char *read_unix_http(struct address *address, const char *rest)
{
    const char *uri = strstr(rest, ":/");

    if (uri == NULL)
        return read_unix(address, rest, strlen(rest));
    address->path = uri + 1;
    return read_unix(address, rest, (size_t)(uri - rest));
}

/* Cuts HOST:PORT or [HOST]:PORT in two; *port is NULL if there is none. */
static bool cut_port(char *authority, char **host, char **port)
{
    char *end = authority[0] == '[' ? strchr(authority, ']') : NULL;

    *host = authority;
    *port = strrchr(authority, ':');
    if (authority[0] == '[') {
        if (end == NULL || (end[1] != '\0' && end[1] != ':'))
            return false;
        *host = authority + 1;
        *port = end[1] == ':' ? end + 1 : NULL;
        *end = '\0';
    } else if (*port != NULL && strchr(authority, ':') != *port) {
        return false; /* IPv6 without brackets */
    }
    if (*port != NULL)
        *(*port)++ = '\0';
    return **host != '\0';
}

static const char *resolve(struct address *address, const char *host, const char *port)
{
    struct addrinfo hints = {.ai_socktype = address->type, .ai_flags = AI_NUMERICHOST}, *found;
    int rc = getaddrinfo(host, port, &hints, &found);

    if (rc == EAI_NONAME) { /* a name, then, which the peer of TLS wants to know */
        strlcpy(address->name, host, sizeof(address->name));
        hints.ai_flags = 0;
        rc = getaddrinfo(host, port, &hints, &found);
    }
    if (rc != 0)
        return gai_strerror(rc);
    memcpy(&address->to, found->ai_addr, found->ai_addrlen);
    address->length = found->ai_addrlen;
    freeaddrinfo(found);
    return NULL;
}

static bool is_port(const char *port)
{
    const char *error;

    strtonum(port, 1, 65535, &error);
    return error == NULL;
}

static const char *read_internet(struct address *address, const struct scheme *scheme,
                                 const char *rest)
{
    char authority[256];
    char *host, *port;
    size_t length = strcspn(rest, "/?#");

    if (length >= sizeof(authority) || memchr(rest, '@', length) != NULL)
        return "HOST or HOST:PORT is expected after the scheme";
    if (scheme->http && rest[length] == '/')
        address->path = rest + length;
    else if (rest[length] != '\0' && strcmp(rest + length, "/") != 0)
        return scheme->http ? "its path has to begin with /"
                            : "there is no path in such an address";
    memcpy(authority, rest, length);
    authority[length] = '\0';
    strlcpy(address->host, authority, sizeof(address->host));
    if (!cut_port(authority, &host, &port))
        return "HOST or HOST:PORT is expected after the scheme, [HOST]:PORT for IPv6";
    if (port == NULL && scheme->port == NULL)
        return "the port is missing: HOST:PORT";
    if (port != NULL && !is_port(port))
        return "the port isn't a number from 1 to 65535";
    return resolve(address, host, port != NULL ? port : scheme->port);
}

const char *address_read(struct address *address, const char *url)
{
    const struct scheme *scheme = find_scheme(url);

    memset(address, 0, sizeof(*address));
    if (scheme == NULL)
        return "an address begins with http://, https://, tcp://, tls://, udp://, unix: or unixgram:";
    address->type = scheme->type;
    address->tls = scheme->tls;
    address->http = scheme->http;
    address->plain = scheme->plain;
    address->path = "/";
    const char *rest = url + strlen(scheme->prefix);
    if (scheme->is_path)
        return read_unix(address, rest, strlen(rest));
    if (scheme->http && strncmp(rest, "unix:", 5) == 0)
        return read_unix_http(address, rest + 5);
    return read_internet(address, scheme, rest);
}
