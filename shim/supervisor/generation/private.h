/* SPDX-License-Identifier: ISC */
/*
 * Listeners that no client of the server knows of, and what that means for a restart:
 *
 *                                  | awaited, where the | said to be | when its generation
 *                                  | new one has not    | not served | drains
 *                                  | taken it over      |            |
 *   processes of the server alone  | until the new one  | no         | goes on accepting
 *   have connected so far          | has one like it    |            | until it ends
 *   a name that can't come again,  | no                 | no         | the same
 *   and no stranger has connected  |                    |            |
 *   like one that is new, and      | yes                | yes        | the same
 *   nobody has connected           |                    |            |
 *   any other                      | yes                | yes        | is given up
 *
 * A name can't come again that the kernel has chosen, or that has the number of the process; and it
 * hardly will, if it was another one of the same length at the start before (mkdtemp()).  Of the
 * same length is also what "one like it" means.  A listener that a stranger has used is none of
 * these, whatever it is called.
 *
 * Who has connected is what the processes say (LISTENER_INSIDE, LISTENER_PUBLIC): that one of them
 * lies can but hide that its own version has given an address up.
 */
#ifndef GRACE_SUPERVISOR_GENERATION_PRIVATE_H
#define GRACE_SUPERVISOR_GENERATION_PRIVATE_H

#include "supervisor/generation/generation.h"

/* Looks what the processes say. */
void private_note(void);

/* Does nobody else use it?  Then nobody has to be told that generation g does not serve it. */
bool private_is(const struct listener *h);

/* Will g, which does not have it, not get it either? */
bool private_is_past(const struct generation *g, const struct listener *h);

/* Is it to stay with those who have it, now that g serves without it? */
bool private_stays(const struct generation *g, const struct listener *h);

/* Has g bound this itself, and was not offered it?  May one have come in the place of the other? */
bool private_is_new(const struct generation *g, unsigned index);
bool private_is_alike(const struct listener *a, const struct listener *b);

#endif
