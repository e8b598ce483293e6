/* SPDX-License-Identifier: ISC */
/* vfork() returns twice on one stack, so its hook must not have a frame: a tail jump. */
#ifdef __CET__
#include <cet.h> /* says that it is made for shadow stacks */
#endif
    .text
    .globl  vfork
    .type   vfork, @function
vfork:
    .cfi_startproc
    endbr64
    movb    $1, vfork_called(%rip)
    jmp     *vfork_target(%rip)
    .cfi_endproc
    .size   vfork, .-vfork
    .hidden vfork_called
    .hidden vfork_target
    .section .note.GNU-stack, "", @progbits
