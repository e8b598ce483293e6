/* SPDX-License-Identifier: ISC */
#include "check_program/loader_cache.h"

#include <sys/stat.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CACHE_FILE "/etc/ld.so.cache"
#define MAGIC      "glibc-ld.so.cache1.1"

enum { CACHE_MAX = 64 << 20 };

/* As glibc has it, whose own declarations of it are not installed. Offsets of text count from the
 * header. */
struct header {
    char magic[sizeof(MAGIC) - 1];
    uint32_t count, length;
    uint32_t rest[5];
};

struct entry {
    int32_t flags;
    uint32_t name, path;
    uint32_t os_version;
    uint64_t hwcap;
};

/* The file with a null byte behind it; its length, or 0. */
static size_t read_cache(char **text)
{
    int fd = open(CACHE_FILE, O_RDONLY | O_CLOEXEC);
    struct stat st = {0};
    ssize_t n = 0;

    *text = NULL;
    if (fd >= 0 && fstat(fd, &st) == 0 && st.st_size > 0 && st.st_size < CACHE_MAX)
        *text = calloc((size_t)st.st_size + 1, 1);
    if (*text != NULL)
        n = read(fd, *text, (size_t)st.st_size);
    if (fd >= 0)
        close(fd);
    return n > 0 ? (size_t)n : 0;
}

/* Before it there may be one of a format that nobody reads any more. */
static const char *find_header(const char *text, size_t size, struct header *header)
{
    const char *at = size > 0 ? memmem(text, size, MAGIC, strlen(MAGIC)) : NULL;

    if (at == NULL || size - (size_t)(at - text) < sizeof(*header))
        return NULL;
    memcpy(header, at, sizeof(*header));
    return (size - (size_t)(at - text) - sizeof(*header)) / sizeof(struct entry) < header->count
               ? NULL
               : at;
}

bool loader_cache_find(const char *name, bool (*take)(const char *path, void *data), void *data)
{
    char *text;
    size_t size = read_cache(&text);
    struct header header;
    const char *begin = find_header(text, size, &header);
    size_t left = begin != NULL ? size - (size_t)(begin - text) : 0;
    bool taken = false;

    for (uint32_t i = 0; begin != NULL && i < header.count && !taken; i++) {
        struct entry entry;

        memcpy(&entry, begin + sizeof(header) + i * sizeof(entry), sizeof(entry));
        taken = entry.name < left && entry.path < left && strcmp(begin + entry.name, name) == 0 &&
                take(begin + entry.path, data);
    }
    free(text);
    return taken;
}
