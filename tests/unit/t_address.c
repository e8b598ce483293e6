/* SPDX-License-Identifier: ISC */
#include "protocol/address.h"

#include <sys/fsuid.h>
#include <sys/un.h>
#include <arpa/inet.h>
#include <netinet/in.h>
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tap.h"

static struct sockaddr_in inet(const char *host, int port)
{
    struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};

    inet_pton(AF_INET, host, &in.sin_addr);
    return in;
}

static struct sockaddr_in6 inet6(const char *host, int port)
{
    struct sockaddr_in6 in6 = {.sin6_family = AF_INET6, .sin6_port = htons((uint16_t)port)};

    inet_pton(AF_INET6, host, &in6.sin6_addr);
    return in6;
}

static uint64_t key_of(int fd, const void *addr, size_t len, unsigned n)
{
    struct address a;

    return address_of_bind(&a, fd, addr, (socklen_t)len) ? address_key(&a, n) : 0;
}

/* With a new socket of that kind. */
static uint64_t key(int family, int type, const void *addr, size_t len)
{
    int fd = socket(family, type, 0);
    uint64_t k = key_of(fd, addr, len, 0);

    close(fd);
    return k;
}

static void test_inet(void)
{
    struct sockaddr_in a = inet("127.0.0.1", 80), b = a;
    uint64_t first = key(AF_INET, SOCK_STREAM, &a, sizeof a);
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    ok(first != 0, "an IPv4 address has a key");
    memset(b.sin_zero, 'x', sizeof b.sin_zero);
    ok(key(AF_INET, SOCK_STREAM, &b, sizeof b) == first, "whatever is in the padding");
    ok(key_of(fd, &a, sizeof a, 1) != first, "the second of a group has another one");
    ok(address_equal(key_of(fd, &a, sizeof a, ADDRESS_NUMBERS - 1), first),
       "which shows the group");
    b = inet("127.0.0.1", 81);
    ok(key(AF_INET, SOCK_STREAM, &b, sizeof b) != first, "so has another port");
    ok(!address_equal(key(AF_INET, SOCK_STREAM, &b, sizeof b), first), "which is no member");
    b = inet("127.0.0.2", 80);
    ok(key(AF_INET, SOCK_STREAM, &b, sizeof b) != first, "so has another host");
    uint64_t datagrams = key(AF_INET, SOCK_DGRAM, &a, sizeof a);
    ok(datagrams != 0 && datagrams != first, "so have datagrams");
    ok(key(AF_INET, SOCK_STREAM, &a, sizeof a - 1) == 0, "a short address has none");
    ok(key(AF_INET, SOCK_STREAM, &a, 1) == 0, "nor a shorter one");
    ok(key(AF_INET, SOCK_STREAM, NULL, sizeof a) == 0, "nor none");
    ok(key(AF_INET, SOCK_STREAM, &a, sizeof(struct sockaddr_storage) + 1) == 0, "nor a long one");
    close(fd);
}

static void test_inet6(void)
{
    struct sockaddr_in6 a = inet6("::1", 80), b = a;
    uint64_t first = key(AF_INET6, SOCK_STREAM, &a, sizeof a);
    int fd = socket(AF_INET6, SOCK_STREAM, 0), on = 1;

    b.sin6_flowinfo = 5;
    ok(key(AF_INET6, SOCK_STREAM, &b, sizeof b) == first, "IPv6: the flow does not matter");
    b.sin6_scope_id = 2;
    ok(key(AF_INET6, SOCK_STREAM, &b, sizeof b) != first, "the scope does");
    setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
    ok(key_of(fd, &a, sizeof a, 0) == first, "IPV6_V6ONLY does not");
    b = inet6("::", 80);
    ok(key_of(fd, &b, sizeof b, 0) != key(AF_INET6, SOCK_STREAM, &b, sizeof b),
       "unless it is the address of all");
    ok(key(AF_INET6, SOCK_STREAM, &a, 24) == first, "as in RFC 2133 an address needs no scope");
    ok(key(AF_INET6, SOCK_STREAM, &a, 23) == 0, "a shorter one has none");
    close(fd);
}

