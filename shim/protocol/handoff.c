/* SPDX-License-Identifier: ISC */
#include "protocol/handoff.h"

#include <sys/resource.h>
#include <string.h>

#include "protocol/decimal.h"

static const char *get_number(const char *from, int *number)
{
    int digits = 0;

    *number = 0;
    for (; from && *from >= '0' && *from <= '9' && digits < 9; from++, digits++)
        *number = *number * 10 + (*from - '0');
    return from && digits > 0 && *from == ':' ? from + 1 : NULL;
}

/* No descriptor of ours is standard input. */
static int or_zero(int fd)
{
    return fd > 0 ? fd : 0;
}

static int or_none(int number)
{
    return number > 0 ? number : -1;
}

bool handoff_format(const struct handoff *h, char *variable)
{
    const int numbers[] = {HANDOFF_VERSION,   h->control,         h->bell,
                           h->memory,         or_zero(h->record), or_zero(h->fifo),
                           h->restart_signal, h->keep_children};
    size_t length = strlen(h->library);
    char *to = variable + sizeof HANDOFF_VARIABLE;

    if (length > 4095)
        return false;
    memcpy(variable, HANDOFF_VARIABLE "=", sizeof HANDOFF_VARIABLE);
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
        to = stpcpy(decimal_put(to, (unsigned)numbers[i]), ":");
    memcpy(to, h->library, length + 1);
    return true;
}

bool handoff_parse(struct handoff *h, const char *value)
{
    int version, keep;
    const char *p = get_number(value, &version);

    if (!p || version != HANDOFF_VERSION)
        return false;
    p = get_number(p, &h->control);
    p = get_number(p, &h->bell);
    p = get_number(p, &h->memory);
    p = get_number(p, &h->record);
    p = get_number(p, &h->fifo);
    p = get_number(p, &h->restart_signal);
    p = get_number(p, &keep);
    h->record = or_none(h->record);
    h->fifo = or_none(h->fifo);
    h->keep_children = p && keep;
    h->library = p;
    return p && *p == '/';
}

enum { OWN_TOP = 1024, OWN_ROOM = 24 };

int handoff_floor(void)
{
    struct rlimit limit;
    long top = OWN_TOP;

    if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < OWN_TOP)
        top = (long)limit.rlim_cur;
    return top > 2 * OWN_ROOM ? (int)(top - OWN_ROOM) : 3;
}
