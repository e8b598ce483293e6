/* SPDX-License-Identifier: ISC */
#include "process/self.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "libc/real.h"
#include "protocol/message.h"

static struct page off_page;
static struct page_slot off_slot;

struct self self = {.page = &off_page,
                    .slot = &off_slot,
                    .slow = &off_page.attention,
                    .fds = {.each = {-1, -1, -1, -1, -1}}};

void self_ring(void)
{
    int saved = errno;
    uint64_t one = 1;

    /* a counter that is full wakes the supervisor all the same */
    if (self.fds.bell >= 0 && write(self.fds.bell, &one, sizeof one) < 0)
        errno = saved;
}

bool self_is_orphan(void)
{
    struct pollfd p = {.fd = self.fds.control};

    return real.poll(&p, 1, 0) > 0 && (p.revents & POLLHUP);
}

void self_incomplete(void)
{
    atomic_fetch_add(&self.page->incomplete, 1);
    self_ring();
}

void self_note(const char *text, const char *detail)
{
    int saved = errno;
    struct message m = {.version = MESSAGE_VERSION, .type = MESSAGE_NOTE, .pid = self_pid()};
    size_t n = strnlen(text, MESSAGE_TEXT - 1);

    memcpy(m.text, text, n);
    memcpy(m.text + n, detail, strnlen(detail, MESSAGE_TEXT - 1 - n));
    message_try(self.fds.control, &m, -1);
    errno = saved;
}

pid_t self_pid(void)
{
    return self.elsewhere ? 0 : getpid();
}

bool self_leads_namespace(void)
{
    return getppid() == 0;
}

void self_join(void)
{
    const struct page_slot *parents = self.slot;
    struct page_slot *slot = NULL;

    self.elsewhere = self.elsewhere || self_leads_namespace();
    if (!self.elsewhere)
        slot = page_claim_slot(self.page, getpid());
    self.slot = slot ? slot : &off_slot;
    atomic_store(&self.slot->bystander, atomic_load(&self.bystander));
    atomic_store(&self.slot->late, atomic_load(&parents->late));
    atomic_store(&self.slot->left, atomic_load(&parents->left));
    atomic_store(&self.slot->bell, self.fds.bell);
}
