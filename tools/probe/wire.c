/* SPDX-License-Identifier: ISC */
#include "probe/wire.h"

#include <sys/socket.h>

#include <netinet/in.h>
#include <netinet/tcp.h>

#include <err.h>
#include <errno.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <unistd.h>

/* A peer that goes without a word of TLS has closed as any other does. */
static SSL_CTX *tls_context(void)
{
    static SSL_CTX *context;

    if (context == NULL) {
        context = SSL_CTX_new(TLS_client_method());
        if (context == NULL)
            errx(1, "OpenSSL has no TLS");
        SSL_CTX_set_options(context, SSL_OP_IGNORE_UNEXPECTED_EOF);
        SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE |
                                      SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                      SSL_MODE_RELEASE_BUFFERS);
    }
    return context;
}

static void begin_tls(struct wire *wire, const struct address *address)
{
    wire->tls = SSL_new(tls_context());
    if (wire->tls == NULL || SSL_set_fd(wire->tls, wire->fd) != 1)
        errx(1, "OpenSSL: no TLS on a socket");
    SSL_set_connect_state(wire->tls);
    if (address->name[0] != '\0')
        SSL_set_tlsext_host_name(wire->tls, address->name);
}

/* A datagram that is answered by a UNIX socket needs a name to be answered to. */
static void name_socket(int fd, const struct address *address)
{
    const struct sockaddr any = {.sa_family = AF_UNIX}; /* of the kernel's choice */

    if (address->to.ss_family == AF_UNIX && address->type == SOCK_DGRAM &&
        bind(fd, &any, sizeof(any.sa_family)) == -1)
        err(1, "bind");
}

static bool is_ours(int error)
{
    return error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM ||
           error == EADDRNOTAVAIL;
}

static int failed_to_open(struct wire *wire, int error, const char **why)
{
    wire_close(wire, true);
    if (!is_ours(error))
        return error;
    *why = error == EADDRNOTAVAIL ? "no local address or port is left to connect from"
                                  : strerror(error);
    return ECANCELED;
}

/* Without a connection the kernel keeps it to itself that nobody is there, unless it is asked. */
static int await_answer(struct wire *wire, const struct address *address)
{
    bool six = address->to.ss_family == AF_INET6;

    wire->to = address;
    return setsockopt(wire->fd, six ? IPPROTO_IPV6 : IPPROTO_IP, six ? IPV6_RECVERR : IP_RECVERR,
                      &(int){1}, sizeof(int));
}

static int reach(struct wire *wire, const struct address *address)
{
    if (address->any_port)
        return await_answer(wire, address);
    return connect(wire->fd, (const struct sockaddr *)&address->to, address->length);
}

int wire_open(struct wire *wire, const struct address *address, bool small, const char **why)
{
    int type = address->type | SOCK_NONBLOCK | SOCK_CLOEXEC;

    *wire = (struct wire){.fd = socket(address->to.ss_family, type, 0)};
    if (wire->fd == -1)
        return failed_to_open(wire, errno, why);
    name_socket(wire->fd, address);
    if (small)
        setsockopt(wire->fd, SOL_SOCKET, SO_RCVBUF, &(int){1}, sizeof(int));
    if (reach(wire, address) == -1 && errno != EINPROGRESS)
        return failed_to_open(wire, errno, why);
    if (address->tls)
        begin_tls(wire, address);
    return 0;
}

int wire_error(const struct wire *wire)
{
    int error = 0;
    socklen_t length = sizeof(error);

    getsockopt(wire->fd, SOL_SOCKET, SO_ERROR, &error, &length);
    return error;
}

/* Of a call of OpenSSL that has failed. */
static int tls_error(SSL *tls, int rc)
{
    int saved = errno;
    int kind = SSL_get_error(tls, rc);

    ERR_clear_error();
    if (kind == SSL_ERROR_WANT_READ || kind == SSL_ERROR_WANT_WRITE)
        return EAGAIN;
    return kind == SSL_ERROR_SYSCALL && saved != 0 ? saved : EPROTO;
}

int wire_shake_hands(struct wire *wire)
{
    if (wire->tls == NULL || wire->encrypted)
        return 0;
    errno = 0;
    int rc = SSL_do_handshake(wire->tls);
    if (rc != 1)
        return SSL_get_error(wire->tls, rc) == SSL_ERROR_ZERO_RETURN ? ECONNRESET
                                                                     : tls_error(wire->tls, rc);
    wire->encrypted = true;
    return 0;
}

ssize_t wire_send(struct wire *wire, const char *bytes, size_t length)
{
    if (wire->to != NULL)
        return sendto(wire->fd, bytes, length, MSG_NOSIGNAL, (const struct sockaddr *)&wire->to->to,
                      wire->to->length);
    if (wire->tls == NULL)
        return send(wire->fd, bytes, length, MSG_NOSIGNAL);
    errno = 0;
    int rc = SSL_write(wire->tls, bytes, (int)length);
    if (rc > 0)
        return rc;
    errno = tls_error(wire->tls, rc);
    return -1;
}

/* Who has answered is who the rest goes to. */
static ssize_t receive_from_anybody(struct wire *wire, char *bytes, size_t size)
{
    struct sockaddr_storage from;
    socklen_t length = sizeof(from);
    ssize_t got = recvfrom(wire->fd, bytes, size, 0, (struct sockaddr *)&from, &length);

    if (got == -1 || connect(wire->fd, (struct sockaddr *)&from, length) == -1)
        return -1;
    wire->to = NULL;
    return got;
}

ssize_t wire_receive(struct wire *wire, char *bytes, size_t size)
{
    if (wire->to != NULL)
        return receive_from_anybody(wire, bytes, size);
    if (wire->tls == NULL)
        return recv(wire->fd, bytes, size, 0);
    errno = 0;
    int rc = SSL_read(wire->tls, bytes, (int)size);
    if (rc > 0)
        return rc;
    if (SSL_get_error(wire->tls, rc) == SSL_ERROR_ZERO_RETURN)
        return 0;
    errno = tls_error(wire->tls, rc);
    return -1;
}

void wire_close(struct wire *wire, bool abruptly)
{
    struct linger now = {.l_onoff = 1};

    SSL_free(wire->tls);
    wire->tls = NULL;
    if (wire->fd == -1)
        return;
    if (abruptly)
        setsockopt(wire->fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
    close(wire->fd);
    wire->fd = -1;
}