static void test_any_port(void)
{
    struct sockaddr_in in = inet("127.0.0.1", 0);
    struct address a;
    int fd = socket(AF_INET, SOCK_STREAM, 0), on = 1;

    ok(address_of_bind(&a, fd, (struct sockaddr *)&in, sizeof in) && a.any_port, "port 0 is any");
    ok(!a.reuseport, "one socket a port");
    setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
    bind(fd, (struct sockaddr *)&in, sizeof in);
    ok(address_of_socket(&a, fd) && !a.any_port, "not after bind()");
    ok(a.reuseport, "several sockets a port");
    errno = ENOTTY;
    address_of_socket(&a, -1);
    is_int(errno, ENOTTY, "errno is kept");
    close(fd);
    ok(!address_of_socket(&a, fd), "a closed number has no address");
    is_int(errno, ENOTTY, "errno is kept again");
}

static uint64_t unix_key(const void *name, size_t n, int type)
{
    struct sockaddr_un un = {.sun_family = AF_UNIX};

    memset(un.sun_path, 'x', sizeof un.sun_path);
    memcpy(un.sun_path, name, n);
    return key(AF_UNIX, type, &un, offsetof(struct sockaddr_un, sun_path) + n);
}

static uint64_t path_key(const char *path, int type)
{
    struct address a;

    return address_of_path(&a, path, type) ? address_key(&a, 0) : 0;
}

static void test_paths(void)
{
    uint64_t first = unix_key("/a", 3, SOCK_STREAM);
    char longest[120];

    ok(first != 0, "a path has a key");
    ok(unix_key("/a", 2, SOCK_STREAM) == first, "without the zero byte, too");
    ok(unix_key("/a\0b", 5, SOCK_STREAM) == first, "and with something behind it");
    ok(path_key("/a", SOCK_STREAM) == first, "the name alone gives the same");
    ok(path_key("/a", SOCK_SEQPACKET) != first, "another type another one");
    ok(unix_key("/b", 3, SOCK_STREAM) != first, "another path, too");
    ok(path_key("", SOCK_STREAM) == 0, "no path, no key");
    memset(longest, 'p', sizeof longest);
    longest[107] = '\0';
    ok(path_key(longest, SOCK_STREAM) == unix_key(longest, 108, SOCK_STREAM), "the longest path");
    longest[107] = 'p';
    longest[119] = '\0';
    ok(path_key(longest, SOCK_STREAM) == 0, "a longer one is none");
    ok(unix_key("", 0, SOCK_STREAM) == 0, "a name that the kernel is to choose is none");
}

static void test_abstract(void)
{
    uint64_t first = unix_key("\0a", 2, SOCK_STREAM);

    ok(first != 0, "an abstract name has a key");
    ok(unix_key("\0a\0", 3, SOCK_STREAM) != first, "each of its bytes counts");
    ok(unix_key("\0a\0b", 4, SOCK_STREAM) != unix_key("\0a\0c", 4, SOCK_STREAM), "zeros, too");
    ok(unix_key("a", 2, SOCK_STREAM) != first, "a path of the same letters is another");
}

static void test_socket_is_what_was_bound(void)
{
    char dir[] = "/tmp/addressXXXXXX", path[64];
    struct sockaddr_un un = {.sun_family = AF_UNIX};
    struct address a;
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);

    if (!mkdtemp(dir))
        abort();
    snprintf(path, sizeof path, "%s/s", dir);
    strcpy(un.sun_path, path);
    ok(bind(fd, (struct sockaddr *)&un, sizeof un) == 0, "bound with the length of the structure");
    ok(address_of_socket(&a, fd) && address_key(&a, 0) == path_key(path, SOCK_STREAM),
       "the socket has the key of its path");
    close(fd);
    unlink(path);
    rmdir(dir);
}

static int bound(uid_t by, int host, int port)
{
    struct sockaddr_in in = inet("127.0.0.1", port);
    int fd;

    in.sin_addr.s_addr = htonl(INADDR_LOOPBACK + (in_addr_t)host);
    setfsuid(by);
    fd = socket(AF_INET, SOCK_STREAM, 0);
    setfsuid(0);
    if (bind(fd, (struct sockaddr *)&in, sizeof in) < 0)
        abort();
    return fd;
}

