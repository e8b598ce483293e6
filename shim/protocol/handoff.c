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

static char *put_number(char *to, int number)
{
    return stpcpy(decimal_put(to, (unsigned)number), ":");
}

bool handoff_format(const struct handoff *h, char *variable)
{
    char *to = stpcpy(variable, HANDOFF_VARIABLE "=");

    if (strlen(h->library) > 4095)
        return false;
    to = put_number(to, HANDOFF_VERSION);
    for (int i = 0; i < HANDOFF_FDS; i++) /* 0 is none: no descriptor of ours is standard input */
        to = put_number(to, h->fds.each[i] > 0 ? h->fds.each[i] : 0);
    to = put_number(put_number(to, h->restart_signal), h->keep_children);
    to = put_number(put_number(to, h->bystander), (int)h->command);
    strcpy(to, h->library);
    return true;
}

bool handoff_parse(struct handoff *h, const char *value)
{
    int version, keep, bystander, command;
    const char *p = get_number(value, &version);

    if (!p || version != HANDOFF_VERSION)
        return false;
    for (int i = 0; i < HANDOFF_FDS; i++) {
        p = get_number(p, &h->fds.each[i]);
        h->fds.each[i] = h->fds.each[i] > 0 ? h->fds.each[i] : -1;
    }
    p = get_number(get_number(get_number(p, &h->restart_signal), &keep), &bystander);
    p = get_number(p, &command);
    h->keep_children = keep;
    h->bystander = bystander;
    h->command = (uint32_t)command;
    h->library = p;
    return p && *p == '/' && handoff_suffices(&h->fds);
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
