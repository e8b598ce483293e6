/* SPDX-License-Identifier: ISC */
#include "bad_pointers.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/select.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <arpa/inet.h>
#include <linux/sched.h>
#include <netinet/in.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "actors.h"
#include "probe.h"
#include "sockets.h"

enum { KERNEL_SET = 8 }; /* of a sigset_t */

static long listener, fresh, local, datagrams, epoll, other_epoll, program, stream, pair;
static long asking, asked; /* connections: a request waits there; it has been read */
static int asking_client, asked_client;

static const struct sockaddr_in nowhere = {.sin_family = AF_INET}; /* 192.0.2.1, see rows_begin() */
static struct sockaddr_in elsewhere;
static const struct sockaddr_un name = {.sun_family = AF_UNIX, .sun_path = "missing"};
static const socklen_t length = sizeof nowhere;
static const int one = 1;
static char buffer[64];
static struct iovec parts = {buffer, sizeof buffer};
static struct msghdr message = {.msg_iov = &parts, .msg_iovlen = 1};
static struct mmsghdr messages[2];
static const struct iovec two_pieces[] = {{buffer, 8}, {buffer, 8}};
static const struct iovec no_piece = {(void *)16, 8}; /* of the first page */
static const struct iovec half_good[] = {{buffer, 1}, {(void *)16, 8}};
static const struct msghdr no_pieces = {.msg_iov = (void *)16, .msg_iovlen = 1};
static struct msghdr no_name = {
    .msg_iov = &parts, .msg_iovlen = 1, .msg_name = (void *)16, .msg_namelen = 16};
static struct msghdr no_control = {
    .msg_iov = &parts, .msg_iovlen = 1, .msg_control = (void *)16, .msg_controllen = 64};
static const off_t offset;
static const char request[] = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
static const char other_request[] = "GET /b HTTP/1.1\r\nHost: a\r\n\r\n";
static const char answer[] = "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na";
static const struct iovec answers[] = {{(char *)answer, 20}, {(char *)answer + 20, 19}};
static const struct iovec half_answer[] = {{(char *)answer, 20}, {(void *)16, 19}};
static struct msghdr answer_message = {.msg_iov = (struct iovec *)answers, .msg_iovlen = 2};
static struct msghdr half_answer_message = {.msg_iov = (struct iovec *)half_answer,
                                            .msg_iovlen = 2};
static const struct epoll_event event = {.events = EPOLLIN};
static const struct epoll_event events[8];
static struct pollfd polled[2];
static fd_set selected;
static struct shminfo segment;
static const struct timespec no_time;
static const struct timeval no_timeval;
static const sigset_t set; /* for its first bytes */
static sigset_t usr1;
static const siginfo_t info;
static const struct sigaction action; /* the default */
static const struct {
    void (*handler)(int);
    unsigned long flags;
    void (*restorer)(void);
    unsigned long mask;
} kernel_action;
static const struct clone_args clone_args = {.exit_signal = SIGCHLD};
static const pid_t pid;
static const posix_spawn_file_actions_t actions;
static const posix_spawnattr_t attributes;
static char *const arguments[] = {(char[]){"true"}, (char[]){"-"}, NULL};
static char *const environment[] = {(char[]){"A=b"}, (char[]){"PATH=/bin"}, NULL};
static const struct flock lock = {.l_type = F_WRLCK};

#define N(n)          \
    {                 \
        .number = (n) \
    }
#define V(variable)          \
    {                        \
        .value = &(variable) \
    }
#define PART(object, n, ...)                                  \
    {                                                         \
        .bytes = &(object), .size = (n), .but = 0 __VA_ARGS__ \
    }
#define P(object)   PART(object, sizeof(object))
#define TEXT(text)  PART(text, sizeof(text))
#define SET(object) PART(object, KERNEL_SET)
#define BUT(way)    | 1u << (way)
#define NO_OBJECT   BUT(BAD_HALF) BUT(BAD_AT_END) BUT(BAD_READ_ONLY)
#define NO_PROCESS  BUT(BAD_AT_END) BUT(BAD_READ_ONLY)

