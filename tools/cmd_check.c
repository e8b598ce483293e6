/* SPDX-License-Identifier: ISC */
#include "grace.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "check_program/examine.h"
#include "command_line/exit_codes.h"
#include "command_line/option.h"
#include "library.h"

static const struct option options[] = {
    {"json", no_argument, NULL, 'j'},
    {"quiet", no_argument, NULL, 'q'},
    {"help", no_argument, NULL, 'h'},
    {0},
};

/* LD_PRELOAD is split at both, and there is no way to write them. */
static void look_at_library(struct examination *e)
{
    e->library = library_find();
    if (e->library == NULL)
        findings_add(&e->found, FINDING_ERROR, "library", "install libgrace.so there",
                     "grace can't read %s (%s)", LIBGRACE_PATH, strerror(errno));
    else if (strpbrk(e->library, ": ") != NULL)
        findings_add(&e->found, FINDING_ERROR, "library", "install it elsewhere",
                     "%s has a blank or a colon in its path, which LD_PRELOAD can't hold",
                     e->library);
    if (e->library == NULL)
        e->library = LIBGRACE_PATH;
}

int cmd_check(int argc, char **argv)
{
    struct examination examination = {0};
    bool json = false, quiet = false;
    int c;

    while ((c = option_next(argc, argv, "+:hq", options)) != -1)
        *(c == 'j' ? &json : &quiet) = true;
    if (optind == argc || *argv[optind] == '\0')
        option_error("COMMAND is missing: name the server to look at");
    examination.command = argv + optind;
    look_at_library(&examination);
    examine(&examination);
    if (json)
        findings_print_json(&examination.found, argv[optind], examination.path);
    else if (!quiet)
        findings_print(&examination.found, argv[optind]);
    if (examination.found.nowhere)
        return EXIT_NO_TARGET;
    return examination.found.worst == FINDING_ERROR ? EXIT_FAILED : EXIT_DONE;
}
