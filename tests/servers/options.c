/* SPDX-License-Identifier: ISC */
#include "server.h"

#include <err.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct config config = {
    .way = &way_epoll_lt,
    .workers = 3,
    .v6only = -1,
    .backlog = 511,
    .slow_ms = 3000,
    .big_bytes = 300000,
    .serve_fd = -1,
};

/* In the order of their enums. */
static const char *const models[] = {"single", "threads", "prefork", "fork", NULL};
static const char *const acceptings[] = {"accept", "accept4", "syscall", NULL};
static const char *const closings[] = {"close",   "fclose",   "close_range", "dup2",
                                       "syscall", "shutdown", NULL};
static const char *const passes[] = {"none", "scm", "exec", NULL};
static const char *const hups[] = {"default",  "install", "block", "sigwait",
                                   "signalfd", "ignore",  NULL};
static const char *const sandboxes[] = {"none", "no-new-privs", "seccomp", NULL};
static const char *const faults[] = {"none",         "exit", "crash", "after-bind",
                                     "never-listen", "hang", "later", NULL};

static const char usage_text[] =
    "usage: server --listen HOST:PORT|[HOST]:PORT|unix:PATH|unix:@NAME ... [options]\n"
    "  --wait epoll-lt|epoll-et|epoll-oneshot|epoll-exclusive|epoll-shared|epoll-polled|\n"
    "         poll|ppoll|select|pselect|accept|select-accept|pselect-accept|\n"
    "         poll-accept|ppoll-accept|epoll-lt-accept|\n"
    "         epoll-oneshot-accept|epoll-pwait-accept|epoll-pwait2-accept\n"
    "  --model single|threads|prefork|fork    --workers N\n"
    "  --accept accept|accept4|syscall\n"
    "  --close close|fclose|close_range|dup2|syscall|shutdown\n"
    "  --pass scm|exec            connections go to workers or to an exec'd helper\n"
    "  --hup install|block|sigwait|signalfd|ignore    --block-signals\n"
    "  --one-altstack\n"
    "  --daemonize TIMES    --sandbox no-new-privs|seccomp    --notify FILE\n"
    "  --fail exit:CODE|crash|after-bind|never-listen|hang|later:MS\n"
    "  --body TEXT | --bodyfile FILE    --big BYTES    --start-ms N\n"
    "  --slow-ms N | --slow-until FILE    /slow is answered then, once the file exists\n"
    "  --v6only 0|1    --backlog N    --portfile FILE    --print-fds\n"
    "pages: / /slow /big /fds /env /pid\n";

static _Noreturn void usage(void)
{
    fputs(usage_text, stderr);
    exit(2);
}

static int choice(const char *const names[], const char *text)
{
    for (int i = 0; names[i] != NULL; i++)
        if (strcmp(names[i], text) == 0)
            return i;
    warnx("%s: no such choice", text);
    usage();
}

static unsigned number(const char *text)
{
    char *end;
    unsigned long n = strtoul(text, &end, 10);
    if (*text < '0' || *text > '9' || *end != '\0' || n > 1000000000)
        errx(2, "%s: not a number", text);
    return (unsigned)n;
}

static void add_listen(const char *text)
{
    if (config.listen_count == LISTENERS_MAX)
        errx(2, "too many --listen");
    config.listen[config.listen_count++] = text;
}

static void set_way(const char *name)
{
    config.way = way_find(name);
    if (config.way == NULL)
        errx(2, "%s: no such way to wait", name);
}

/* exit:3 and later:500 have a value. */
static void set_fault(const char *text)
{
    char name[32];
    size_t len = strcspn(text, ":");

    snprintf(name, sizeof(name), "%.*s", (int)len, text);
    config.fault = (enum fault)choice(faults, name);
    if (text[len] == ':')
        config.fault_value = (int)number(text + len + 1);
}

static void read_body(const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    char text[4096];
    ssize_t len = fd == -1 ? -1 : read(fd, text, sizeof(text) - 1);

    if (len == -1)
        err(1, "%s", path);
    text[len] = '\0';
    close(fd);
    config.body = strdup(text);
}

static void set_workers(unsigned n)
{
    if (n == 0 || n > WORKERS_MAX)
        errx(2, "--workers: 1 to %d", WORKERS_MAX);
    config.workers = n;
}

