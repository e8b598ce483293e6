/* SPDX-License-Identifier: ISC */
/* A text on a terminal that changes in place. */
#ifndef WATCH_H
#define WATCH_H

/* Prints it in the place of the one before, with a line above that has the time and the host; what
 * the terminal has no room for is left out. No mode of the terminal is changed: whatever ends the
 * program leaves it usable, and the last picture on it. */
void watch_paint(const char *text);

/* Waits a second, or until the terminal has another size. */
void watch_pause(void);

#endif
