/* SPDX-License-Identifier: ISC */
#include "check_program/script.h"

#include <stddef.h>
#include <string.h>

#define BLANKS " \t"

enum { WORDS = 32 };

bool script_parse(struct script *script)
{
    char *line = script->line, *end;

    line[strcspn(line, "\n")] = '\0';
    for (end = strchr(line, '\0'); end > line && strchr(BLANKS, end[-1]) != NULL;)
        *--end = '\0';
    line += strlen("#!");
    line += strspn(line, BLANKS);
    script->interpreter = line;
    line += strcspn(line, BLANKS);
    if (*line != '\0')
        *line++ = '\0';
    line += strspn(line, BLANKS);
    script->argument = *line != '\0' ? line : NULL;
    return *script->interpreter != '\0';
}

static bool takes_value(const char *option)
{
    return strcmp(option, "-u") == 0 || strcmp(option, "-C") == 0 ||
           strcmp(option, "--unset") == 0 || strcmp(option, "--chdir") == 0;
}

const char *script_env(char *const words[])
{
    for (; *words != NULL; words++) {
        if (takes_value(*words) && words[1] != NULL)
            words++;
        else if (**words != '-' && strchr(*words, '=') == NULL)
            return *words;
    }
    return NULL;
}

const char *script_env_argument(struct script *script)
{
    char *words[WORDS] = {(char *)script->argument, NULL}, *rest;

    if (script->argument == NULL || strncmp(script->argument, "-S", 2) != 0)
        return script_env(words);
    rest = words[0] + 2;
    for (int n = 0; n < WORDS - 1 && (words[n] = strsep(&rest, BLANKS)) != NULL;)
        n += *words[n] != '\0';
    words[WORDS - 1] = NULL;
    return script_env(words);
}

bool script_is_shell(const char *name)
{
    static const char *const shells[] = {"ash",  "bash",  "dash", "fish", "ksh",
                                         "mksh", "rbash", "sh",   "zsh"};

    for (size_t i = 0; i < sizeof(shells) / sizeof(*shells); i++)
        if (strcmp(name, shells[i]) == 0)
            return true;
    return false;
}
