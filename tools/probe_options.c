/* SPDX-License-Identifier: ISC */
#include "probe_options.h"

#include <sys/resource.h>

#include <err.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command_line/option.h"
#include "probe_request.h"

enum {
    CLIENTS_MOST = 1000000,
    RATE_MOST = 10000000,
    TIMES_MOST = 10000,
    OTHER_FILES = 32, /* that are open besides connections */
};

enum {
    OPTION_RATE = 256,
    OPTION_RESTART,
    OPTION_RESTART_COMMAND,
    OPTION_TIMES,
    OPTION_PAUSE,
    OPTION_RESTART_TIMEOUT,
    OPTION_HOLD,
    OPTION_TIMEOUT,
    OPTION_EXPECT,
    OPTION_VERSION_REGEX,
    OPTION_DATA,
    OPTION_SEND,
    OPTION_ACKNOWLEDGE,
    OPTION_SLOW_PATH,
    OPTION_READY_FILE,
};

static const struct option longs[] = {
    {"clients", required_argument, NULL, 'c'},
    {"duration", required_argument, NULL, 'd'},
    {"requests", required_argument, NULL, 'n'},
    {"header", required_argument, NULL, 'H'},
    {"output", required_argument, NULL, 'o'},
    {"quiet", no_argument, NULL, 'q'},
    {"rate", required_argument, NULL, OPTION_RATE},
    {"restart", required_argument, NULL, OPTION_RESTART},
    {"restart-command", required_argument, NULL, OPTION_RESTART_COMMAND},
    {"times", required_argument, NULL, OPTION_TIMES},
    {"pause", required_argument, NULL, OPTION_PAUSE},
    {"restart-timeout", required_argument, NULL, OPTION_RESTART_TIMEOUT},
    {"hold", required_argument, NULL, OPTION_HOLD},
    {"timeout", required_argument, NULL, OPTION_TIMEOUT},
    {"expect", required_argument, NULL, OPTION_EXPECT},
    {"version-regex", required_argument, NULL, OPTION_VERSION_REGEX},
    {"data", required_argument, NULL, OPTION_DATA},
    {"send", required_argument, NULL, OPTION_SEND},
    {"acknowledge", required_argument, NULL, OPTION_ACKNOWLEDGE},
    {"slow-path", required_argument, NULL, OPTION_SLOW_PATH},
    {"ready-file", required_argument, NULL, OPTION_READY_FILE},
    {"help", no_argument, NULL, 'h'},
    {0},
};

/* What plays a part only while the command line is read. */
struct reading {
    struct probe_options *options;
    struct request_words words;
    bool duration_given, times_given;
};

static uint64_t number(const char *text, long long most)
{
    const char *error;
    long long n = strtonum(text, 1, most, &error);

    if (error != NULL)
        option_error("%s '%s' isn't a number from 1 to %lld", option_typed(), text, most);
    return (uint64_t)n;
}

static int64_t nanoseconds(const char *text)
{
    int64_t ms = option_duration(text);

    return ms >= PLAN_NEVER / 1000000 ? PLAN_NEVER : ms * 1000000;
}

static const regex_t *regex(const char *text)
{
    const char *why;
    const regex_t *compiled = judge_compile(text, &why);

    if (compiled == NULL)
        option_error("%s '%s' isn't a regular expression: %s", option_typed(), text, why);
    return compiled;
}

/* KIND=N, or N alone for new connections. */
static void read_clients(struct plan *plan, char *word)
{
    char *equals = strchr(word, '=');
    enum kind kind = KIND_NEW;

    if (equals != NULL) {
        *equals = '\0';
        while (kind < KINDS && strcmp(kind_name(kind), word) != 0)
            kind++;
        if (kind == KINDS)
            option_error("%s '%s' isn't new, keep-alive, slow, idle, silent, half or connect",
                         option_typed(), word);
    }
    plan->clients[kind] = (unsigned)number(equals != NULL ? equals + 1 : word, CLIENTS_MOST);
}

