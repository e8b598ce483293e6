/* SPDX-License-Identifier: ISC */
/* Options are read in a child each time: they stay for the life of a process. */
#include "supervisor/state/options.h"

#include <sys/mman.h>
#include <sys/wait.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "protocol/clock.h"
#include "tap.h"

/* Of the last read. */
static struct {
    struct options options;
    bool good;
    char name[64];    /* options.name, ready_exec, runtime_dir */
    char errors[512]; /* what was written to standard error */
    char left[512];   /* the environment afterwards */
} * last;

static void read_errors(int from)
{
    ssize_t n = read(from, last->errors, sizeof last->errors - 1);

    last->errors[n > 0 ? n : 0] = '\0';
}

static void note_text(const struct options *o)
{
    const char *texts[] = {o->name, o->ready_exec, o->runtime_dir};

    for (int i = 0; i < 3; i++)
        if (texts[i])
            snprintf(last->name, sizeof last->name, "%s", texts[i]);
}

static void child(char **envp)
{
    environ = envp;
    last->good = options_read(&last->options);
    note_text(&last->options);
    for (char **e = environ; last->good && *e; e++)
        strcat(strcat(last->left, *e), " ");
    _exit(0);
}

static bool read_all(char **envp)
{
    int err[2];

    memset(last, 0, sizeof *last);
    if (pipe(err) < 0)
        abort();
    if (fork() == 0) {
        dup2(err[1], STDERR_FILENO);
        child(envp);
    }
    close(err[1]);
    wait(NULL);
    read_errors(err[0]);
    close(err[0]);
    return last->good;
}

static bool read_one(const char *name, const char *value)
{
    char entry[256];
    char *envp[] = {(char[]){"A=1"}, entry, (char[]){"B=2"}, NULL};

    snprintf(entry, sizeof entry, "GRACE_%s=%s", name, value);
    return read_all(envp);
}

static void test_defaults(void)
{
    char *none[] = {NULL};
    const struct options *o = &last->options;

    ok(read_all(none), "without any variable");
    is_int(o->signal, SIGHUP, "HUP");
    ok(o->ready == READY_AUTO, "ready=auto");
    is_int(o->ready_timeout, 60000, "ready-timeout");
    is_int(o->settle, 1000, "settle");
    is_int(o->probation, 0, "probation");
    is_int(o->drain_timeout, 60000, "drain-timeout");
    is_int(o->drain_signal, 0, "drain-signal");
    is_int(o->stop_signal, 0, "stop-signal");
    is_int(o->stop_timeout, 10000, "stop-timeout");
    is_int(o->max_old, 3, "max-old");
    ok(!o->keep_children && !o->name && !o->runtime_dir, "children, name, runtime-dir");
    is_str(last->errors, "", "and nothing is said");
}

#define NUMBER(variable, text, member, number)                                                \
    {                                                                                         \
        variable, text, offsetof(struct options, member), sizeof last->options.member, number \
    }

static const struct {
    const char *name, *value;
    size_t offset, size;
    int64_t want;
} good[] = {
    NUMBER("SIGNAL", "HUP", signal, SIGHUP),
    NUMBER("SIGNAL", "SIGUSR2", signal, SIGUSR2),
    NUMBER("SIGNAL", "usr1", signal, SIGUSR1),
    NUMBER("SIGNAL", "WINCH", signal, SIGWINCH),
    NUMBER("SIGNAL", "12", signal, SIGUSR2),
    NUMBER("READY", "auto", ready, READY_AUTO),
    NUMBER("READY", "notify", ready, READY_NOTIFY),
    NUMBER("READY", "delay=250ms", ready, READY_DELAY),
    NUMBER("READY", "delay=250ms", ready_delay, 250),
    NUMBER("READY", "exec=true", ready, READY_EXEC),
    NUMBER("READY_TIMEOUT", "500ms", ready_timeout, 500),
    NUMBER("READY_TIMEOUT", "none", ready_timeout, CLOCK_NEVER),
    NUMBER("SETTLE", "0", settle, 0),
    NUMBER("SETTLE", "2s", settle, 2000),
    NUMBER("PROBATION", "5s", probation, 5000),
    NUMBER("PROBATION", "0", probation, 0),
    NUMBER("REQUIRE_LISTENERS", "on", require_listeners, true),
    NUMBER("REQUIRE_LISTENERS", "off", require_listeners, false),
    NUMBER("DRAIN_TIMEOUT", "2m", drain_timeout, 120000),
    NUMBER("DRAIN_TIMEOUT", "1h", drain_timeout, 3600000),
    NUMBER("DRAIN_TIMEOUT", "none", drain_timeout, CLOCK_NEVER),
    NUMBER("DRAIN_SIGNAL", "SIGWINCH", drain_signal, SIGWINCH),
    NUMBER("DRAIN_SIGNAL", "none", drain_signal, 0),
    NUMBER("STOP_SIGNAL", "QUIT", stop_signal, SIGQUIT),
    NUMBER("STOP_SIGNAL", "KILL", stop_signal, SIGKILL),
    NUMBER("STOP_SIGNAL", "64", stop_signal, 64),
    NUMBER("STOP_TIMEOUT", "1s", stop_timeout, 1000),
    NUMBER("MAX_OLD", "1", max_old, 1),
    NUMBER("MAX_OLD", "100", max_old, 100),
    NUMBER("CHILDREN", "keep", keep_children, true),
    NUMBER("CHILDREN", "scrub", keep_children, false),
};

static int64_t member(size_t i)
{
    const char *at = (const char *)&last->options + good[i].offset;
    int64_t wide;
    int narrow;

    if (good[i].size == 1)
        return *(const bool *)at;
    memcpy(&narrow, at, sizeof narrow);
    if (good[i].size == sizeof narrow)
        return narrow;
    memcpy(&wide, at, sizeof wide);
    return wide;
}

