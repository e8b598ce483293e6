/* SPDX-License-Identifier: ISC */
#include "supervisor/state/option_values.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "protocol/clock.h"
#include "protocol/duration.h"
#include "protocol/envp.h"
#include "supervisor/state/signal_name.h"

static const char DURATION[] = "a duration such as 500ms, 10s, 2m or none";
static const char LIMITED[] = "a duration such as 500ms, 10s or 2m";

static bool parse_number(const char *text, long least, long most, long *number)
{
    char *end;

    errno = 0;
    *number = strtol(text, &end, 10);
    return isdigit((unsigned char)*text) && *end == '\0' && errno == 0 && *number >= least &&
           *number <= most;
}

static bool set_signal(struct options *o, const char *text)
{
    int sig;

    if (!signal_parse(text, &sig))
        return false;
    o->signal = sig;
    return sig == SIGHUP || sig == SIGUSR1 || sig == SIGUSR2 || sig == SIGWINCH || sig == SIGQUIT ||
           sig == SIGALRM || sig == SIGPWR || sig == SIGURG;
}

static const char mode_names[][12] = {
    [MODE_AUTO] = "auto", [MODE_OVERLAP] = "overlap", [MODE_SEQUENTIAL] = "sequential"};

const char *options_mode_name(enum mode mode)
{
    return mode_names[mode];
}

static bool set_mode(struct options *o, const char *text)
{
    for (unsigned i = 0; i < sizeof mode_names / sizeof mode_names[0]; i++)
        if (strcmp(text, mode_names[i]) == 0) {
            o->mode = (enum mode)i;
            return true;
        }
    return false;
}

static bool set_ready(struct options *o, const char *text)
{
    o->ready_text = text;
    if (strcmp(text, "auto") == 0) {
        o->ready = READY_AUTO;
    } else if (strcmp(text, "notify") == 0) {
        o->ready = READY_NOTIFY;
    } else if (strncmp(text, "delay=", 6) == 0) {
        o->ready = READY_DELAY;
        return duration_parse(text + 6, &o->ready_delay) && o->ready_delay != CLOCK_NEVER;
    } else if (strncmp(text, "exec=", 5) == 0 && text[5] != '\0') {
        o->ready = READY_EXEC;
        o->ready_exec = text + 5;
    } else {
        return false;
    }
    return true;
}

/* Nothing is ready at once. */
static bool set_ready_timeout(struct options *o, const char *text)
{
    return duration_parse(text, &o->ready_timeout) && o->ready_timeout != 0;
}

static bool set_settle(struct options *o, const char *text)
{
    return duration_parse(text, &o->settle) && o->settle != CLOCK_NEVER;
}

/* Without a limit the old generation would never go, and no further restart begin. */
static bool set_probation(struct options *o, const char *text)
{
    return duration_parse(text, &o->probation) && o->probation != CLOCK_NEVER;
}

static bool set_require_listeners(struct options *o, const char *text)
{
    o->require_listeners = strcmp(text, "on") == 0;
    return o->require_listeners || strcmp(text, "off") == 0;
}

static bool set_drain_timeout(struct options *o, const char *text)
{
    return duration_parse(text, &o->drain_timeout);
}

/* These end or stop it without being its own. */
static bool set_drain_signal(struct options *o, const char *text)
{
    o->drain_signal = 0;
    return strcmp(text, "none") == 0 || (signal_parse(text, &o->drain_signal) &&
                                         o->drain_signal != SIGKILL && o->drain_signal != SIGSTOP);
}

static bool set_stop_signal(struct options *o, const char *text)
{
    o->stop_signal = SIGKILL;
    return strcmp(text, "none") == 0 || signal_parse(text, &o->stop_signal);
}

static bool set_stop_timeout(struct options *o, const char *text)
{
    return duration_parse(text, &o->stop_timeout);
}

static bool set_max_old(struct options *o, const char *text)
{
    long number;

    if (!parse_number(text, 1, 100, &number))
        return false;
    o->max_old = (int)number;
    return true;
}

static bool set_workers(struct options *o, const char *text)
{
    long number;

    if (!parse_number(text, 1, OPTIONS_WORKERS, &number))
        return false;
    o->workers = (int)number;
    return true;
}

