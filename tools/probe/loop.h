/* SPDX-License-Identifier: ISC */
/* Descriptors that are watched, and who is told. */
#ifndef PROBE_LOOP_H
#define PROBE_LOOP_H

#include <stdint.h>

/* Stands in whatever is told: `happened` gets EPOLLIN and the like, as hints: they may be of a
 * descriptor that was closed since. */
struct watch {
    void (*happened)(struct watch *watch, uint32_t events);
};

/* Ends the program if the kernel has no epoll. */
void loop_begin(void);

/* Tells of each change once (EPOLLET), until the descriptor is closed. 0, or an errno. */
int loop_watch(int fd, uint32_t events, struct watch *watch);

/* Tells once more of what is so already: for who has left something to be read. */
void loop_again(int fd, uint32_t events, struct watch *watch);

/* Waits for something to happen, `ns` nanoseconds at most, and tells. */
void loop_turn(int64_t ns);

#endif
