/* SPDX-License-Identifier: ISC */
/* `grace status --ready`, which probes of process managers ask again and again. */
#ifndef READY_H
#define READY_H

/* Does the server serve? The exit code; anything but EXIT_DONE has been explained. `target` NULL:
 * the only server there is; ends the program if that can't be told. */
int ready_ask(const char *target);

#endif
