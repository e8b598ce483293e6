/* SPDX-License-Identifier: ISC */
/*
 * Marks a hook: everything else in the library is hidden.  -fvisibility=hidden covers definitions
 * only; a variable of the hot paths says so in its declaration as well, or every file but its own
 * reaches it through its address.
 */
#ifndef GRACE_LIBC_EXPORT_H
#define GRACE_LIBC_EXPORT_H

#define EXPORT __attribute__((visibility("default")))
#define HIDDEN __attribute__((visibility("hidden")))

/* One more name of a hook, where libc's two are one function, too: what they do can't differ. */
#define ALIAS(name, hook) EXPORT __typeof__(hook) name __attribute__((alias(#hook), copy(hook)))

/*
 * A hook of a variadic function, open(), that names its last argument: that is in the same register
 * either way, and a list of arguments would be written to memory at each call.
 */
#define NAMED(hook) __asm__(#hook)

/*
 * No canary (-fstack-protector-strong): for what is called for every event.  On the stack of such a
 * hook lie single structures whose address it hands on, and no buffer that anybody could overrun.
 */
#define UNGUARDED __attribute__((no_stack_protector))

#endif
