"""Runs a program whose syncs do nothing, although the kernel says that they did: the control of the power cuts.

    unsynced.py PROGRAM [ARGUMENT…]

A filter on system calls (seccomp) that the program cannot take off again, and that all it starts inherit. Whatever calls them
and however: without it, a rig that finds no loss may only be one that cannot find any.
"""

import ctypes
import os
import struct
import sys

# linux/filter.h: load a word of what the filter sees, compare and jump, return.
LOAD, JUMP_IF_EQUAL, RETURN = 0x20, 0x15, 0x06
# linux/seccomp.h: where the number of the call stands and the architecture, and what becomes of the call.
NUMBER_AT, ARCHITECTURE_AT = 0, 4
ALLOW, ANSWER_WITHOUT_DOING = 0x7FFF0000, 0x00050000
X86_64 = 0xC000003E
# fsync, fdatasync, sync, sync_file_range, syncfs, msync.
SYNCS = (74, 75, 162, 277, 306, 26)
PR_SET_SECCOMP, MODE_FILTER, PR_SET_NO_NEW_PRIVS = 22, 2, 38


def main():
    take_syncs_away()
    os.execv(sys.argv[1], sys.argv[1:])


def take_syncs_away():
    steps = [
        (LOAD, 0, 0, ARCHITECTURE_AT),
        # Jumps count the steps that are left out: to the one that allows, and to the one after it.
        (JUMP_IF_EQUAL, 0, 1 + len(SYNCS), X86_64),
        (LOAD, 0, 0, NUMBER_AT),
        *((JUMP_IF_EQUAL, len(SYNCS) - place, 0, number) for place, number in enumerate(SYNCS)),
        (RETURN, 0, 0, ALLOW),
        (RETURN, 0, 0, ANSWER_WITHOUT_DOING),
    ]
    code = b"".join(struct.pack("=HBBI", *step) for step in steps)
    code_at = ctypes.create_string_buffer(code, len(code))
    program = ctypes.create_string_buffer(struct.pack("@HP", len(steps), ctypes.addressof(code_at)))
    libc = ctypes.CDLL(None, use_errno=True)
    for words in ((PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), (PR_SET_SECCOMP, MODE_FILTER, ctypes.addressof(program), 0, 0)):
        if libc.prctl(*(ctypes.c_ulong(word) for word in words)) != 0:
            raise OSError(ctypes.get_errno(), "the kernel takes no filter")


main()
