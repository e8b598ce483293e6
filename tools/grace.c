/* SPDX-License-Identifier: ISC */
#include "grace.h"

#include <err.h>
#include <fcntl.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command_line/exit_codes.h"
#include "command_line/option.h"
#include "command_line/suggest.h"

static int cmd_help(int argc, char **argv);

static const struct subcommand commands[] = {
    {"run", cmd_run, EXIT_NOT_RUN, "[options] [--] COMMAND [ARG...]",
     "start a server so that it can be restarted without losing a request",
     "  -s, --signal SIG       restart on this signal (HUP)\n"
     "  -m, --mode MODE        overlap, sequential, auto: what the server's locks need (auto)\n"
     "  --ready HOW            what counts as ready: auto, notify, delay=T, exec=CMD (auto)\n"
     "  --ready-timeout T      give up a new generation that isn't ready by then (60s)\n"
     "  --settle T             wait for listeners that nobody has taken over (1s)\n"
     "  --probation T          roll back if the new one dies within T after ready (0)\n"
     "  --require-listeners    roll back a version that no longer serves an address\n"
     "  --drain-timeout T      cut connections of the old generation after T (60s)\n"
     "  --keep-alive WHAT      when it drains: close (clients go to the new one), off (close)\n"
     "  --drain-signal SIG     the server's own graceful stop, once it accepts no more (none)\n"
     "  --term WHAT            SIGTERM: pass (to the server) or drain, and then end (pass)\n"
     "  --stop-signal SIG      ask an old generation to end with SIG (TERM), or none\n"
     "  --stop-timeout T       SIGKILL what is left T after the stop signal (10s)\n"
     "  --max-old N            draining generations kept (3)\n"
     "  --before-restart CMD   run CMD before each restart; it fails: there is none\n"
     "  --on-event CMD         run CMD for each event: ready, rolled-back, crashed ...\n"
     "  --workers N            run so many copies of it on the same listeners (1)\n"
     "  --max-age T            restart what has served for T (none)\n"
     "  --respawn[=N/T]        start it again when it dies, N times in T at most (off; 5/60s)\n"
     "  --chdir PATH           start in this directory, by its path anew each time\n"
     "  --envdir DIR           variables for it, a file each, read anew each time\n"
     "  --user USER[:GROUP]    run it as this user; grace itself stays root\n"
     "  --nice N               run it with this nice value, -20 to 19\n"
     "  --pidfile PATH         the server's own, to step aside during a restart\n"
     "  --supervisor-pidfile PATH  a pid file of the supervisor, for managers that follow one\n"
     "  --fd-store WHAT        listeners for systemd to keep: on, off, auto: if it says so (auto)\n"
     "  --name NAME            name for status, restart and stop (base name of COMMAND)\n"
     "  --log WHERE            stderr, syslog or an absolute path (stderr)\n"
     "  --log-level LEVEL      error, warning, info or debug (info)\n"
     "T is a duration: 500ms, 10s, 2m or none.\n"},
    {"restart", cmd_restart, EXIT_BAD_USAGE,
     "TARGET... | --all [--now] [--timeout T] [-q] [--json]",
     "restart servers, one after the other, and wait until the new generation has taken over",
     "  --all                  all that 'grace status' shows\n"
     "  --now                  cut the connections of the old one when the new one serves\n"
     "  --timeout T            stop waiting after T (none); the restart goes on\n"
     "  -q, --quiet            say only what failed\n"
     "  --json                 a line of JSON a server in the end\n"},
    {"stop", cmd_stop, EXIT_BAD_USAGE,
     "TARGET... | --all [--drain | --now] [--timeout T] [-q] [--json]",
     "stop servers and wait until they are gone",
     "  --all                  all that 'grace status' shows\n"
     "  --drain                let it finish the connections it has first\n"
     "  --now                  kill it at once\n"
     "  --timeout T            stop waiting after T (none); the stop goes on\n"
     "  -q, --quiet            say only what failed\n"
     "  --json                 a line of JSON a server in the end\n"},
    {"signal", cmd_signal, EXIT_BAD_USAGE, "SIG TARGET... | SIG --all [-q] [--json]",
     "send a signal to the main process of servers",
     "  --all                  all that 'grace status' shows\n"
     "  -q, --quiet            say only what failed\n"
     "  --json                 a line of JSON a server in the end\n"
     "SIG is a name such as HUP or SIGUSR1, or a number.\n"},
    {"workers", cmd_workers, EXIT_BAD_USAGE, "N TARGET... | N --all [--timeout T] [-q] [--json]",
     "change how many copies of servers run, and wait until they serve",
     "  --all                  all that 'grace status' shows\n"
     "  --timeout T            stop waiting after T (none); the change goes on\n"
     "  -q, --quiet            say only what failed\n"
     "  --json                 a line of JSON a server in the end\n"
     "N is their number, or +N for more and -N for fewer.\n"},
    {"logs", cmd_logs, EXIT_BAD_USAGE, "TARGET [-f] [-n N]",
     "show what the supervisor of a server has logged, wherever its log goes",
     "  -f, --follow           go on with each line that comes\n"
     "  -n, --lines N          the last N lines (all that it keeps)\n"},
    {"check", cmd_check, EXIT_BAD_USAGE, "[--json | --quiet] [--] COMMAND [ARG...]",
     "tell whether grace will work for a program, which isn't executed for that",
     "  --json                 one line of JSON\n"
     "  -q, --quiet            the exit status alone: 0 it will, 1 it won't, 3 no such program\n"},
    {"status", cmd_status, EXIT_BAD_USAGE,
     "[TARGET ...] [--json | --prometheus | --ready [-q]] [--watch]",
     "show the servers that run under grace, or some of them in detail",
     "  --json                 one line of JSON; an object if there is one TARGET, or an array\n"
     "  --prometheus           metrics, in its text format\n"
     "  --ready                exit status 0 if it serves, 1 if not; -q: without a word why\n"
     "  -w, --watch            again every second until interrupted\n"},
    {"probe", cmd_probe, EXIT_BAD_USAGE, "[options] URL",
     "load a server as its clients do, and tell which of them a restart lets down",
     "  -c, --clients WHO      new=N,... or keep-alive slow idle silent half connect=N\n"
     "  -d, --duration T       how long (10s; with a restart, until that is over)\n"
     "  -n, --requests N       end after so many\n"
     "  --rate N               requests a second (as many as are answered)\n"
     "  --restart TARGET       restart this server of grace, ...\n"
     "  --restart-command CMD  ... or any by this command of the shell,\n"
     "  --times N              so many times (1)\n"
     "  --pause T              load before, between and after restarts (1s)\n"
     "  --restart-timeout T    give up a restart that isn't over by then (2m)\n"
     "  --hold T               how long slow, idle, silent and half clients hold (1s)\n"
     "  --timeout T            for an answer (10s)\n"
     "  --expect REGEX         what an answer has to hold\n"
     "  --version-regex REGEX  what of an answer names its version\n"
     "  --send BYTES           what to say where it isn't HTTP; \\r \\n \\t \\\\ \\xHH\n"
     "  -H, --header LINE; --data TEXT; --slow-path PATH    of the request of HTTP\n"
     "  -o, --output FORMAT[=FILE]  text chart json tap junit svg; may be repeated\n"
     "  -q, --quiet            no line on the terminal that tells how it goes\n"
     "      --ready-file FILE  gets a line when the load is on, and after each USR2\n"
     "URL: http://HOST:PORT/PATH https: tcp: tls: udp: unix:PATH; see grace-probe(1).\n"},
    {"help", cmd_help, EXIT_BAD_USAGE, "[COMMAND]", "show how a command is used", ""},
};

