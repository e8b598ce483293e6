/* SPDX-License-Identifier: ISC */
/*
 * The constructor: in a process of a generation it joins it, in the first process it becomes the
 * supervisor, in libgrace.so run as a program and in `grace` it does nothing.  Whatever fails, the
 * server runs on as if unwrapped and one line says so.  There is no destructor: libraries that are
 * unloaded after us still call close().
 */
#include <sys/mman.h>
#include <sys/stat.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "entry/fork.h"
#include "entry/signal_handler.h"
#include "exec/inject.h"
#include "exec/recovery.h"
#include "exec/supervise.h"
#include "libc/data_path.h"
#include "libc/real.h"
#include "listener/drain.h"
#include "process/command_line.h"
#include "process/connections.h"
#include "process/fdtab.h"
#include "process/guest.h"
#include "process/own_fds.h"
#include "process/predecessors.h"
#include "process/self.h"
#include "protocol/command_mark.h"
#include "protocol/envp.h"
#include "protocol/handoff.h"
#include "protocol/preload_list.h"
#include "stream/observe.h"

/* Before main() standard error is still the user's: also a pipe that nobody reads any more, or a
 * file as large as it may get.  That ends no server, and keeps none waiting. */
static void say(const char *line, size_t n)
{
    const struct sigaction ignored = {.sa_handler = SIG_IGN};
    struct sigaction on_pipe, on_size;
    struct pollfd p = {.fd = STDERR_FILENO, .events = POLLOUT};

    if (real.poll(&p, 1, 0) != 1)
        return;
    real.sigaction(SIGPIPE, &ignored, &on_pipe);
    real.sigaction(SIGXFSZ, &ignored, &on_size);
    if (write(STDERR_FILENO, line, n) < 0)
        errno = 0;
    real.sigaction(SIGPIPE, &on_pipe, NULL);
    real.sigaction(SIGXFSZ, &on_size, NULL);
}

static void complain(const char *what)
{
    static const char tail[] = "; the server runs without grace\n";
    const char *why = strerrorname_np(errno);
    char line[256] = "grace: ";
    char *end = stpncpy(line + 7, what, 150);

    if (why && errno != 0)
        end = stpncpy(stpcpy(end, ": "), why, 20);
    end = stpcpy(end, tail);
    say(line, (size_t)(end - line));
}

static bool is_socket(int fd)
{
    struct stat st;

    return fstat(fd, &st) == 0 && S_ISSOCK(st.st_mode);
}

static struct page *map_page(int memory)
{
    struct page *page = mmap(NULL, sizeof *page, PROT_READ | PROT_WRITE, MAP_SHARED, memory, 0);

    if (page == MAP_FAILED)
        return NULL;
    if (page->version == PAGE_VERSION)
        return page;
    munmap(page, sizeof *page);
    errno = EPROTO;
    return NULL;
}

static bool join_descriptors(const struct handoff *h)
{
    for (int i = 0; i < HANDOFF_FDS; i++)
        if (h->fds.each[i] >= 0)
            own_fds_park(&self.fds.each[i], h->fds.each[i]);
    return handoff_suffices(&self.fds);
}

/* A bystander is not the server: what it can't have it does without. */
static void join_failed(const struct handoff *h, const char *what)
{
    if (!h->bystander)
        complain(what);
}

static void join_generation(const struct handoff *h, char **argv)
{
    int32_t nobody = 0;
    struct stat st;
    struct page *page;

    errno = 0;
    if (!is_socket(h->fds.control) || fstat(h->fds.memory, &st) < 0 ||
        st.st_size != (off_t)sizeof *page || !(page = map_page(h->fds.memory))) {
        join_failed(h, "the restart environment is not usable");
        return;
    }
    if (!join_descriptors(h)) {
        join_failed(h, "no file descriptor left");
        atomic_fetch_add(&page->failed, 1);
        return;
    }
    memcpy(self.library, h->library, strnlen(h->library, sizeof self.library - 1));
    preload_list_take(self.library);
    self.restart_signal = h->restart_signal;
    self.keep_children = h->keep_children;
    atomic_store(&self.bystander, h->bystander);
    atomic_store(&self.command, h->command);
    self.page = page;
    self.slow = &page->attention;
    if (!h->bystander)
        predecessors_take();
    command_line_note(argv);
    memory_owner = getpid();
    pthread_atfork(fork_prepare, NULL, fork_child);
    signal_handler_install();
    self_join();
    connections_join();
    if (!h->bystander)
        observe_learn();
    recovery_begin();
    self.on = true;
    if (h->bystander)
        return;
    atomic_compare_exchange_strong(&page->first, &nobody, getpid());
    atomic_fetch_add(&page->hello, 1);
    self_ring();
    observe_look();
    drain_run();
}

/* In a new PID namespace its processes can't be told from others. The supervisor says so, if this
 * is the server. */
static void leave_generation(const struct handoff *h)
{
    for (int i = 0; i < HANDOFF_FDS; i++)
        real.close(h->fds.each[i]);
    preload_list_take(h->library);
}

static void start_supervisor(char **argv)
{
    char library[sizeof self.library];

    errno = 0;
    if (supervise_library(library, sizeof library))
        supervise_command(library, argv);
    complain("cannot execute libgrace.so as the supervisor");
}

/* In `grace`: nothing of ours goes on to what it starts either. */
static void stay_out(const char *value)
{
    char library[sizeof self.library];
    struct handoff h;

    if (value && handoff_parse(&h, value))
        leave_generation(&h);
    else if (supervise_library(library, sizeof library))
        preload_list_take(library);
}

static __attribute__((constructor)) void init(int argc, char **argv)
{
    const char *value;
    struct handoff h;

    (void)argc;
    if (supervise_is_library() || envp_find(environ, AUDITOR_VARIABLE))
        return;
    real_resolve();
    data_path_forward();
    value = envp_take(HANDOFF_VARIABLE);
    if (&grace_command_mark)
        stay_out(value);
    else if (!value)
        start_supervisor(argv);
    else if (!handoff_parse(&h, value))
        complain("the restart environment is of another version of grace");
    else if (self_leads_namespace())
        leave_generation(&h);
    else
        join_generation(&h, argv);
}
