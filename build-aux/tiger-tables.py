#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Prints src/hash/tiger-tables.c: the four S-boxes of Tiger, made the way its designers made them,
by five rounds of shuffling that are driven by Tiger itself."""

import struct

MASK = (1 << 64) - 1
SEED = b"Tiger - A Fast New Hash Function, by Ross Anderson and Eli Biham"
START = (0x0123456789ABCDEF, 0xFEDCBA9876543210, 0xF096A5B4C3B2E187)


def compress(block, state, boxes):
    x = list(struct.unpack("<8Q", block))
    regs = list(state)

    def word(row):
        return int.from_bytes(row, "little")

    for number, mul in enumerate((5, 7, 9)):
        if number > 0:
            x[0] = (x[0] - (x[7] ^ 0xA5A5A5A5A5A5A5A5)) & MASK
            x[1] ^= x[0]
            x[2] = (x[2] + x[1]) & MASK
            x[3] = (x[3] - (x[2] ^ ((~x[1] << 19) & MASK))) & MASK
            x[4] ^= x[3]
            x[5] = (x[5] + x[4]) & MASK
            x[6] = (x[6] - (x[5] ^ ((~x[4] & MASK) >> 23))) & MASK
            x[7] ^= x[6]
            x[0] = (x[0] + x[7]) & MASK
            x[1] = (x[1] - (x[0] ^ ((~x[7] << 19) & MASK))) & MASK
            x[2] ^= x[1]
            x[3] = (x[3] + x[2]) & MASK
            x[4] = (x[4] - (x[3] ^ ((~x[2] & MASK) >> 23))) & MASK
            x[5] ^= x[4]
            x[6] = (x[6] + x[5]) & MASK
            x[7] = (x[7] - (x[6] ^ 0x0123456789ABCDEF)) & MASK
        a, b, c = regs
        for i in range(8):
            c ^= x[i]
            byte = c.to_bytes(8, "little")
            a = (a - (word(boxes[byte[0]]) ^ word(boxes[256 + byte[2]])
                      ^ word(boxes[512 + byte[4]]) ^ word(boxes[768 + byte[6]]))) & MASK
            b = (b + (word(boxes[768 + byte[1]]) ^ word(boxes[512 + byte[3]])
                      ^ word(boxes[256 + byte[5]]) ^ word(boxes[byte[7]]))) & MASK
            b = b * mul & MASK
            a, b, c = b, c, a
        # Eight turns of three names, and one more brings each back to its own value.
        a, b, c = b, c, a
        regs = [c, a, b]
    a, b, c = regs
    return [a ^ state[0], (b - state[1]) & MASK, (c + state[2]) & MASK]


def boxes():
    rows = [bytearray([i & 255]) * 8 for i in range(1024)]
    state = list(START)
    turn = 2
    for _ in range(5):
        for i in range(256):
            for box in range(0, 1024, 256):
                turn += 1
                if turn == 3:
                    turn = 0
                    state = compress(SEED, state, rows)
                for column, value in enumerate(state[turn].to_bytes(8, "little")):
                    j = box + value
                    rows[box + i][column], rows[j][column] = rows[j][column], rows[box + i][column]
    return [int.from_bytes(row, "little") for row in rows]


def main():
    values = boxes()
    assert (values[0], values[1023]) == (0x02AAB17CF7E90C5E, 0xC3A0396F7363A51F)
    print("/* SPDX-License-Identifier: GPL-3.0-or-later */")
    print("/* Made by build-aux/tiger-tables.py; test-tiger holds it against librhash. */")
    print('#include "config.h"\n\n#include "tiger-private.h"\n')
    print("const guint64 _fil_tiger_boxes[4][256] = {")
    for box in range(4):
        print("  {")
        for row in range(64):
            cells = (f"0x{v:016x}ull," for v in values[box * 256 + row * 4:box * 256 + row * 4 + 4])
            print("    " + " ".join(cells))
        print("  },")
    print("};")


if __name__ == "__main__":
    main()