const struct row rows[] = {
    {"bind", "", {V(fresh), P(elsewhere), N(sizeof elsewhere)}},
    {"bind", " of a path", {V(local), P(name), N(sizeof name)}},
    {"accept", "", {V(listener), P(elsewhere), P(length)}},
    {"accept4", "", {V(listener), P(elsewhere), P(length), N(SOCK_NONBLOCK)}},
    {"connect", "", {V(local), P(name), N(sizeof name)}},
    {"recvfrom",
     "",
     {V(datagrams), P(buffer), N(sizeof buffer), N(MSG_DONTWAIT), P(elsewhere), P(length)}},
    {"__recvfrom_chk",
     "",
     {V(datagrams), P(buffer), N(sizeof buffer), N(sizeof buffer), N(MSG_DONTWAIT), P(elsewhere),
      P(length)}},
    {"recvmsg", "", {V(datagrams), P(message), N(MSG_DONTWAIT)}},
    {"recvmmsg", "", {V(datagrams), P(messages), N(2), N(MSG_DONTWAIT), P(no_time)}},
    {"setsockopt", "", {V(fresh), N(SOL_SOCKET), N(SO_REUSEADDR), P(one), N(sizeof one)}},
    {"setsockopt", ", long", {V(fresh), N(SOL_SOCKET), N(SO_REUSEADDR), P(one), N(32)}},

    {"read", "", {V(pair), P(buffer), N(sizeof buffer)}},
    {"read", " of a listener", {V(listener), P(buffer), N(sizeof buffer)}},
    {"__read_chk", "", {V(pair), P(buffer), N(sizeof buffer), N(sizeof buffer)}},
    {"readv", "", {V(pair), P(two_pieces), N(2)}},
    {"readv", " nowhere", {V(pair), P(no_piece), N(1)}},
    {"readv", " nowhere at last", {V(pair), P(half_good), N(2)}},
    {"recv", "", {V(pair), P(buffer), N(sizeof buffer), N(0)}},
    {"recv", ", a look", {V(pair), P(buffer), N(sizeof buffer), N(MSG_PEEK)}},
    {"__recv_chk", "", {V(pair), P(buffer), N(sizeof buffer), N(sizeof buffer), N(0)}},
    {"recvmsg", " nowhere", {V(pair), P(no_pieces), N(0)}},
    {"recvmsg", " with no room for more", {V(pair), P(no_control), N(0)}},
    {"write", "", {V(pair), P(buffer), N(sizeof buffer)}},
    {"writev", "", {V(pair), P(two_pieces), N(2)}},
    {"writev", " of nothing", {V(pair), P(no_piece), N(1)}},
    {"writev", " of nothing at last", {V(pair), P(half_good), N(2)}},
    {"send", "", {V(pair), P(buffer), N(sizeof buffer), N(0)}},
    {"send", " to a listener", {V(listener), P(buffer), N(sizeof buffer), N(MSG_NOSIGNAL)}},
    {"sendto", "", {V(pair), P(buffer), N(sizeof buffer), N(0), P(elsewhere), N(sizeof elsewhere)}},
    {"sendmsg", "", {V(pair), P(message), N(0)}},
    {"sendmsg", " of nothing", {V(pair), P(no_pieces), N(0)}},
    {"sendmsg", " to nobody", {V(pair), P(no_name), N(0)}},
    {"sendmsg", " with nothing", {V(pair), P(no_control), N(0)}},
    {"sendfile", "", {V(pair), V(program), P(offset), N(8)}},
    {"sendfile64", "", {V(pair), V(program), P(offset), N(8)}},

    {"read", " of a request", {V(asking), P(buffer), N(sizeof buffer)}},
    {"readv", " of a request", {V(asking), P(two_pieces), N(2)}},
    {"recv", " of a request", {V(asking), P(buffer), N(sizeof buffer), N(0)}},
    {"recvmsg", " of a request", {V(asking), P(message), N(0)}},
    {"write", " of an answer", {V(asked), TEXT(answer), N(sizeof answer - 1)}},
    {"writev", " of an answer", {V(asked), P(answers), N(2)}},
    {"writev", " of half an answer", {V(asked), P(half_answer), N(2)}},
    {"send", " of an answer", {V(asked), TEXT(answer), N(sizeof answer - 1), N(0)}},
    {"sendmsg", " of an answer", {V(asked), P(answer_message), N(0)}},
    {"sendmsg", " of half an answer", {V(asked), P(half_answer_message), N(0)}},
    {"sendfile", " of an answer", {V(asked), V(program), P(offset), N(8)}},

    {"fcntl", "", {V(listener), N(F_GETLK), P(lock)}},
    {"fcntl64", "", {V(listener), N(F_GETLK), P(lock)}},
    {"ioctl", "", {V(listener), N(FIONBIO), P(one)}},
    {"ioctl", " of another", {V(datagrams), N(FIONBIO), P(one)}},
    {"shmctl", "", {N(0), N(IPC_INFO), P(segment)}},
    {"fclose", "", {PART(stream, sizeof stream, NO_OBJECT)}},
    {"freopen", "", {PART("missing", 8, BUT(BAD_NONE)), TEXT("r"), V(stream)}},
    {"freopen64", "", {PART("missing", 8, BUT(BAD_NONE)), TEXT("r"), V(stream)}},

    {"epoll_ctl", "", {V(other_epoll), N(EPOLL_CTL_ADD), V(listener), P(event)}},
    {"epoll_ctl", ", change", {V(epoll), N(EPOLL_CTL_MOD), V(listener), P(event)}},
    {"epoll_ctl", ", removal", {V(epoll), N(EPOLL_CTL_DEL), V(listener), P(event)}},
    {"epoll_ctl", " of another", {V(other_epoll), N(EPOLL_CTL_ADD), V(datagrams), P(event)}},
    {"epoll_wait", "", {V(epoll), P(events), N(8), N(0)}},
    {"epoll_pwait", "", {V(epoll), P(events), N(8), N(0), SET(set)}},
    {"epoll_pwait2", "", {V(epoll), P(events), N(8), P(no_time), SET(set)}},
    {"poll", "", {P(polled), N(2), N(0)}},
    {"__poll_chk", "", {P(polled), N(2), N(0), N(sizeof polled)}},
    {"ppoll", "", {P(polled), N(2), P(no_time), SET(set)}},
    {"__ppoll_chk", "", {P(polled), N(2), P(no_time), SET(set), N(sizeof polled)}},
    {"select", "", {N(64), PART(selected, 8), PART(selected, 8), PART(selected, 8), P(no_timeval)}},
    {"select",
     " of many",
     {N(100000), PART(selected, sizeof selected, BUT(BAD_HALF)), N(0), N(0), P(no_timeval)}},
    {"pselect",
     "",
     {N(64), PART(selected, 8), PART(selected, 8), PART(selected, 8), P(no_time), SET(set)}},

    {"execve", "", {TEXT("/bin/true"), P(arguments), P(environment)}},
    {"execv", "", {TEXT("/bin/true"), P(arguments)}},
    {"execvp", "", {TEXT("true"), P(arguments)}},
    {"execvpe", "", {TEXT("true"), P(arguments), P(environment)}},
    {"execl", "", {TEXT("/bin/true"), PART("true", 5, BUT(BAD_NONE)), N(0)}},
    {"execlp", "", {TEXT("true"), PART("true", 5, BUT(BAD_NONE)), N(0)}},
    {"execle", "", {TEXT("/bin/true"), PART("true", 5, BUT(BAD_NONE)), N(0), P(environment)}},
    {"fexecve", "", {V(program), P(arguments), P(environment)}},
    {"execveat", "", {N(AT_FDCWD), TEXT("/bin/true"), P(arguments), P(environment)}},
    {"posix_spawn",
     "",
     {P(pid), TEXT("/bin/true"), P(actions), P(attributes), P(arguments), P(environment)}},
    {"posix_spawnp",
     "",
     {P(pid), TEXT("true"), P(actions), P(attributes), P(arguments), P(environment)}},
    {"system", "", {TEXT("true")}},
    {"popen", "", {PART("true", 5, BUT(BAD_NONE)), TEXT("r")}},

    {"sigaction", " of SIGHUP", {N(SIGHUP), P(action), P(action)}},
    {"sigaction", " of 57", {N(57), P(action), P(action)}},
    {"sigaction", " of another", {N(SIGUSR2), P(action), P(action)}},
    {"sigprocmask", "", {N(SIG_SETMASK), SET(set), SET(set)}},
    {"pthread_sigmask", "", {N(SIG_SETMASK), SET(set), SET(set)}},
    {"sigsuspend", "", {SET(set)}},
    {"sigwait", "", {SET(usr1), P(one)}},
    {"sigwaitinfo", "", {SET(usr1), P(info)}},
    {"sigtimedwait", "", {SET(usr1), P(info), P(no_time)}},
    {"signalfd", "", {N(-1), SET(usr1), N(0)}},

    {"unlink", "", {TEXT("missing")}},
    {"unlinkat", "", {N(AT_FDCWD), TEXT("missing"), N(0)}},
    {"remove", "", {TEXT("missing")}},
    {"open", "", {TEXT("missing"), N(O_WRONLY | O_TRUNC), N(0)}},
    {"open64", "", {TEXT("missing"), N(O_WRONLY | O_TRUNC), N(0)}},
    {"openat", "", {N(AT_FDCWD), TEXT("missing"), N(O_WRONLY | O_TRUNC), N(0)}},
    {"openat64", "", {N(AT_FDCWD), TEXT("missing"), N(O_WRONLY | O_TRUNC), N(0)}},
    {"truncate", "", {TEXT("missing"), N(0)}},
    {"truncate64", "", {TEXT("missing"), N(0)}},
    {"rename", "", {TEXT("missing"), TEXT("nothing")}},
    {"renameat", "", {N(AT_FDCWD), TEXT("missing"), N(AT_FDCWD), TEXT("nothing")}},
    {"renameat2", "", {N(AT_FDCWD), TEXT("missing"), N(AT_FDCWD), TEXT("nothing"), N(0)}},
    {"link", "", {TEXT("missing"), TEXT("nothing")}},
    {"linkat", "", {N(AT_FDCWD), TEXT("missing"), N(AT_FDCWD), TEXT("nothing"), N(0)}},

    {"syscall", " bind", {N(SYS_bind), V(fresh), P(elsewhere), N(sizeof elsewhere)}},
    {"syscall",
     " epoll_ctl",
     {N(SYS_epoll_ctl), V(other_epoll), N(EPOLL_CTL_ADD), V(listener), P(event)}},
    {"syscall", " read", {N(SYS_read), V(pair), P(buffer), N(sizeof buffer)}},
    {"syscall", " readv", {N(SYS_readv), V(pair), P(two_pieces), N(2)}},
    {"syscall",
     " recvfrom",
     {N(SYS_recvfrom), V(datagrams), P(buffer), N(sizeof buffer), N(0), P(elsewhere), P(length)}},
    {"syscall", " recvmsg", {N(SYS_recvmsg), V(datagrams), P(message), N(0)}},
    {"syscall", " write", {N(SYS_write), V(pair), P(buffer), N(sizeof buffer)}},
    {"syscall", " writev", {N(SYS_writev), V(pair), P(two_pieces), N(2)}},
    {"syscall",
     " sendto",
     {N(SYS_sendto), V(pair), P(buffer), N(sizeof buffer), N(0), P(elsewhere),
      N(sizeof elsewhere)}},
    {"syscall", " sendmsg", {N(SYS_sendmsg), V(pair), P(message), N(0)}},
    {"syscall", " sendfile", {N(SYS_sendfile), V(pair), V(program), P(offset), N(8)}},
    {"syscall", " poll", {N(SYS_poll), P(polled), N(2), N(0)}},
    {"syscall", " rename", {N(SYS_rename), TEXT("missing"), TEXT("nothing")}},
    {"syscall", " execve", {N(SYS_execve), TEXT("/bin/true"), P(arguments), P(environment)}},
    {"syscall",
     " rt_sigaction of SIGHUP",
     {N(SYS_rt_sigaction), N(SIGHUP), P(kernel_action), P(kernel_action), N(8)}},
    {"syscall",
     " rt_sigaction of 57",
     {N(SYS_rt_sigaction), N(57), P(kernel_action), P(kernel_action), N(8)}},
    {"syscall",
     " rt_sigprocmask",
     {N(SYS_rt_sigprocmask), N(SIG_SETMASK), SET(set), SET(set), N(8)}},
    {"syscall",
     " clone3",
     {N(SYS_clone3), PART(clone_args, sizeof clone_args, NO_PROCESS), N(sizeof clone_args)}},
};
const size_t rows_count = sizeof rows / sizeof rows[0];

