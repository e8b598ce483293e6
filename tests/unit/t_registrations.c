/* SPDX-License-Identifier: ISC */
#include "process/registrations.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <stdint.h>
#include <unistd.h>

#include "libc/real.h"
#include "process/self.h"
#include "tap.h"

enum { MANY = 300 };

struct self self;

static int new_one(void)
{
    return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
}

static void enter(int epfd, int fd, uint32_t events, uint64_t data)
{
    struct epoll_event event = {.events = events, .data.u64 = data};

    ok(epoll_ctl(epfd, EPOLL_CTL_ADD, fd, &event) == 0, "%d is registered in %d", fd, epfd);
}

static void found(int fd, int epfd, uint32_t events, uint64_t data)
{
    struct registration_found f;

    ok(registrations_find(fd, &f), "where %d is is known", fd);
    is_int(f.epfd, epfd, "it is in this epoll");
    if (epfd < 0)
        return;
    is_int(f.event.events & ~(uint32_t)(EPOLLERR | EPOLLHUP), events, "for these events");
    ok(f.event.data.u64 == data, "with this data");
}

static void test_one(void)
{
    int epfd = epoll_create1(EPOLL_CLOEXEC), in = new_one(), out = new_one();

    enter(epfd, in, EPOLLIN | EPOLLET | EPOLLRDHUP, UINT64_C(0xfedcba9876543210));
    ok(registrations_read(out + 1), "they can be read");
    found(in, epfd, EPOLLIN | EPOLLET | EPOLLRDHUP, UINT64_C(0xfedcba9876543210));
    found(out, -1, 0, 0);
    registrations_forget();
    close(epfd);
    close(in);
    close(out);
}

static void test_several(void)
{
    int a = epoll_create1(EPOLL_CLOEXEC), b = epoll_create1(EPOLL_CLOEXEC), fd = new_one();
    struct registration_found f;

    enter(a, fd, EPOLLIN, 1);
    enter(b, fd, EPOLLIN, 2);
    registrations_read(fd + 1);
    ok(!registrations_find(fd, &f), "what is in two epolls can't be taken out");
    registrations_forget();
    close(a);
    close(b);
    close(fd);
}

/* The number was closed, and its open file lives on in a copy: the epoll goes on naming it. */
static void test_stale(void)
{
    int epfd = epoll_create1(EPOLL_CLOEXEC), other = epoll_create1(EPOLL_CLOEXEC), pair[2];
    int copy;

    ok(pipe(pair) == 0, "a pipe");
    enter(epfd, pair[0], EPOLLIN, 3);
    copy = dup(pair[0]);
    dup2(other, pair[0]);
    registrations_read(copy + 1);
    found(pair[0], -1, 0, 0);
    registrations_forget();
    close(copy);
    close(pair[0]);
    close(pair[1]);
    close(other);
    close(epfd);
}

/* More than one read() gives, of the directory and of an epoll. */
static void test_many(void)
{
    int epfd = epoll_create1(EPOLL_CLOEXEC), fds[MANY];
    struct registration_found f;
    bool all = true;

    for (int i = 0; i < MANY; i++) {
        struct epoll_event event = {.events = EPOLLIN | EPOLLONESHOT, .data.u32 = (uint32_t)i};

        fds[i] = new_one();
        all &= epoll_ctl(epfd, EPOLL_CTL_ADD, fds[i], &event) == 0;
    }
    ok(all && registrations_read(fds[MANY - 1] + 1), "%d are registered", MANY);
    for (int i = 0; i < MANY; i++)
        all &= registrations_find(fds[i], &f) && f.epfd == epfd && f.event.data.u32 == (uint32_t)i;
    ok(all, "each is found");
    registrations_forget();
    for (int i = 0; i < MANY; i++)
        close(fds[i]);
    close(epfd);
}

static void test_no_number(void)
{
    struct rlimit limit, none;

    getrlimit(RLIMIT_NOFILE, &limit);
    none = (struct rlimit){0, limit.rlim_max};
    setrlimit(RLIMIT_NOFILE, &none);
    ok(!registrations_read(8), "without a number for what is to be read nothing is known");
    setrlimit(RLIMIT_NOFILE, &limit);
}

int main(void)
{
    real_resolve();
    self.fds.bell = new_one();
    test_one();
    test_several();
    test_stale();
    test_many();
    test_no_number();
    return done();
}
