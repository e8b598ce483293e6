/* SPDX-License-Identifier: ISC */
/* /etc/ld.so.cache: where the dynamic loader of glibc has been told that libraries are. */
#ifndef CHECK_LOADER_CACHE_H
#define CHECK_LOADER_CACHE_H

#include <stdbool.h>

/* Calls `take` with each path that the cache has for this name, until it says true. */
bool loader_cache_find(const char *name, bool (*take)(const char *path, void *data), void *data);

#endif
