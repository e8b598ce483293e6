/* SPDX-License-Identifier: ISC */
/* grace probe: from the command line through a run to its reports. */
#include "grace.h"

#include <err.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command_line/exit_codes.h"
#include "command_line/option.h"
#include "probe/picture/live.h"
#include "probe/probe.h"
#include "probe_options.h"
#include "supervisors/deadline.h"
#include "supervisors/dialogue.h"
#include "supervisors/target.h"

enum { ASKING = 5000 /* milliseconds for the supervisor of TARGET to say that it is there */ };

/* Before the run: what can't be written is known before anything is restarted. */
static void open_outputs(struct probe_options *options)
{
    if (options->outputs_used == 0) {
        options->outputs[options->outputs_used++] = (struct output){"text", .write = report_text};
        if (isatty(STDOUT_FILENO))
            options->outputs[options->outputs_used++] =
                (struct output){"chart", .write = report_chart};
    }
    for (unsigned i = 0; i < options->outputs_used; i++) {
        struct output *output = &options->outputs[i];
        output->stream = output->path != NULL ? fopen(output->path, "we") : stdout;
        if (output->stream == NULL)
            option_error("--output %s=%s: %s", output->format, output->path, strerror(errno));
    }
}

static bool write_output(const struct output *output, const struct result *result)
{
    output->write(result, output->stream);
    bool good = fflush(output->stream) == 0 && !ferror(output->stream);
    if (output->path != NULL && fclose(output->stream) != 0)
        good = false;
    if (!good)
        warn("can't write %s to %s", output->format,
             output->path != NULL ? output->path : "standard output");
    return good;
}

static bool write_outputs(const struct probe_options *options, const struct result *result)
{
    bool good = true;

    for (unsigned i = 0; i < options->outputs_used; i++)
        good &= write_output(&options->outputs[i], result);
    return good;
}

/* What execv() takes to restart the server. That of grace is this program's other command. */
static void set_restart(struct probe_options *options)
{
    static const char *command[] = {NULL, NULL, NULL, NULL};

    if (options->restart_target != NULL) {
        dialogue_close(
            target_connect(options->restart_target, clock_ms() + ASKING, EXIT_TIMED_OUT));
        command[0] = "/proc/self/exe";
        command[1] = "restart";
        command[2] = options->restart_target;
    } else if (options->restart_command != NULL) {
        command[0] = "/bin/sh";
        command[1] = "-c";
        command[2] = options->restart_command;
    } else {
        return;
    }
    options->plan.restart = command;
}

int cmd_probe(int argc, char **argv)
{
    static struct probe_options options;
    const char *unreached, *trouble;

    probe_options_read(&options, argc, argv);
    options.plan.live = options.plan.live && live_wanted();
    open_outputs(&options);
    set_restart(&options);
    struct result *result = probe_run(&options.plan, &unreached, &trouble);
    if (unreached != NULL) {
        fprintf(stderr, "grace probe: %s: %s; is it running, and is this its address?\n",
                options.plan.url, unreached);
        return EXIT_NO_TARGET;
    }
    bool written = write_outputs(&options, result);
    if (trouble != NULL)
        fprintf(stderr, "grace probe: stopped early: %s\n", trouble);
    bool good = result_good(result);
    result_free(result);
    return good && written && trouble == NULL ? EXIT_DONE : EXIT_FAILED;
}