/* More often it would do nothing else. */
static bool set_max_age(struct options *o, const char *text)
{
    return duration_parse(text, &o->max_age) && o->max_age >= 1000;
}

/* "on", "off", N or N/T. */
static bool set_respawn(struct options *o, const char *text)
{
    static char both[64];
    size_t n = strcspn(text, "/");
    char number[8] = "5";
    long starts = 0;

    if (strcmp(text, "off") == 0) {
        o->respawns = 0;
        return true;
    }
    if (strcmp(text, "on") != 0) {
        if (n >= sizeof number)
            return false;
        *(char *)mempcpy(number, text, n) = '\0';
    }
    snprintf(both, sizeof both, "%s/%s", number, text[n] == '/' ? text + n + 1 : "60s");
    o->respawn = both;
    if (!parse_number(number, 1, OPTIONS_RESPAWNS, &starts))
        return false;
    o->respawns = (int)starts;
    return duration_parse(strchr(both, '/') + 1, &o->respawn_within) && o->respawn_within >= 1000;
}

static bool set_before_restart(struct options *o, const char *text)
{
    o->before_restart = text;
    return *text != '\0';
}

static bool set_on_event(struct options *o, const char *text)
{
    o->on_event = text;
    return *text != '\0';
}

static bool set_envdir(struct options *o, const char *text)
{
    o->envdir = text;
    return text[0] == '/';
}

static bool set_user(struct options *o, const char *text)
{
    const char *colon = strchr(text, ':');

    o->user = text;
    return *text != '\0' && colon != text && (!colon || colon[1] != '\0');
}

static bool set_nice(struct options *o, const char *text)
{
    bool below = *text == '-';
    long number;

    if (!parse_number(text + below, 0, below ? 20 : 19, &number))
        return false;
    o->nice = (int)(below ? -number : number);
    return true;
}

static bool set_keep_alive(struct options *o, const char *text)
{
    o->keep_alive = strcmp(text, "close") == 0 ? KEEP_ALIVE_CLOSE : KEEP_ALIVE_OFF;
    return o->keep_alive != KEEP_ALIVE_OFF || strcmp(text, "off") == 0;
}

static bool set_children(struct options *o, const char *text)
{
    o->keep_children = strcmp(text, "keep") == 0;
    return o->keep_children || strcmp(text, "scrub") == 0;
}

static bool set_fd_store(struct options *o, const char *text)
{
    static const char names[][5] = {
        [FD_STORE_AUTO] = "auto", [FD_STORE_ON] = "on", [FD_STORE_OFF] = "off"};

    for (unsigned i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strcmp(text, names[i]) == 0) {
            o->fd_store = (enum fd_store)i;
            return true;
        }
    return false;
}

static bool set_chdir(struct options *o, const char *text)
{
    o->chdir = text;
    return *text != '\0';
}

static bool set_name(struct options *o, const char *text)
{
    o->name = text;
    for (const char *p = text; *p; p++)
        if (!isgraph((unsigned char)*p) || *p == '/')
            return false;
    return *text != '\0' && !isdigit((unsigned char)*text);
}

static bool is_path_of_file(const char *text)
{
    return text[0] == '/' && strlen(text) < PATH_MAX - sizeof ".grace" &&
           text[strlen(text) - 1] != '/';
}

static bool set_pidfile(struct options *o, const char *text)
{
    o->pidfile = text;
    return is_path_of_file(text);
}

static bool set_own_pidfile(struct options *o, const char *text)
{
    o->own_pidfile = text;
    return is_path_of_file(text);
}

static bool set_term(struct options *o, const char *text)
{
    o->term_drains = strcmp(text, "drain") == 0;
    return o->term_drains || strcmp(text, "pass") == 0;
}

/* Empty counts as unset, as with XDG_RUNTIME_DIR. */
static bool set_runtime_dir(struct options *o, const char *text)
{
    o->runtime_dir = *text ? text : NULL;
    return *text == '/' || *text == '\0';
}

static bool set_log(struct options *o, const char *text)
{
    o->log = text;
    return strcmp(text, "stderr") == 0 || strcmp(text, "syslog") == 0 || text[0] == '/';
}

