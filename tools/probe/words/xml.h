/* SPDX-License-Identifier: ISC */
/* Text from outside in XML. */
#ifndef PROBE_XML_H
#define PROBE_XML_H

#include <stdio.h>

/* Writes `text` for an element or an attribute: escaped, without what XML 1.0 forbids, U+FFFD for
 * what is no UTF-8. Of more than `most` characters the first ones and an ellipsis. */
void xml_text(FILE *out, const char *text, unsigned most);

#endif