enum option_name {
    WAIT,
    MODEL,
    WORKERS,
    LISTEN,
    V6ONLY,
    BACKLOG,
    PORTFILE,
    ACCEPT,
    BODY,
    BODYFILE,
    BIG,
    SLOW_MS,
    SLOW_UNTIL,
    START_MS,
    BLOCK_SIGNALS,
    ONE_ALTSTACK,
    HUP,
    FAIL,
    CLOSE,
    PASS,
    PRINT_FDS,
    SERVE_FD,
    DAEMONIZE,
    SANDBOX,
    NOTIFY
};

#define VALUE(name, id)                   \
    {                                     \
        name, required_argument, NULL, id \
    }
#define FLAG(name, id)              \
    {                               \
        name, no_argument, NULL, id \
    }

static const struct option options[] = {
    VALUE("wait", WAIT),
    VALUE("model", MODEL),
    VALUE("workers", WORKERS),
    VALUE("listen", LISTEN),
    VALUE("v6only", V6ONLY),
    VALUE("backlog", BACKLOG),
    VALUE("portfile", PORTFILE),
    VALUE("accept", ACCEPT),
    VALUE("body", BODY),
    VALUE("bodyfile", BODYFILE),
    VALUE("big", BIG),
    VALUE("slow-ms", SLOW_MS),
    VALUE("slow-until", SLOW_UNTIL),
    VALUE("start-ms", START_MS),
    FLAG("block-signals", BLOCK_SIGNALS),
    FLAG("one-altstack", ONE_ALTSTACK),
    VALUE("hup", HUP),
    VALUE("fail", FAIL),
    VALUE("close", CLOSE),
    VALUE("pass", PASS),
    FLAG("print-fds", PRINT_FDS),
    VALUE("serve-fd", SERVE_FD),
    VALUE("daemonize", DAEMONIZE),
    VALUE("sandbox", SANDBOX),
    VALUE("notify", NOTIFY),
    {NULL, 0, NULL, 0},
};

static void set_choice(enum option_name name, const char *value)
{
    switch (name) {
    case WAIT:
        set_way(value);
        break;
    case MODEL:
        config.model = (enum model)choice(models, value);
        break;
    case ACCEPT:
        config.accepting = (enum accepting)choice(acceptings, value);
        break;
    case HUP:
        config.hup = (enum hup)choice(hups, value);
        break;
    case FAIL:
        set_fault(value);
        break;
    case SANDBOX:
        config.sandbox = (enum sandbox)choice(sandboxes, value);
        break;
    case CLOSE:
        config.closing = (enum closing)choice(closings, value);
        break;
    case PASS:
        config.pass = (enum pass)choice(passes, value);
        break;
    default:
        usage();
    }
}

static void set_text(enum option_name name, char *value)
{
    switch (name) {
    case LISTEN:
        add_listen(value);
        break;
    case PORTFILE:
        config.portfile = value;
        break;
    case BODY:
        config.body = value;
        break;
    case BODYFILE:
        read_body(value);
        break;
    case BLOCK_SIGNALS:
        config.block_signals = true;
        break;
    case ONE_ALTSTACK:
        config.one_altstack = true;
        break;
    case PRINT_FDS:
        config.print_fds = true;
        break;
    case SLOW_UNTIL:
        config.slow_until = value;
        break;
    case NOTIFY:
        config.notify = value;
        break;
    default:
        set_choice(name, value);
    }
}

static void set_option(enum option_name name, char *value)
{
    switch (name) {
    case WORKERS:
        set_workers(number(value));
        break;
    case V6ONLY:
        config.v6only = (int)number(value);
        break;
    case BACKLOG:
        config.backlog = (int)number(value);
        break;
    case BIG:
        config.big_bytes = number(value);
        break;
    case SLOW_MS:
        config.slow_ms = number(value);
        break;
    case START_MS:
        config.start_ms = number(value);
        break;
    case DAEMONIZE:
        config.daemonize = number(value);
        break;
    case SERVE_FD:
        config.serve_fd = (int)number(value);
        break;
    default:
        set_text(name, value);
    }
}

void options_parse(int argc, char **argv)
{
    int opt;

    while ((opt = getopt_long(argc, argv, "", options, NULL)) != -1) {
        if (opt == '?')
            usage();
        set_option((enum option_name)opt, optarg);
    }
    if (optind != argc || (config.listen_count == 0 && config.serve_fd == -1))
        usage();
    if (config.pass != PASS_NONE && config.model != MODEL_SINGLE)
        errx(2, "--pass needs --model single");
    if (config.hup == HUP_SIGNALFD && (config.way->wait == NULL || config.way->shared))
        errx(2, "--hup signalfd needs a wait set of the worker's own");
}