static void test_good(void)
{
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        ok(read_one(good[i].name, good[i].value), "GRACE_%s=%s", good[i].name, good[i].value);
        is_int(member(i), good[i].want, "is understood");
        is_str(last->left, "A=1 B=2 ", "and the server does not see it");
    }
}

static void test_text(void)
{
    ok(read_one("NAME", "shop-2") && strcmp(last->name, "shop-2") == 0, "GRACE_NAME");
    ok(read_one("READY", "exec=curl -f x") && strcmp(last->name, "curl -f x") == 0, "GRACE_READY");
    ok(read_one("RUNTIME_DIR", "/tmp") && strcmp(last->name, "/tmp") == 0, "GRACE_RUNTIME_DIR");
    ok(read_one("RUNTIME_DIR", "") && last->name[0] == '\0', "an empty one is none");
    ok(read_one("LOG", "stderr"), "GRACE_LOG=stderr");
    ok(read_one("LOG", "syslog"), "GRACE_LOG=syslog");
    ok(read_one("LOG", "/dev/null"), "GRACE_LOG=/dev/null");
    for (const char *level = "error\0warning\0info\0debug\0"; *level; level += strlen(level) + 1)
        ok(read_one("LOG_LEVEL", level), "GRACE_LOG_LEVEL=%s", level);
}

static const struct {
    const char *name, *value, *allowed;
} bad[] = {
    {"SIGNAL", "", "one of HUP"},
    {"SIGNAL", "TERM", "one of HUP"},
    {"SIGNAL", "KILL", "one of HUP"},
    {"SIGNAL", "HUPP", "one of HUP"},
    {"SIGNAL", "0", "one of HUP"},
    {"SIGNAL", "65", "one of HUP"},
    {"READY", "", "auto, notify, delay=DURATION or exec=COMMAND"},
    {"READY", "Auto", "auto"},
    {"READY", "delay=", "auto"},
    {"READY", "delay=none", "auto"},
    {"READY", "exec=", "auto"},
    {"READY", "delay=60s", "a delay shorter than GRACE_READY_TIMEOUT"},
    {"READY_TIMEOUT", "", "a duration"},
    {"READY_TIMEOUT", "0", "a duration such as 500ms, 10s, 2m or none, but not 0"},
    {"READY_TIMEOUT", "5", "a duration"},
    {"READY_TIMEOUT", "s", "a duration"},
    {"READY_TIMEOUT", "-1s", "a duration"},
    {"READY_TIMEOUT", " 1s", "a duration"},
    {"READY_TIMEOUT", "1s ", "a duration"},
    {"READY_TIMEOUT", "1.5s", "a duration"},
    {"READY_TIMEOUT", "1d", "a duration"},
    {"READY_TIMEOUT", "99999999999999999999s", "a duration"},
    {"SETTLE", "none", "a duration"},
    {"SETTLE", "x", "a duration"},
    {"PROBATION", "x", "a duration"},
    {"PROBATION", "none", "a duration such as 500ms, 10s or 2m"},
    {"DRAIN_TIMEOUT", "never", "a duration"},
    {"DRAIN_SIGNAL", "FOO", "a signal such as QUIT, WINCH or USR1, but not KILL or STOP, or none"},
    {"DRAIN_SIGNAL", "", "a signal"},
    {"DRAIN_SIGNAL", "HUP", "another signal than the one for a restart"},
    {"DRAIN_SIGNAL", "KILL", "a signal"},
    {"DRAIN_SIGNAL", "19", "a signal"},
    {"STOP_SIGNAL", "FOO", "a signal"},
    {"STOP_SIGNAL", "", "a signal"},
    {"STOP_TIMEOUT", "10", "a duration"},
    {"MAX_OLD", "0", "a number from 1 to 100"},
    {"MAX_OLD", "101", "a number from 1 to 100"},
    {"MAX_OLD", "1x", "a number from 1 to 100"},
    {"MAX_OLD", "", "a number from 1 to 100"},
    {"CHILDREN", "yes", "scrub or keep"},
    {"NAME", "", "printable"},
    {"NAME", "a b", "printable"},
    {"NAME", "a/b", "printable"},
    {"NAME", "1a", "printable"},
    {"LOG", "file", "stderr, syslog or an absolute path"},
    {"LOG", "", "stderr, syslog or an absolute path"},
    {"LOG_LEVEL", "loud", "error, warning, info or debug"},
    {"RUNTIME_DIR", "run", "an absolute path"},
};

static void test_bad(void)
{
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        char want[256];

        ok(!read_one(bad[i].name, bad[i].value), "GRACE_%s='%s'", bad[i].name, bad[i].value);
        snprintf(want, sizeof want, "grace: GRACE_%s=%s: the value must be %s", bad[i].name,
                 bad[i].value, bad[i].allowed);
        ok(strncmp(last->errors, want, strlen(want)) == 0,
           "names variable, value and what is allowed");
        ok(strchr(last->errors, '\n') == last->errors + strlen(last->errors) - 1, "in one line");
    }
}

static void test_others(void)
{
    ok(read_one("DRIAN_TIMEOUT", "1s"), "an unknown variable is no error");
    ok(strstr(last->errors, "GRACE_DRIAN_TIMEOUT"), "but is named");
    ok(read_one("PRELOADED", "x") && strstr(last->errors, "GRACE_PRELOADED"), "so is this");
    is_str(last->left, "A=1 B=2 ", "and taken away");
}

int main(void)
{
    last = mmap(NULL, sizeof *last, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (last == MAP_FAILED)
        abort();
    test_defaults();
    test_good();
    test_text();
    test_bad();
    test_others();
    return done();
}