static void test_keys(void)
{
    int fd = bound(0, 0, 0);
    struct address a, any;
    struct sockaddr_in zero = inet("127.0.0.1", 0);

    address_of_socket(&a, fd);
    address_of_bind(&any, fd, (struct sockaddr *)&zero, sizeof zero);
    ok(address_has_key(&a, address_key(&a, 0)), "a socket bears its key out");
    ok(address_has_key(&a, address_key(&a, 200)), "and that of a member of its group");
    ok(address_has_key(&a, address_key(&any, 3)), "and that of a bind to port 0");
    ok(!address_has_key(&a, address_key(&a, 0) + ADDRESS_NUMBERS), "but no other");
    close(fd);
}

/* Is fd, bound by `by` to that host and port, an answer to a bind to host and port? */
static bool answers(uid_t by, int host, int port, int asked_host, int asked_port)
{
    int socket = bound(by, host, port), fd = bound(0, 9, 0);
    struct sockaddr_in in = inet("127.0.0.1", asked_port);
    struct address asked;
    bool answered;

    in.sin_addr.s_addr = htonl(INADDR_LOOPBACK + (in_addr_t)asked_host);
    answered = address_of_bind(&asked, fd, (struct sockaddr *)&in, sizeof in) &&
               address_is_answered(&asked, fd, socket);
    close(fd);
    close(socket);
    return answered;
}

static void test_answers(void)
{
    enum { NOBODY = 65534, HIGH = 4321, LOW = 321, HOST = 77 };

    ok(answers(0, HOST, HIGH, HOST, HIGH), "a socket where was asked for is an answer");
    ok(!answers(0, HOST, HIGH, HOST, HIGH + 1), "one on another port is none");
    ok(!answers(0, HOST, HIGH, HOST + 1, HIGH), "nor one on another address");
    ok(answers(0, HOST, HIGH, HOST, 0), "any port will do for port 0");
    ok(answers(NOBODY, HOST, HIGH, HOST, HIGH), "anybody can have bound a high port");
    ok(answers(0, HOST, LOW, HOST, LOW), "root can have bound a low one");
    ok(!answers(NOBODY, HOST, LOW, HOST, LOW), "nobody can not");
}

/* Of a path that was renamed the socket knows the former name. */
static void test_path_answers(void)
{
    struct address asked;
    char path[] = "/tmp/t_address.XXXXXX";
    int fd = socket(AF_UNIX, SOCK_STREAM, 0), other;
    struct sockaddr_un un = {.sun_family = AF_UNIX};

    if (!mkdtemp(path))
        abort();
    snprintf(un.sun_path, sizeof un.sun_path, "%s/former", path);
    setfsuid(65534);
    other = socket(AF_UNIX, SOCK_STREAM, 0);
    setfsuid(0);
    if (bind(other, (struct sockaddr *)&un, sizeof un) < 0)
        abort();
    address_of_path(&asked, un.sun_path, SOCK_STREAM);
    ok(!address_is_answered(&asked, fd, other), "nobody's socket is none at a path of root's");
    if (chown(un.sun_path, 65534, 0) < 0)
        abort();
    ok(address_is_answered(&asked, fd, other), "at one of its own it is");
    close(other);
    unlink(un.sun_path);
    other = socket(AF_UNIX, SOCK_STREAM, 0);
    if (bind(other, (struct sockaddr *)&un, sizeof un) < 0)
        abort();
    address_of_path(&asked, "/run/latter", SOCK_STREAM);
    ok(address_is_answered(&asked, fd, other), "root's is, whatever name it had");
    close(other);
    close(fd);
    unlink(un.sun_path);
    rmdir(path);
}

static bool names(const char *path, pid_t pid)
{
    struct address a;

    return address_of_path(&a, path, SOCK_DGRAM) && address_names(&a, pid);
}

static void test_process_names(void)
{
    ok(names("/run/msg.sock/4711", 4711), "a name with the number of the process");
    ok(names("/tmp/ctl_4711-2", 4711) && names("/tmp/x/s.2.4711.tmp", 4711), "wherever it stands");
    ok(!names("/run/msg.sock/14711", 4711) && !names("/run/msg.sock/47110", 4711),
       "but not as a part of another number");
    ok(!names("/run/99999999999999999999", 4711) && !names("/run/0", 0), "nor is there any other");
}

int main(void)
{
    test_inet();
    test_inet6();
    test_any_port();
    test_paths();
    test_abstract();
    test_socket_is_what_was_bound();
    test_keys();
    test_answers();
    test_path_answers();
    test_process_names();
    return done();
}
