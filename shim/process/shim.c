/* SPDX-License-Identifier: ISC */
#include "process/shim.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "process/conns.h"
#include "process/fdtab.h"
#include "protocol/message.h"

static struct page off_page;
static struct page_slot off_slot;

struct shim shim = {.page = &off_page,
                    .slot = &off_slot,
                    .slow = &off_page.attention,
                    .control = -1,
                    .bell = -1,
                    .memory = -1,
                    .record = -1,
                    .wish = -1};

void shim_ring(void)
{
    int saved = errno;
    uint64_t one = 1;

    /* a counter that is full wakes the supervisor all the same */
    if (shim.bell >= 0 && write(shim.bell, &one, sizeof one) < 0)
        errno = saved;
    errno = saved;
}

void shim_lost(void)
{
    atomic_fetch_add(&shim.page->lost, 1);
    shim_ring();
}

void shim_note(const char *text, const char *detail)
{
    int saved = errno;
    struct message m = {.version = MESSAGE_VERSION, .type = MESSAGE_NOTE, .pid = shim_pid()};
    size_t n = strnlen(text, MESSAGE_TEXT - 1);

    memcpy(m.text, text, n);
    memcpy(m.text + n, detail, strnlen(detail, MESSAGE_TEXT - 1 - n));
    message_try(shim.control, &m, -1);
    errno = saved;
}

pid_t shim_pid(void)
{
    return shim.elsewhere ? 0 : getpid();
}

bool shim_leads_namespace(void)
{
    return getppid() == 0;
}

void shim_join(void)
{
    struct page_slot *slot = NULL;

    shim.elsewhere = shim.elsewhere || shim_leads_namespace();
    if (!shim.elsewhere)
        slot = page_claim_slot(shim.page, getpid());
    shim.slot = slot ? slot : &off_slot;
    atomic_store(&shim.slot->ages, (uint64_t)(uintptr_t)conns_ages);
    atomic_store(&shim.slot->bell, shim.bell);
    atomic_store(&shim.slot->connections, (int32_t)fdtab_count(FD_CONNECTION));
}
