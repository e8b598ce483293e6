/* SPDX-License-Identifier: ISC */
#include "load_wire.h"

#include <sys/socket.h>

#include <openssl/ssl.h>

#include <err.h>
#include <errno.h>
#include <pthread.h>
#include <unistd.h>

static SSL_CTX *context;

static void context_create(void)
{
    context = SSL_CTX_new(TLS_client_method());
    if (context == NULL)
        errx(2, "no TLS");
}

/* With a time limit the calls below it are interrupted even by SIGSTOP and SIGCONT. */
static bool interrupted(SSL *tls, int rc)
{
    int error = SSL_get_error(tls, rc);
    return (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE) && errno == EINTR;
}

/* The errno of a call of OpenSSL that has failed; what is no system call is a bad peer. */
static int error_of(SSL *tls, int rc)
{
    return SSL_get_error(tls, rc) == SSL_ERROR_SYSCALL && errno != 0 ? errno : EPROTO;
}

bool wire_encrypt(struct wire *wire)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;

    pthread_once(&once, context_create);
    wire->tls = SSL_new(context);
    if (wire->tls == NULL || SSL_set_fd(wire->tls, wire->fd) != 1)
        errx(2, "no TLS on a socket");
    int rc;
    do {
        errno = 0;
        rc = SSL_connect(wire->tls);
    } while (rc != 1 && interrupted(wire->tls, rc));
    if (rc == 1)
        return true;
    errno = error_of(wire->tls, rc);
    return false;
}

bool wire_send(struct wire *wire, const char *bytes, size_t len)
{
    if (wire->tls == NULL)
        return sendto(wire->fd, bytes, len, MSG_NOSIGNAL, wire->to, wire->to_len) == (ssize_t)len;
    int rc = SSL_write(wire->tls, bytes, (int)len);
    if (rc == (int)len)
        return true;
    errno = error_of(wire->tls, rc);
    return false;
}

/* With a time limit recv() is interrupted even by SIGSTOP and SIGCONT. */
static ssize_t receive_plain(int fd, char *buffer, size_t size)
{
    ssize_t got;

    do
        got = recv(fd, buffer, size, 0);
    while (got == -1 && errno == EINTR);
    return got;
}

ssize_t wire_receive(struct wire *wire, char *buffer, size_t size)
{
    if (wire->tls == NULL)
        return receive_plain(wire->fd, buffer, size);
    int rc;
    do {
        errno = 0;
        rc = SSL_read(wire->tls, buffer, (int)size);
    } while (rc <= 0 && interrupted(wire->tls, rc));
    if (rc > 0)
        return rc;
    if (SSL_get_error(wire->tls, rc) == SSL_ERROR_ZERO_RETURN)
        return 0;
    errno = error_of(wire->tls, rc);
    return -1;
}

void wire_close(struct wire *wire)
{
    SSL_free(wire->tls);
    close(wire->fd);
}