static const struct subcommand *command_find(const char *name)
{
    struct suggestion near = {.word = name};

    for (size_t i = 0; i < sizeof(commands) / sizeof(*commands); i++) {
        if (strcmp(commands[i].name, name) == 0)
            return &commands[i];
        suggest_consider(&near, commands[i].name);
    }
    if (near.name != NULL)
        option_error("no command '%s' (did you mean '%s'?)", name, near.name);
    option_error("no command '%s'", name);
}

static void help_all(void)
{
    puts("usage: grace COMMAND [ARG...]\n\nRestart unmodified servers without losing a request.\n");
    for (size_t i = 0; i < sizeof(commands) / sizeof(*commands); i++)
        printf("  %-9s%s\n", commands[i].name, commands[i].summary);
    puts("\n'grace help COMMAND' shows a command's options, 'grace --version' the version.");
}

static int cmd_help(int argc, char **argv)
{
    const char *name;

    while (option_next(argc, argv, ":h", NULL) != -1)
        continue;
    name = option_argument(argc, argv);
    if (name != NULL)
        option_help(command_find(name));
    else
        help_all();
    return EXIT_DONE;
}

static int grace_main(int argc, char **argv)
{
    const struct subcommand *cmd;

    if (argc < 2)
        option_error("a command is missing");
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
        help_all();
        return EXIT_DONE;
    }
    if (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "-V") == 0) {
        puts("grace " GRACE_VERSION);
        return EXIT_DONE;
    }
    cmd = command_find(argv[1]);
    option_begin(cmd);
    return cmd->run(argc - 1, argv + 1);
}

/* What this program opens must not become its standard output (`grace status >&-`); and `run`
 * leaves closed what was: O_PATH is as closed to who reads or writes. */
static void hold_closed_streams(void)
{
    int fd;

    do
        fd = open("/", O_PATH | O_CLOEXEC);
    while (fd >= 0 && fd <= STDERR_FILENO);
    if (fd >= 0)
        close(fd);
}

int main(int argc, char **argv)
{
    int code;

    hold_closed_streams();
    setlocale(LC_CTYPE, "");
    setvbuf(stdout, NULL, _IOLBF, 0);
    code = grace_main(argc, argv);
    if ((fflush(stdout) != 0 || ferror(stdout)) && code == EXIT_DONE) {
        warnx("can't write to standard output: is the disk full?");
        return EXIT_FAILED;
    }
    return code;
}
