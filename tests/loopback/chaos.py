# SPDX-License-Identifier: GPL-3.0-or-later
"""Kills a node that downloads at random moments, again and again.
chaos.py [BUILD] [--rounds N] [--seed N] [--power-cut LIBRARY]

Four nodes share a file and one of them sends wrong bytes. In every round the downloading node starts with the same
profile, goes on, and is killed: in the middle of its start, within a second and a half, or just when the file comes to
its place; a file that is done is looked at and asked for anew. In the end: no file may be wrong, what was fetched is what the files have and, for each kill, no more than one
block of the tree from each source, and the database opened every time. With the library of power-cut.c the disk also
forgets what was not synced: then nothing may be said to be proved or done that is not there. Prints TAP."""

import argparse
import collections
import contextlib
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import time

SHARERS = 4
SIZE = 24 * 1024 * 1024 + 12345
RATE = 2000000  # bytes a second of each sharer
LONGEST = 1.5   # seconds from a start to the kill …
LONGEST_CUT = 4 # … when the disk forgets what was not synced, which is done every two seconds


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("build", nargs="?")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 32))
    parser.add_argument("--power-cut", metavar="LIBRARY")
    return parser.parse_args()


asked = arguments()
if asked.build:
    os.environ["FILBERTD"] = os.path.join(os.path.abspath(asked.build), "src", "filbertd")
    os.environ["FILBERTCTL"] = os.path.join(os.path.abspath(asked.build), "src", "filbertctl")

import power_cut  # noqa: E402
import programs  # noqa: E402: it looks for the programs in the environment


class Sharers:
    """Those who have the file, the last one with wrong bytes in every part of it."""

    def __init__(self, world, content):
        settings = {"upload-limit": str(RATE)}
        wrong = bytearray(content)
        for at in range(1000, len(wrong), 100000):
            wrong[at] ^= 1
        self.nodes = [world.node("sharer %d" % i, settings=settings) for i in range(SHARERS)]
        for node in self.nodes[:-1]:
            node.start([], {"chestnut.bin": content})
        self.nodes[-1].start([], {"chestnut.bin": bytes(wrong)})
        self.nodes[-1].terminate()
        self.pretend()
        self.nodes[-1].start()
        self.sent = collections.Counter()

    def pretend(self):
        """Gives the wrong file the hashes of the right one."""
        with sqlite3.connect(os.path.join(self.nodes[0].profile, "filbert.db")) as database:
            row = database.execute("SELECT sha1, tth FROM files").fetchone()
        with sqlite3.connect(os.path.join(self.nodes[-1].profile, "filbert.db")) as database:
            database.execute("UPDATE files SET sha1 = ?, tth = ?", row)

    def note_sent(self):
        """Old uploads leave the list, so what each has sent is kept here."""
        for node in self.nodes:
            for row in node.ask("uploads"):
                self.sent[node.name, row["id"]] = row["sent_bytes"]

    def total(self):
        return sum(self.sent.values())

    def magnet(self, content):
        sha1 = programs.sha1_text(content)
        return "magnet:?xt=urn:sha1:%s&dn=chestnut.bin&xl=%d%s" % (sha1, len(content), "".join(
            "&xs=http://%s/uri-res/N2R?urn:sha1:%s" % (node.listen, sha1) for node in self.nodes))


