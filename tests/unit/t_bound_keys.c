/* SPDX-License-Identifier: ISC */
#include "process/bound_keys.h"

#include "tap.h"

enum { LOCAL = 5, INET = 9, FAR = 60000 };

int main(void)
{
    is_int(bound_keys_fd(1), -1, "nothing is bound");
    bound_keys_remember(FAR, 2, false);
    bound_keys_remember(INET, 3, false);
    is_int(bound_keys_fd(2), -1, "and nobody looks at others than UNIX sockets");
    bound_keys_remember(LOCAL, 1, true);
    is_int(bound_keys_fd(1), LOCAL, "one of those is found");
    is_int(bound_keys_fd(3), -1, "and nobody looks beyond it");
    ok(bound_keys_get(FAR) == 2 && bound_keys_get(INET) == 3, "who has the number has the key");
    bound_keys_remember(1 << 16, 4, true);
    ok(bound_keys_get(1 << 16) == 0 && bound_keys_fd(4) == -1, "too large a number is not kept");
    is_int(bound_keys_fd(3), -1, "and is no reason to look further");
    bound_keys_forget(LOCAL);
    is_int(bound_keys_fd(1), -1, "what is closed is not found");
    return done();
}
