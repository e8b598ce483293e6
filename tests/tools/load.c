/* SPDX-License-Identifier: ISC */
/*
 * load: concurrent clients that open a connection for every request and never try twice.
 * Exit status: 0 all answers were right, 1 some were not or it took too long, 2 usage.
 */
#include "load_clock.h"
#include "load_stats.h"

#include <err.h>
#include <getopt.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { CLIENTS_MAX = 1000 };

static struct target target;
static atomic_bool stop;
static atomic_ulong started; /* requests: the clients share -n and -r */
static double seconds_a_request;

static unsigned clients = 8;
static unsigned long wanted = 1;
static double seconds_max = 120;
static const char *until, *failures;

static _Noreturn void usage(void)
{
    fprintf(stderr,
            "usage: load [-c clients] [-n min-requests] [-t max-seconds] [-r per-second]\n"
            "            [-p path | --send BYTES] [--expect REGEX]\n"
            "            [--udp [--acknowledge BYTES] | --tls]\n"
            "            [--pause FILE] [--until FILE] [--failures FILE]\n"
            "            HOST PORT | unix:PATH\n"
            "BYTES may hold \\r, \\n, \\\\ and \\xHH. With --pause half of a request is\n"
            "held back until FILE exists. With --acknowledge the answer may come from another\n"
            "port, and these bytes go there.\n");
    exit(2);
}

/* On the running clock: what the machine stands still is nobody's time, and not to be caught up. */
static void sleep_until(double when)
{
    for (double left; (left = when - clock_running()) > 0;) {
        struct timespec ts = {.tv_sec = (time_t)left};
        ts.tv_nsec = (long)((left - (double)ts.tv_sec) * 1e9);
        nanosleep(&ts, NULL);
    }
}

/* A failure is followed by a pause: a dead server must not turn into a busy loop. */
static void *client_run(void *arg)
{
    unsigned id = (unsigned)(uintptr_t)arg;
    double begin = clock_running();
    struct answer answer;

    while (!atomic_load(&stop)) {
        unsigned long turn = atomic_fetch_add(&started, 1);
        if (until == NULL && turn >= wanted)
            break;
        if (seconds_a_request > 0)
            sleep_until(begin + seconds_a_request * (double)turn);
        double begun = clock_running();
        enum outcome outcome = request_run(&target, id, &answer);
        stats_add(outcome, begun, &answer);
        if (outcome != OK)
            sleep_until(clock_running() + 0.005);
    }
    return NULL;
}

static void clients_start(pthread_t threads[])
{
    for (unsigned i = 0; i < clients; i++) {
        int rc = pthread_create(&threads[i], NULL, client_run, (void *)(uintptr_t)i);
        if (rc != 0)
            errc(2, rc, "pthread_create");
    }
}

static bool satisfied(void)
{
    return stats_requests() >= wanted && (until == NULL || access(until, F_OK) == 0);
}

/* Returns false if the time is over first. */
static bool clients_watch(void)
{
    double deadline = clock_running() + seconds_max;

    while (!satisfied()) {
        if (clock_running() > deadline) {
            warnx("gave up after %.0f s with %lu requests", seconds_max, stats_requests());
            return false;
        }
        sleep_until(clock_running() + 0.005);
    }
    return true;
}

static bool load_run(void)
{
    pthread_t threads[CLIENTS_MAX];

    running_clock_start();
    stats_begin(failures);
    clients_start(threads);
    bool enough = clients_watch();
    stats_end();
    atomic_store(&stop, true);
    for (unsigned i = 0; i < clients; i++)
        pthread_join(threads[i], NULL);
    return enough;
}

static unsigned long number(const char *text, unsigned long max)
{
    const char *error;
    long long n = strtonum(text, 1, (long long)max, &error);
    if (error != NULL)
        errx(2, "%s: %s", text, error);
    return (unsigned long)n;
}