static void read_all_clients(struct plan *plan, char *list)
{
    char *word;

    memset(plan->clients, 0, sizeof(plan->clients));
    while ((word = strsep(&list, ",")) != NULL)
        read_clients(plan, word);
}

static void read_header(struct reading *reading, const char *line)
{
    char *headers;

    if (strchr(line, ':') == NULL || strpbrk(line, "\r\n") != NULL)
        option_error("%s '%s' isn't NAME: VALUE", option_typed(), line);
    if (asprintf(&headers, "%s%s\r\n", reading->words.headers, line) < 0)
        err(1, NULL);
    reading->words.headers = headers;
}

static void read_output(struct probe_options *options, char *word)
{
    char *equals = strchr(word, '=');

    if (equals != NULL)
        *equals++ = '\0';
    report_write *write = report_find(word);
    if (write == NULL)
        option_error("%s '%s' isn't text, chart, json, tap, junit or svg", option_typed(), word);
    if (equals != NULL && *equals == '\0')
        option_error("%s %s= has no file", option_typed(), word);
    if (options->outputs_used == OUTPUTS_MAX)
        option_error("%s can be given %d times", option_typed(), OUTPUTS_MAX);
    options->outputs[options->outputs_used++] =
        (struct output){.format = word, .path = equals, .write = write};
}

static void read_restart_option(struct reading *reading, int c)
{
    struct plan *plan = &reading->options->plan;

    switch (c) {
    case OPTION_RESTART:
        reading->options->restart_target = optarg;
        break;
    case OPTION_RESTART_COMMAND:
        reading->options->restart_command = optarg;
        break;
    case OPTION_TIMES:
        plan->times = (unsigned)number(optarg, TIMES_MOST);
        reading->times_given = true;
        break;
    case OPTION_PAUSE:
        plan->pause = nanoseconds(optarg);
        break;
    default:
        plan->restart_timeout = nanoseconds(optarg);
        break;
    }
}

static void read_request_option(struct reading *reading, int c)
{
    struct plan *plan = &reading->options->plan;

    switch (c) {
    case OPTION_EXPECT:
        plan->judge.expect = regex(optarg);
        break;
    case OPTION_VERSION_REGEX:
        plan->judge.version = regex(optarg);
        break;
    case OPTION_DATA:
        reading->words.data = optarg;
        break;
    case OPTION_SEND:
        reading->words.send = optarg;
        break;
    case OPTION_ACKNOWLEDGE:
        reading->words.acknowledge = optarg;
        break;
    case OPTION_SLOW_PATH:
        reading->words.slow_path = optarg;
        break;
    default:
        read_header(reading, optarg);
        break;
    }
}

static void read_option(struct reading *reading, int c)
{
    struct plan *plan = &reading->options->plan;

    switch (c) {
    case 'c':
        read_all_clients(plan, optarg);
        break;
    case 'd':
        plan->duration = nanoseconds(optarg);
        reading->duration_given = true;
        break;
    case 'n':
        plan->requests = number(optarg, INT64_MAX);
        break;
    case 'o':
        read_output(reading->options, optarg);
        break;
    case 'q':
        plan->live = false;
        break;
    case OPTION_RATE:
        plan->rate = number(optarg, RATE_MOST);
        break;
    case OPTION_HOLD:
        plan->hold = nanoseconds(optarg);
        break;
    case OPTION_TIMEOUT:
        plan->timeout = nanoseconds(optarg);
        break;
    case OPTION_READY_FILE:
        plan->ready = fopen(optarg, "ae");
        if (plan->ready == NULL)
            option_error("%s %s: %s", option_typed(), optarg, strerror(errno));
        break;
    case OPTION_RESTART:
    case OPTION_RESTART_COMMAND:
    case OPTION_TIMES:
    case OPTION_PAUSE:
    case OPTION_RESTART_TIMEOUT:
        read_restart_option(reading, c);
        break;
    default:
        read_request_option(reading, c);
        break;
    }
}

