/* SPDX-License-Identifier: ISC */
#include "probe/report/table.h"

#include <err.h>
#include <stdlib.h>

#include "probe/words/text.h"

void table_begin(struct table *table)
{
    *table = (struct table){0};
    table->rows = open_memstream(&table->text, &table->size);
    if (table->rows == NULL)
        err(EXIT_FAILURE, "no memory for a table");
}

void table_visible(struct table *table, const char *text)
{
    char *visible = text_visible(text);

    fputs(visible, table->rows);
    free(visible);
}

void table_end(struct table *table, FILE *out, const char *alignment)
{
    if (fclose(table->rows) != 0)
        err(EXIT_FAILURE, "no memory for a table");
    text_table(out, table->text, alignment);
    free(table->text);
}
