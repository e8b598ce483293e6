/* SPDX-License-Identifier: ISC */
/* As much of XML as a program writes: elements, attributes in double quotes, text. */
#ifndef WELL_FORMED_H
#define WELL_FORMED_H

/* What is wrong with it, or NULL. */
const char *well_formed(const char *text);

#endif
