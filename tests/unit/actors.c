/* SPDX-License-Identifier: ISC */
#include "actors.h"

#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <arpa/inet.h>

#include <linux/capability.h>
#include <linux/filter.h>
#include <net/if.h>
#include <netinet/in.h>

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#ifndef IPPROTO_MPTCP
#define IPPROTO_MPTCP 262
#endif

const struct kind kinds[] = {
    {"IPv4", AF_INET, SOCK_STREAM, 0, "127.0.0.1", NULL},
    {"any IPv4", AF_INET, SOCK_STREAM, 0, "0.0.0.0", "127.0.0.1"},
    {"IPv6", AF_INET6, SOCK_STREAM, 0, "::1", NULL},
    {"any IPv6", AF_INET6, SOCK_STREAM, 0, "::", "::1"},
    {"IPv4 on any IPv6", AF_INET6, SOCK_STREAM, 0, "::", "127.0.0.1"},
    {"IPv4 in IPv6", AF_INET6, SOCK_STREAM, 0, "::ffff:127.0.0.1", "127.0.0.1"},
    {"MPTCP", AF_INET, SOCK_STREAM, IPPROTO_MPTCP, "127.0.0.1", NULL},
    {"UNIX path", AF_UNIX, SOCK_STREAM, 0, "t_connections.sock", NULL},
    {"UNIX abstract", AF_UNIX, SOCK_STREAM, 0, "@t_connections@two", NULL},
    {"UNIX seqpacket", AF_UNIX, SOCK_SEQPACKET, 0, "@t_connections@two", NULL},
    {NULL, 0, 0, 0, NULL, NULL},
};

static int passage[2]; /* what is sent through [0] is received from [1] */
static bool isolated;  /* in a network of our own */

static void check(bool held, const char *what)
{
    if (held)
        return;
    printf("Bail out! %s: %s\n", what, strerror(errno));
    _exit(1);
}

/* Wildcard addresses are safe in a network that has only a loopback. */
void isolate(void)
{
    struct ifreq lo = {.ifr_name = "lo", .ifr_flags = IFF_UP};

    if (unshare(CLONE_NEWNET) < 0 && unshare(CLONE_NEWUSER | CLONE_NEWNET) < 0)
        return;
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    isolated = ioctl(fd, SIOCSIFFLAGS, &lo) == 0;
    close(fd);
}

static socklen_t unix_address(struct sockaddr_storage *to, const char *name)
{
    struct sockaddr_un *un = (void *)to;
    size_t len = strlen(name);

    un->sun_family = AF_UNIX;
    if (name[0] != '@') {
        snprintf(un->sun_path, sizeof un->sun_path, "/tmp/%s.%d", name, getpid());
        return sizeof *un;
    }
    for (size_t i = 0; i < len; i++) /* abstract names may have zero bytes inside */
        un->sun_path[i] = name[i] == '@' ? '\0' : name[i];
    return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len);
}

static socklen_t inet_address(struct sockaddr_storage *to, const char *text, uint16_t port)
{
    struct sockaddr_in *v4 = (void *)to;
    struct sockaddr_in6 *v6 = (void *)to;

    if (inet_pton(AF_INET, text, &v4->sin_addr) == 1) {
        v4->sin_family = AF_INET;
        v4->sin_port = htons(port);
        return sizeof *v4;
    }
    check(inet_pton(AF_INET6, text, &v6->sin6_addr) == 1, text);
    v6->sin6_family = AF_INET6;
    v6->sin6_port = htons(port);
    return sizeof *v6;
}

