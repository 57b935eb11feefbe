# SPDX-License-Identifier: GPL-3.0-or-later
"""What a disk forgets when its power goes: takes back what the journal of power-cut.c says was not synced."""

import collections
import os
import struct

ENTRY = struct.Struct("=IIQQQQ")
SECTOR = 512

Entry = collections.namedtuple("Entry", "kind inode offset count size bytes")


def entries(path):
    """All that was noted before the program was killed; its last entry may be torn."""
    with open(path, "rb") as file:
        data = file.read()
    at = 0
    found = []
    while at + ENTRY.size <= len(data):
        kind, length, inode, offset, count, size = ENTRY.unpack_from(data, at)
        at += ENTRY.size
        if at + length > len(data):
            break
        found.append(Entry(chr(kind), inode, offset, count, size, data[at : at + length]))
        at += length
    return found


def unsynced(journal):
    """For each file the writes that no sync followed, oldest first; and the renames that were not synced."""
    begun = {}
    writes = collections.defaultdict(list)
    renames = []
    for i, entry in enumerate(journal):
        if entry.kind == "C":
            writes[entry.inode] = []
        elif entry.kind in "WT":
            writes[entry.inode].append((i, entry))
        elif entry.kind == "B":
            begun[entry.inode, entry.offset] = i
        elif entry.kind == "E":
            since = begun.pop((entry.inode, entry.offset), 0)
            writes[entry.inode] = [(j, write) for j, write in writes[entry.inode] if j > since]
        elif entry.kind == "R":
            renames.append(tuple(entry.bytes.rstrip(b"\0").split(b"\0")))
        elif entry.kind == "D":
            renames = [names for names in renames
                       if not os.path.isdir(os.path.dirname(names[1]))
                       or os.stat(os.path.dirname(names[1])).st_ino != entry.inode]
    return writes, renames


def rewind(path, writes, chance):
    """Each sector of the file is what it was at some moment since the last sync, and so is its length. Returns how
    many sectors were taken back."""
    first, last = writes[0][0], writes[-1][0]
    # A disk that wrote nothing, one that wrote all, and one in between.
    mood = chance.random()

    def moment():
        return first if mood < 0.3 else chance.randint(first, last + 1)

    moments = collections.defaultdict(moment)
    n = 0
    size = os.stat(path).st_size
    length = moment()
    with open(path, "r+b") as file:
        for i, write in reversed(writes):
            if i >= length:
                size = write.size
            end = write.size if write.kind == "T" else write.offset + write.count
            for start in range(write.offset - write.offset % SECTOR, end, SECTOR):
                if i < moments[start // SECTOR]:
                    continue
                low, high = max(start, write.offset), min(start + SECTOR, end)
                old = write.bytes[low - write.offset : high - write.offset]
                file.seek(low)
                file.write(old.ljust(high - low, b"\0"))
                n += 1
        file.truncate(size)
    return n


def cut(root, journal, chance):
    """Takes back below root what was not safe. Returns how many sectors and renames that were."""
    writes, renames = unsynced(entries(journal))
    sectors = back = 0
    for names in reversed(renames):
        if chance.random() < 0.5 and os.path.exists(names[1]) and not os.path.exists(names[0]):
            os.rename(names[1], names[0])
            back += 1
    for folder, _, files in os.walk(root):
        for name in files:
            path = os.path.join(folder, name)
            pending = writes.get(os.stat(path).st_ino)
            if pending:
                sectors += rewind(path, pending, chance)
    return sectors, back
