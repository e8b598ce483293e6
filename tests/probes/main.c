/* SPDX-License-Identifier: ISC */
/* probes NAME | --handler NAME | --list: runs a probe from main() or from a signal handler.  Linked
 * with the probes themselves, or with the library of them. */
#include "probe.h"

int main(int argc, char **argv)
{
    return probe_main(argc, argv);
}