/* A server that speaks first is asked once on a connection. */
static bool speaks_first(const struct reading *reading)
{
    return reading->options->plan.address.plain && reading->words.send == NULL;
}

static void default_clients(const struct reading *reading)
{
    struct plan *plan = &reading->options->plan;

    if (plan_clients(plan) > 0)
        return;
    plan->clients[KIND_NEW] = 8;
    if (plan->address.type == SOCK_STREAM && !speaks_first(reading))
        plan->clients[KIND_KEEP_ALIVE] = 4;
}

static void check_clients(const struct reading *reading)
{
    const struct plan *plan = &reading->options->plan;
    const unsigned steady = KIND_BIT(KIND_NEW) | KIND_BIT(KIND_KEEP_ALIVE);
    const unsigned unasked =
        KIND_BIT(KIND_NEW) | KIND_BIT(KIND_SLOW) | KIND_BIT(KIND_SILENT) | KIND_BIT(KIND_CONNECT);

    if (speaks_first(reading) && !plan_only(plan, unasked))
        option_error("--clients: without --send there are new, slow, silent and connect only");
    if (plan->address.type == SOCK_DGRAM && !plan_only(plan, steady | KIND_BIT(KIND_SLOW)))
        option_error("--clients: of datagrams there are new, keep-alive and slow only");
    if (plan->rate != 0 && !plan_only(plan, steady))
        option_error("--rate is for new and keep-alive clients only; see --clients");
}

/* As many connections as the administrator allows, if that is enough. */
static void check_descriptors(const struct plan *plan)
{
    struct rlimit limit;
    rlim_t needed = (rlim_t)plan_clients(plan) + OTHER_FILES;

    getrlimit(RLIMIT_NOFILE, &limit);
    if (needed > limit.rlim_max)
        option_error("--clients needs %llu descriptors, of which %llu are allowed: raise that with "
                     "ulimit -Hn",
                     (unsigned long long)needed, (unsigned long long)limit.rlim_max);
    if (needed > limit.rlim_cur) {
        limit.rlim_cur = needed;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
}

static void check_restart(const struct reading *reading)
{
    const struct probe_options *options = reading->options;
    bool restarts = options->restart_target != NULL || options->restart_command != NULL;

    if (options->restart_target != NULL && options->restart_command != NULL)
        option_error("--restart and --restart-command are two ways to do the same; give one");
    if (!restarts && reading->times_given)
        option_error("--times needs --restart or --restart-command");
    if (options->plan.pause == PLAN_NEVER)
        option_error("--pause 'none' would never end");
}

static void set_address(struct plan *plan, const char *url)
{
    if (url == NULL)
        option_error("URL is missing: http://HOST:PORT/PATH, or another address");
    plan->url = url;
    const char *wrong = address_read(&plan->address, url);
    if (wrong != NULL)
        option_error("'%s': %s", url, wrong);
}

static void set_duration(const struct reading *reading)
{
    const struct probe_options *options = reading->options;

    if (!reading->duration_given && options->plan.requests == 0 &&
        options->restart_target == NULL && options->restart_command == NULL)
        reading->options->plan.duration = 10000000000;
}

void probe_options_read(struct probe_options *options, int argc, char **argv)
{
    static char no_headers[] = "";
    struct reading reading = {.options = options, .words.headers = no_headers};
    int c;

    *options = (struct probe_options){.plan = {.duration = PLAN_NEVER,
                                               .hold = 1000000000,
                                               .timeout = 10000000000,
                                               .pause = 1000000000,
                                               .restart_timeout = 120000000000,
                                               .times = 1,
                                               .live = true}};
    while ((c = option_next(argc, argv, ":c:d:n:H:o:qh", longs)) != -1)
        read_option(&reading, c);
    set_address(&options->plan, option_argument(argc, argv));
    default_clients(&reading);
    check_clients(&reading);
    check_restart(&reading);
    check_descriptors(&options->plan);
    request_plan(&options->plan, &reading.words);
    set_duration(&reading);
}