class Getter:
    """The node that is killed."""

    def __init__(self, world, sharers, content, chance):
        self.node = world.node("getter")
        self.sharers = sharers
        self.content = content
        self.chance = chance
        self.id = None
        self.kills = self.early = self.at_end = self.done = self.wrong = self.forgotten = 0
        self.not_opened = 0
        self.block = 0
        self.top = os.path.dirname(self.node.profile)
        self.journal = os.path.join(world.top, "journal")
        self.env = world.env
        self.claimed = self.sectors = self.renames = 0
        if asked.power_cut:
            self.env = dict(world.env, LD_PRELOAD=os.path.abspath(asked.power_cut), POWER_CUT_ROOT=self.top,
                            POWER_CUT_JOURNAL=self.journal)

    def launch(self):
        if os.path.exists(self.journal):
            os.remove(self.journal)
        self.node.launch(env=self.env)

    def start(self):
        self.launch()
        try:
            self.node.wait_log("runs with the profile")
        except programs.Failed as error:
            print("#", str(error).replace("\n", "\n# "), flush=True)
            self.not_opened += 1
            raise
        self.not_opened += sum("damaged" in name for name in os.listdir(self.node.profile))

    def take_up(self):
        """Looks at what there is of the file, and asks for it when it is not on the list."""
        rows = {row["id"]: row for row in self.node.ask("downloads")}
        if self.id is not None and self.id not in rows:
            self.forgotten += 1
        row = rows.get(self.id)
        if row is not None and row["state"] in ("done", "failed"):
            self.judge(row)
            row = None
        if row is None:
            self.id = self.node.ask("get", self.sharers.magnet(self.content))[0]["id"]

    def judge(self, row):
        self.done += 1
        found = os.listdir(self.node.downloads)
        if row["state"] != "done" or programs.read(row["path"]) != self.content or len(found) != 1:
            print("# wrong:", row, found, flush=True)
            self.wrong += 1
        for name in found:
            os.remove(os.path.join(self.node.downloads, name))
        self.node.ask("cancel", str(self.id))

    def kill(self, after):
        """The process has that long; it should not end by itself."""
        try:
            self.node.process.wait(after)
            print("#", self.node.log_text().replace("\n", "\n# "), flush=True)
            raise programs.Failed("the node ended by itself")
        except subprocess.TimeoutExpired:
            pass
        self.note_block()
        self.node.kill()
        self.kills += 1
        if asked.power_cut and os.path.exists(self.journal):
            sectors, renames = power_cut.cut(self.top, self.journal, self.chance)
            self.sectors += sectors
            self.renames += renames
            self.claimed += self.claims_too_much()

    def claims_too_much(self):
        """Whether the database names bytes that are not there, or a file that is not right."""
        copy = os.path.join(self.node.world.top, "copy")
        shutil.rmtree(copy, ignore_errors=True)
        os.mkdir(copy)
        for name in os.listdir(self.node.profile):
            if name in ("filbert.db", "filbert.db-wal"):
                shutil.copy(os.path.join(self.node.profile, name), copy)
        if not os.path.exists(os.path.join(copy, "filbert.db")):
            return False
        with contextlib.closing(sqlite3.connect(os.path.join(copy, "filbert.db"))) as database:
            if database.execute("SELECT count(*) FROM sqlite_schema WHERE name = 'downloads'").fetchone()[0] == 0:
                return False
            rows = database.execute("SELECT id, state, path, verified FROM downloads WHERE coalesce(removed, 0) = 0").fetchall()
        return any(self.is_too_much(*row) for row in rows)

    def is_too_much(self, id, state, path, verified):
        if path is not None:
            return programs.read(path) != self.content
        ranges = [[int(end) for end in span.split("-")] for span in (verified or "").split(",") if span]
        part = os.path.join(self.node.profile, "incomplete", "%d.part" % id)
        if not ranges or not os.path.exists(part):
            return False
        data = programs.read(part)
        wrong = [span for span in ranges if data[span[0] : span[1] + 1] != self.content[span[0] : span[1] + 1]]
        if wrong:
            print("# claimed:", id, wrong, flush=True)
        return bool(wrong)

    def note_block(self):
        for line in self.node.log:
            if line is not None and "a tree of" in line:
                n = int(line.split("a tree of ")[1].split()[0])
                self.block = 1 << ((len(self.content) + n - 1) // n - 1).bit_length()

    def round(self):
        if self.chance.random() < 0.1:
            # In the middle of its start.
            self.early += 1
            self.launch()
            self.kill(self.chance.random() * 0.2)
            return
        self.start()
        self.take_up()
        if self.chance.random() < 0.15:
            self.wait_placed()
            self.kill(self.chance.random() * 0.03)
        else:
            self.kill(self.chance.random() * (LONGEST_CUT if asked.power_cut else LONGEST))

    def wait_placed(self):
        """Until the file is where it belongs; nothing tells that sooner than the folder."""
        deadline = programs.Deadline(8)
        while not deadline.over() and not os.listdir(self.node.downloads):
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.node.process.wait(0.002)
        self.at_end += 1

    def finish(self):
        """The last file is let come to its end."""
        self.start()
        self.take_up()
        row = self.node.wait_download(self.id, "is over", lambda d: d["state"] in ("done", "failed"))
        self.judge(row)


def run(world):
    chance = random.Random(asked.seed)
    content = programs.noise(SIZE, asked.seed)
    sharers = Sharers(world, content)
    getter = Getter(world, sharers, content, chance)
    began = time.monotonic()
    for i in range(asked.rounds):
        getter.round()
        sharers.note_sent()
        if (i + 1) % 50 == 0:
            print("# %d rounds, %d files, %.0f s" % (i + 1, getter.done, time.monotonic() - began), flush=True)
    getter.finish()
    sharers.note_sent()
    return getter, sharers


def main():
    if asked.power_cut and programs.SANITIZED:
        print("1..0 # SKIP the sanitizers want to be the first library of a program, and so does the one that cuts the power")
        return
    world = programs.World()
    print("# seed %d" % asked.seed, flush=True)
    getter, sharers = run(world)
    wanted = getter.done * SIZE
    allowed = getter.kills * SHARERS * getter.block
    again = sharers.total() - wanted
    print("# %d kills, %d of them while it started, %d when the file was there; %d files of %d bytes" % (
        getter.kills, getter.early, getter.at_end, getter.done, SIZE))
    print("# fetched again: %d bytes, %.0f a kill, %.3f blocks of %d bytes for each source and kill" % (
        again, again / getter.kills, again / getter.kills / SHARERS / getter.block, getter.block))
    print("# fetched %d of %d allowed bytes, %.3f x the files" % (
        sharers.total(), wanted + allowed, sharers.total() / wanted))
    if asked.power_cut:
        print("# the disk forgot %d sectors and %d renames" % (getter.sectors, getter.renames))
    tests = [
        ("no file is wrong", getter.wrong == 0),
        ("no download is forgotten", getter.forgotten == 0),
        ("nothing is claimed that is not there", getter.claimed == 0) if asked.power_cut else
        ("one block of each source is fetched again", again <= allowed),
        ("the database opened each time", getter.not_opened == 0),
    ]
    for i, (name, is_ok) in enumerate(tests):
        print("%s %d - %s" % ("ok" if is_ok else "not ok", i + 1, name))
    print("1..%d" % len(tests), flush=True)
    world.close()
    sys.exit(not all(is_ok for name, is_ok in tests))


if __name__ == "__main__":
    main()