static int on_port(int port)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);

    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (bind_loopback(fd, port) < 0 || listen(fd, 8) < 0)
        say("no listener: %s", error_name(errno));
    return fd;
}

/* By a listener that no other generation has. */
static long connect_to(int *client)
{
    int own = tcp_listener(0), fd = connection(own, client);

    close(own);
    return fd;
}

/* Nothing of the rows before is left in it, but this. */
static void ask(int client, int fd, const char *what)
{
    char text[256];

    while (recv(client, text, sizeof text, MSG_DONTWAIT) > 0 ||
           recv(fd, text, sizeof text, MSG_DONTWAIT) > 0)
        ;
    if (send(client, what, strlen(what), 0) < 0)
        say("not asked");
}

/* Two, for what a process has read and then writes is a request that it passes on: those are left
 * alone. */
static void requests(void)
{
    char text[256];

    ask(asking_client, (int)asking, other_request);
    ask(asked_client, (int)asked, request);
    if (read((int)asked, text, sizeof text) != sizeof request - 1)
        say("another request");
}

void rows_begin(int port)
{
    elsewhere = nowhere;
    elsewhere.sin_port = htons(9);
    elsewhere.sin_addr.s_addr = inet_addr("192.0.2.1");
    listener = on_port(port);
    asking = connect_to(&asking_client);
    asked = connect_to(&asked_client);
    stream = (long)stdin;
    usr1 = set_of(SIGUSR1);
    for (int i = 0; i < 2; i++)
        messages[i].msg_hdr = message;
    program = open("/bin/true", O_RDONLY | O_CLOEXEC);
}

