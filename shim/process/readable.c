/* SPDX-License-Identifier: ISC */
#include "process/readable.h"

#include <sys/syscall.h>
#include <errno.h>
#include <stdint.h>
#include <string.h>

#include "libc/real.h"

enum {
    PAGE = 4096, /* larger ones consist of such */
    WORD = 8,
    NO_PAGE = 1,
};

static uintptr_t page_of(const void *p)
{
    return (uintptr_t)p & ~(uintptr_t)(PAGE - 1);
}

static size_t rest_of_page(const void *p)
{
    return PAGE - (uintptr_t)p % PAGE;
}

static bool confined;

void readable_confine(void)
{
    confined = true;
}

bool readable_confined(void)
{
    return confined;
}

/* rt_sigprocmask() copies the new mask, and then finds that there is no such change.  It has no
 * effect and takes no descriptor, and what has come as far as here from outside has it, for our
 * constructor needs it; process_vm_readv() would end many a service.  Not the first word of the
 * page: NULL stands for no mask. */
static bool can_read(uintptr_t page)
{
    const int no_change = -1;

    return confined || page == page_of(__builtin_frame_address(0)) ||
           real.syscall(SYS_rt_sigprocmask, no_change, (long)(page + WORD), 0, WORD, 0, 0) == 0 ||
           errno != EFAULT;
}

size_t readable_bytes(const void *p, size_t n)
{
    int saved = errno;
    size_t have = 0;

    while (have < n && can_read(page_of((const char *)p + have)))
        have += rest_of_page((const char *)p + have);
    errno = saved;
    return have < n ? have : n;
}

size_t readable_after(const void *p, size_t n)
{
    size_t known = rest_of_page(p);

    return known >= n ? n : known + readable_bytes((const char *)p + known, n - known);
}

/* `known` is a page that can be read: what belongs together lies together. */
static bool is_known(const void *p, uintptr_t *known)
{
    if (page_of(p) != *known && !can_read(page_of(p)))
        return false;
    *known = page_of(p);
    return true;
}

static bool text_ends(const char *text, uintptr_t *known)
{
    for (; is_known(text, known); text += rest_of_page(text))
        if (memchr(text, '\0', rest_of_page(text)))
            return true;
    return false;
}

bool readable_text(const char *text)
{
    int saved = errno;
    uintptr_t known = NO_PAGE;
    bool can = text_ends(text, &known);

    errno = saved;
    return can;
}

static bool texts_end(char *const texts[])
{
    uintptr_t array = NO_PAGE, text = NO_PAGE;

    for (; is_known(texts, &array) && is_known((const char *)(texts + 1) - 1, &array); texts++) {
        if (!*texts)
            return true;
        if (!text_ends(*texts, &text))
            return false;
    }
    return false;
}

bool readable_texts(char *const texts[])
{
    int saved = errno;
    bool can = texts_end(texts);

    errno = saved;
    return can;
}
