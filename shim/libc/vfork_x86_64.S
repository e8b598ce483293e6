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
    movb    $1, process_vforked(%rip)
    jmp     *process_vfork_target(%rip)
    .cfi_endproc
    .size   vfork, .-vfork
    .hidden process_vforked
    .hidden process_vfork_target
    .section .note.GNU-stack, "", @progbits