static void set_question(char *question, size_t len, bool http)
{
    target.question = question;
    target.question_len = len;
    target.http = http;
}

static void set_path(const char *path)
{
    char *question;

    int len =
        asprintf(&question, "GET %s HTTP/1.0\r\nHost: test\r\nConnection: close\r\n\r\n", path);
    if (len < 0)
        err(2, NULL);
    set_question(question, (size_t)len, true);
}

/* The byte that an escape sequence stands for; *text is moved to its last character. */
static char unescape(const char **text)
{
    char *end, hex[3] = "";

    switch (*++*text) {
    case 'r':
        return '\r';
    case 'n':
        return '\n';
    case '\\':
        return '\\';
    case 'x':
        memcpy(hex, *text + 1, strnlen(*text + 1, 2));
        char byte = (char)strtoul(hex, &end, 16);
        if (end == hex + 2) {
            *text += 2;
            return byte;
        }
        /* fall through */
    default:
        errx(2, "bad escape sequence at \"\\%s\"", *text);
    }
}

static char *unescaped(const char *text, size_t *len)
{
    char *bytes = malloc(strlen(text) + 1);

    *len = 0;

    if (bytes == NULL)
        err(2, NULL);
    for (; *text != '\0'; text++)
        bytes[(*len)++] = *text == '\\' ? unescape(&text) : *text;
    return bytes;
}

static void set_bytes(const char *text)
{
    size_t len;
    char *bytes = unescaped(text, &len);
    set_question(bytes, len, false);
}

static void set_expect(const char *pattern)
{
    static regex_t regex;
    if (regcomp(&regex, pattern, REG_EXTENDED | REG_NEWLINE) != 0)
        errx(2, "%s: bad regular expression", pattern);
    target.expect = &regex;
}

static void set_option(int opt)
{
    switch (opt) {
    case 'c':
        clients = (unsigned)number(optarg, CLIENTS_MAX);
        break;
    case 'n':
        wanted = number(optarg, 1000000000);
        break;
    case 't':
        seconds_max = (double)number(optarg, 86400);
        break;
    case 'r':
        seconds_a_request = 1 / (double)number(optarg, 1000000);
        break;
    case 'p':
        set_path(optarg);
        break;
    case 'S':
        set_bytes(optarg);
        break;
    case 'U':
        target.udp = true;
        break;
    case 'A':
        target.acknowledgement = unescaped(optarg, &target.acknowledgement_len);
        break;
    case 'T':
        target.tls = true;
        break;
    case 'P':
        target.pause = optarg;
        break;
    case 'e':
        set_expect(optarg);
        break;
    case 'u':
        until = optarg;
        break;
    case 'F':
        failures = optarg;
        break;
    default:
        usage();
    }
}

int main(int argc, char **argv)
{
    static const struct option options[] = {
        {"send", required_argument, NULL, 'S'},
        {"udp", no_argument, NULL, 'U'},
        {"acknowledge", required_argument, NULL, 'A'},
        {"tls", no_argument, NULL, 'T'},
        {"pause", required_argument, NULL, 'P'},
        {"expect", required_argument, NULL, 'e'},
        {"until", required_argument, NULL, 'u'},
        {"failures", required_argument, NULL, 'F'},
        {NULL, 0, NULL, 0},
    };
    int opt;

    signal(SIGPIPE, SIG_IGN); /* OpenSSL writes without MSG_NOSIGNAL */
    set_path("/");
    while ((opt = getopt_long(argc, argv, "c:n:t:r:p:", options, NULL)) != -1)
        set_option(opt);
    if (optind == argc || argc - optind > 2)
        usage();
    if (!target.http && target.expect == NULL)
        errx(2, "--send needs --expect: it says where an answer ends");
    target_resolve(&target, argv[optind], argv[optind + 1]);
    bool enough = load_run();
    stats_print();
    return enough && stats_failed() == 0 ? 0 : 1;
}
