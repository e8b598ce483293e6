/* SPDX-License-Identifier: ISC */
#include "probe/report/report.h"

#include <string.h>

static const struct {
    const char *name;
    report_write *write;
} ways[] = {
    {"text", report_text}, {"chart", report_chart}, {"svg", report_svg},
    {"json", report_json}, {"tap", report_tap},     {"junit", report_junit},
};

report_write *report_find(const char *name)
{
    for (size_t i = 0; i < sizeof(ways) / sizeof(*ways); i++)
        if (strcmp(ways[i].name, name) == 0)
            return ways[i].write;
    return NULL;
}