static int listen_at(struct kernel_listener *l, const struct sockaddr_storage *addr, socklen_t len,
                     int protocol)
{
    int on = 1;
    struct stat st;

    l->family = addr->ss_family;
    l->fd = socket(l->family, l->type | SOCK_CLOEXEC, protocol);
    if (l->fd < 0)
        return -1;
    if (l->family != AF_UNIX)
        setsockopt(l->fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
    l->len = sizeof l->addr;
    if (bind(l->fd, (const void *)addr, len) < 0 ||
        (l->type != SOCK_DGRAM && listen(l->fd, 7) < 0) || fstat(l->fd, &st) < 0 ||
        getsockname(l->fd, (void *)&l->addr, &l->len) < 0) {
        close(l->fd);
        return -1;
    }
    l->inode = st.st_ino;
    return 0;
}

int listen_as(struct kernel_listener *l, const struct kind *kind)
{
    struct sockaddr_storage addr = {0};

    memset(l, 0, sizeof *l);
    l->type = kind->type;
    if (kind->family == AF_UNIX)
        return listen_at(l, &addr, unix_address(&addr, kind->address), 0);
    if (!isolated && kind->client && !strstr(kind->address, kind->client)) {
        errno = EPERM;
        return -1;
    }
    return listen_at(l, &addr, inet_address(&addr, kind->address, 0), kind->protocol);
}

void listen_inet(struct kernel_listener *l, int type, const char *address, uint16_t port)
{
    struct sockaddr_storage addr = {0};

    memset(l, 0, sizeof *l);
    l->type = type;
    check(listen_at(l, &addr, inet_address(&addr, address, port), 0) == 0, "listen");
}

uint16_t port_of(const struct kernel_listener *l)
{
    if (l->family == AF_INET)
        return ntohs(((const struct sockaddr_in *)&l->addr)->sin_port);
    return ntohs(((const struct sockaddr_in6 *)&l->addr)->sin6_port);
}

void unlisten(struct kernel_listener *l)
{
    const struct sockaddr_un *un = (const void *)&l->addr;

    close(l->fd);
    if (l->family == AF_UNIX && un->sun_path[0])
        unlink(un->sun_path);
}

void steer(const struct kernel_listener *l, unsigned which)
{
    struct sock_filter code = BPF_STMT(BPF_RET | BPF_K, which);
    struct sock_fprog prog;

    memset(&prog, 0, sizeof prog); /* the padding too, for valgrind */
    prog.len = 1;
    prog.filter = &code;
    check(setsockopt(l->fd, SOL_SOCKET, SO_ATTACH_REUSEPORT_CBPF, &prog, sizeof prog) == 0,
          "SO_ATTACH_REUSEPORT_CBPF");
}

int connect_to(const struct kernel_listener *l, const struct kind *kind)
{
    struct sockaddr_storage addr = l->addr;
    socklen_t len = l->len;

    if (kind && kind->client) {
        memset(&addr, 0, sizeof addr);
        len = inet_address(&addr, kind->client, port_of(l));
    }
    int fd = socket(addr.ss_family, l->type | SOCK_CLOEXEC, kind ? kind->protocol : 0);
    check(fd >= 0 && connect(fd, (void *)&addr, len) == 0, "connect");
    return fd;
}

const char *peer_of(int client)
{
    static char text[KERNEL_PEER];
    struct sockaddr_storage addr;
    socklen_t len = sizeof addr;
    char host[INET6_ADDRSTRLEN];

    check(getsockname(client, (void *)&addr, &len) == 0, "getsockname");
    if (addr.ss_family == AF_UNIX)
        return "unix";
    const struct sockaddr_in *v4 = (const void *)&addr;
    const struct sockaddr_in6 *v6 = (const void *)&addr;
    bool is4 = addr.ss_family == AF_INET;
    inet_ntop(addr.ss_family, is4 ? (const void *)&v4->sin_addr : (const void *)&v6->sin6_addr,
              host, sizeof host);
    snprintf(text, sizeof text, is4 ? "%s:%u" : "[%s]:%u", host, ntohs(v4->sin_port));
    return text;
}

static int send_fd(int fd)
{
    union {
        struct cmsghdr header;
        char space[CMSG_SPACE(sizeof(int))];
    } control = {.header = {CMSG_LEN(sizeof(int)), SOL_SOCKET, SCM_RIGHTS}};
    struct iovec byte = {"", 1};
    struct msghdr msg = {.msg_iov = &byte,
                         .msg_iovlen = 1,
                         .msg_control = &control,
                         .msg_controllen = sizeof control};

    memcpy(CMSG_DATA(&control.header), &fd, sizeof fd);
    return sendmsg(passage[0], &msg, 0) < 0 ? -1 : close(fd);
}

static int receive_fd(void)
{
    union {
        struct cmsghdr header;
        char space[CMSG_SPACE(sizeof(int))];
    } control;
    char c;
    struct iovec byte = {&c, 1};
    struct msghdr msg = {.msg_iov = &byte,
                         .msg_iovlen = 1,
                         .msg_control = &control,
                         .msg_controllen = sizeof control};
    int fd = -1;

    if (recvmsg(passage[1], &msg, 0) == 1)
        memcpy(&fd, CMSG_DATA(&control.header), sizeof fd);
    return fd;
}

int drop_ptrace(void)
{
    struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct data[2];

    if (syscall(SYS_capget, &header, data) < 0)
        return -1;
    data[0].effective &= ~(1u << CAP_SYS_PTRACE);
    data[0].permitted &= ~(1u << CAP_SYS_PTRACE);
    return (int)syscall(SYS_capset, &header, data);
}

/* A child that holds conn; when go is closed it becomes another program. */
static int hand_to_child(int conn, int go[2], int gone_fd[2])
{
    char c;

    if (pipe2(go, O_CLOEXEC) < 0 || pipe2(gone_fd, O_CLOEXEC) < 0)
        return -1;
    if (fork() == 0) {
        alarm(120);
        close(go[1]);
        close(gone_fd[0]);
        while (read(go[0], &c, 1) < 0)
            ;
        execl("/bin/sleep", "sleep", "120", (char *)NULL);
        _exit(127);
    }
    close(go[0]);
    close(gone_fd[1]);
    return close(conn);
}

static bool act(char order, int listener, int *last)
{
    static int go[2], executed[2];
    char c;

    switch (order) {
    case 'a':
        return (*last = accept(listener, NULL, NULL)) >= 0;
    case 'c':
        return close(*last) == 0;
    case 'f':
        return hand_to_child(*last, go, executed) == 0;
    case 'x': /* the pipe ends by close-on-exec */
        close(go[1]);
        return read(executed[0], &c, 1) == 0;
    case 's':
        return send_fd(*last) == 0;
    case 'r':
        return (*last = receive_fd()) >= 0;
    case 'p':
        return drop_ptrace() == 0;
    case 'u':
        return setresuid(65534, 65534, 65534) == 0;
    default:
        return false;
    }
}

static _Noreturn void actor_run(int fd, int listener)
{
    int last = -1;
    char order;

    setpgid(0, 0);
    alarm(120);
    while (read(fd, &order, 1) == 1)
        if (!act(order, listener, &last) || write(fd, &order, 1) != 1)
            break;
    _exit(1);
}

void actor_start(struct actor *a, const struct kernel_listener *l)
{
    int pair[2];

    check(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) == 0, "socketpair");
    a->fd = pair[0];
    a->pid = fork();
    if (a->pid == 0) {
        close(pair[0]);
        actor_run(pair[1], l->fd);
    }
    close(pair[1]);
}

void actor_do(const struct actor *a, char order)
{
    char c;

    check(write(a->fd, &order, 1) == 1 && read(a->fd, &c, 1) == 1, "the actor has failed");
}

void stage_open(void)
{
    begin();
    check(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, passage) == 0, "socketpair");
}

void stage_close(struct actor *a, struct actor *b)
{
    if (a)
        close(a->fd);
    if (b)
        close(b->fd);
    close(passage[0]);
    close(passage[1]);
    end();
}

int refuse_netlink(void)
{
    return refuse(SYS_socket, AF_NETLINK);
}

void reap(pid_t pid, int *status)
{
    while (waitpid(pid, status, 0) < 0 && errno == EINTR)
        ;
}

void more_fds(rlim_t n)
{
    struct rlimit limit;

    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max < n ? limit.rlim_max : n;
    setrlimit(RLIMIT_NOFILE, &limit);
}

long cpu_us(void)
{
    struct timespec now;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return now.tv_sec * 1000000 + now.tv_nsec / 1000;
}
