/* SPDX-License-Identifier: ISC */
#include "check_program/known.h"

#include <limits.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#define BY_ITSELF \
    ": grace finds that out at the first restart, and from then on ends the old one first"

/* Every row is proved by the test of this name in tests/daemons, or stands in docs/limits.md.  With
 * an argument it counts if that is given; "!-N": if it isn't. */
static const struct row {
    const char *name, *argument;
    enum severity severity;
    const char *text, *remedy;
} rows[] = {
    {"beanstalkd", NULL, FINDING_NOTE, "starts each version with empty tubes", ""},
    {"dnsmasq", NULL, FINDING_WARNING, "writes its file of leases though another one does, too",
     "--mode sequential, if it serves DHCP"},
    {"dovecot", NULL, FINDING_WARNING, "has services that keep connections to each other",
     "--drain-timeout 5s, for instance"},
    {"erl", "-sname", FINDING_WARNING, "has a name at epmd that a second one can't have",
     "--mode sequential"},
    {"hypnotoad", NULL, FINDING_WARNING, "looks for the process that its pid file names",
     "--pidfile PATH"},
    {"iperf3", NULL, FINDING_WARNING, "has sessions of several connections",
     "--mode sequential, and a short --drain-timeout"},
    {"mariadbd", NULL, FINDING_NOTE, "locks its data" BY_ITSELF, ""},
    {"memcached", NULL, FINDING_NOTE, "starts each version with an empty cache", ""},
    {"mosquitto", NULL, FINDING_NOTE,
     "forgets sessions and retained messages at a restart, unless it has persistence", ""},
    {"named", NULL, FINDING_WARNING, "listens before it has loaded its zones", "--ready notify"},
    {"php", NULL, FINDING_NOTE, "opens its extension sockets with RTLD_DEEPBIND",
     "preload that, too, where it listens by it: see libgrace(7)"},
    {"postgres", NULL, FINDING_WARNING, "listens before it answers queries", "--ready notify"},
    {"postgres", NULL, FINDING_NOTE, "locks its data" BY_ITSELF, ""},
    {"redis-server", NULL, FINDING_WARNING,
     "writes its append-only file though another one does, too, and listens before it has loaded that",
     "--mode sequential; with `supervised systemd` --ready notify"},
    {"rpcbind", NULL, FINDING_NOTE, "locks a file" BY_ITSELF, ""},
    {"searchd", NULL, FINDING_NOTE, "locks its indexes" BY_ITSELF, ""},
    {"squid", "!-N", FINDING_ERROR,
     "executes its worker with another real than effective user, where the loader drops LD_PRELOAD",
     "start it with -N"},
    {"starman", "--daemonize", FINDING_WARNING, "looks for the process of its pid file in /proc",
     "--pidfile PATH"},
    {"tarantool", NULL, FINDING_NOTE, "locks its data" BY_ITSELF, ""},
    {"unshare", "--pid", FINDING_ERROR, "puts the server into a PID namespace of its own",
     "grace inside: unshare --pid --fork grace run -- COMMAND"},
    {"varnishd", NULL, FINDING_WARNING, "empties the working directory of one that runs already",
     "start it by a script that gives each start one of its own: -n DIRECTORY.$$"},
    {"znc", NULL, FINDING_NOTE, "locks its configuration" BY_ITSELF, ""},
};

/* "php8.2" is php. */
static bool is_program(const char *path, const char *name)
{
    const char *base = basename(path);
    size_t n = strlen(name);

    return strncmp(base, name, n) == 0 && base[n + strspn(base + n, "0123456789.")] == '\0';
}

/* "-NY" is -N, too. */
static bool argument_is(const char *argument, const char *option)
{
    return strcmp(argument, option) == 0 ||
           (strlen(option) == 2 && argument[0] == '-' && argument[1] != '-' &&
            strchr(argument, option[1]) != NULL);
}

static bool row_applies(const char *argument, char *const arguments[])
{
    bool without = argument != NULL && *argument == '!', given = false;

    if (argument == NULL)
        return true;
    for (; *arguments != NULL; arguments++)
        given = given || argument_is(*arguments, argument + without);
    return given != without;
}

void known_look(const char *path, char *const arguments[], struct findings *findings)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
        if (is_program(path, rows[i].name) && row_applies(rows[i].argument, arguments))
            findings_add(findings, rows[i].severity, "known", rows[i].remedy, "%s %s", rows[i].name,
                         rows[i].text);
}