/* What is called has something to report: a datagram, an event, a signal that is pending. */
void rows_prepare(void)
{
    int ends[2], streams[2];
    int arrived = eventfd(1, EFD_CLOEXEC);
    struct epoll_event arrives = {.events = EPOLLIN};

    alarm(30);
    fresh = socket(AF_INET, SOCK_STREAM, 0);
    local = socket(AF_UNIX, SOCK_STREAM, 0);
    if (socketpair(AF_UNIX, SOCK_DGRAM, 0, ends) < 0 || send(ends[1], "?", 1, 0) != 1)
        say("no datagram");
    datagrams = ends[0];
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, streams) < 0 || write(streams[1], buffer, 16) != 16)
        say("nothing to read");
    pair = streams[0];
    requests();
    epoll = epoll_create1(EPOLL_CLOEXEC);
    other_epoll = epoll_create1(EPOLL_CLOEXEC);
    epoll_ctl((int)epoll, EPOLL_CTL_ADD, arrived, &arrives);
    epoll_ctl((int)epoll, EPOLL_CTL_ADD, (int)listener, &arrives);
    polled[0] = (struct pollfd){.fd = (int)listener, .events = POLLIN};
    polled[1] = (struct pollfd){.fd = arrived, .events = POLLIN};
    FD_SET(listener, &selected);
    FD_SET(arrived, &selected);
    signal(SIGUSR1, note_signal);
    sigprocmask(SIG_BLOCK, &usr1, NULL);
    raise(SIGUSR1);
}