static bool set_log_level(struct options *o, const char *text)
{
    static const char names[][8] = {"error", "warning", "info", "debug"};

    for (unsigned i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strcmp(text, names[i]) == 0) {
            o->log_level = (enum log_level)i;
            return true;
        }
    return false;
}

static const struct variable {
    const char *name;
    bool (*set)(struct options *o, const char *text);
    const char *allowed;
} variables[] = {
    {"GRACE_SIGNAL", set_signal, "one of HUP, USR1, USR2, QUIT, WINCH, ALRM, PWR, URG"},
    {"GRACE_MODE", set_mode, "auto, overlap or sequential"},
    {"GRACE_READY", set_ready, "auto, notify, delay=DURATION or exec=COMMAND"},
    {"GRACE_READY_TIMEOUT", set_ready_timeout,
     "a duration such as 500ms, 10s, 2m or none, but not 0"},
    {"GRACE_SETTLE", set_settle, LIMITED},
    {"GRACE_PROBATION", set_probation, LIMITED},
    {"GRACE_REQUIRE_LISTENERS", set_require_listeners, "on or off"},
    {"GRACE_DRAIN_TIMEOUT", set_drain_timeout, DURATION},
    {"GRACE_KEEPALIVE", set_keep_alive, "off or close"},
    {"GRACE_DRAIN_SIGNAL", set_drain_signal,
     "a signal such as QUIT, WINCH or USR1, but not KILL or STOP, or none"},
    {"GRACE_TERM", set_term, "pass or drain"},
    {"GRACE_STOP_SIGNAL", set_stop_signal, "a signal such as TERM, QUIT or 12, or none"},
    {"GRACE_STOP_TIMEOUT", set_stop_timeout, DURATION},
    {"GRACE_MAX_OLD", set_max_old, "a number from 1 to 100"},
    {"GRACE_WORKERS", set_workers, "a number from 1 to 64"},
    {"GRACE_MAX_AGE", set_max_age, "a duration of 1s at least, such as 90s or 24h, or none"},
    {"GRACE_RESPAWN", set_respawn,
     "on, off, or a number of starts from 1 to 100 and, after a /, a duration of 1s at least, such "
     "as 5/60s"},
    {"GRACE_BEFORE_RESTART", set_before_restart, "a command"},
    {"GRACE_ON_EVENT", set_on_event, "a command"},
    {"GRACE_ENVDIR", set_envdir, "the absolute path of a directory"},
    {"GRACE_USER", set_user, "a user, or user:group"},
    {"GRACE_NICE", set_nice, "a number from -20 to 19"},
    {"GRACE_CHILDREN", set_children, "scrub or keep"},
    {"GRACE_FD_STORE", set_fd_store, "auto, on or off"},
    {"GRACE_CHDIR", set_chdir, "the path of a directory"},
    {"GRACE_PIDFILE", set_pidfile, "an absolute path"},
    {"GRACE_SUPERVISOR_PIDFILE", set_own_pidfile, "an absolute path"},
    {"GRACE_NAME", set_name, "printable characters without blanks and '/', the first no digit"},
    {"GRACE_LOG", set_log, "stderr, syslog or an absolute path"},
    {"GRACE_LOG_LEVEL", set_log_level, "error, warning, info or debug"},
    {"GRACE_RUNTIME_DIR", set_runtime_dir, "an absolute path"},
};

static const struct variable *find(const char *entry)
{
    for (size_t i = 0; i < sizeof variables / sizeof variables[0]; i++)
        if (envp_value(entry, variables[i].name))
            return &variables[i];
    return NULL;
}

bool option_values_set(struct options *o, const char *entry)
{
    const struct variable *variable = find(entry);
    const char *text = strchr(entry, '=') + 1;

    if (!variable) {
        log_line(LEVEL_WARNING, "unknown variable %.*s is ignored: see libgrace(7) for the names",
                 (int)strcspn(entry, "="), entry);
        return true;
    }
    if (variable->set(o, text))
        return true;
    fprintf(stderr, "grace: %s=%s: the value must be %s\n", variable->name, text,
            variable->allowed);
    return false;
}
