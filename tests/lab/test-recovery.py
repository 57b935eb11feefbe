#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What happens to the way under a transfer: routers that forget or are switched off, ultrapeers that die, addresses
that change. The transfer goes on by itself, and nothing that is here already comes again.

usage: test-recovery.py BUILD-DIR [--only NAME]... [--within SECONDS]

  --within SECONDS   a longer pause is a failure: 30 is what Filbert promises on a machine with time to spare

Every case has a downloader and a sharer of its own. Some cases run at the same time, and no more: a machine with too
much to do makes every pause longer. LAB_KEEP names a folder for the logs of all programs.
"""
import argparse
import base64
import concurrent.futures
import hashlib
import os
import random
import shutil
import signal
import sys
import time

import lab
from lab import Failure, wait_for
from programs import Filbert
from tap import Suite

PORT = 6346
ULTRAPEERS = '24.16.1.10', '62.17.8.11', '66.18.15.12'
ONE_WAY_MS = 25

# A transfer that takes about 20 s, so that there is a middle.
SIZE = 8_000_000
BYTES_PER_SECOND = 400_000
MIDDLE = SIZE // 4

# Cases under way at the same time.
AT_ONCE = 5
# A node that has just come leaves those whom it has just called alone: links are as old as this before anything
# happens, as those of nodes that are in use are.
SETTLED_SECONDS = 32
WHOLE_SECONDS = 150
# Heads, acknowledgements, what was on its way twice: of everything that came in at the downloader's wire.
OVERHEAD = 1.15


class Pair:
    """A downloader and a sharer, the ways that the bytes may take, and what happens to them in the middle."""

    def __init__(self, name, downloader, sharer, ways, what_happens):
        self.name = name
        self.kinds = downloader, sharer
        self.ways = set(ways.split())
        self.what_happens = what_happens


class World:
    def __init__(self, network, top, bindir, pairs, within):
        self.within = within
        self.network = network
        self.bindir = bindir
        self.top = top
        self.n_hosts = 0
        self.programs = []
        self.ultrapeers = [self._program(f'up{i}', 'public', address) for i, address in enumerate(ULTRAPEERS)]
        for i, pair in enumerate(pairs):
            pair.word = f'recovery{i}'
            pair.downloader = self._program(f'd{i}', pair.kinds[0])
            pair.sharer = self._program(f's{i}', pair.kinds[1])
            # Which may die without taking the other pairs along.
            pair.ultrapeer = self._program(f'u{i}', 'public')
            pair.content = random.Random(pair.name).randbytes(SIZE)
            with open(os.path.join(pair.sharer.shared, f'{pair.word}.bin'), 'wb') as file:
                file.write(pair.content)

    def new_address(self):
        self.n_hosts += 1
        return f'{81 + self.n_hosts % 5}.{20 + self.n_hosts}.{3 * self.n_hosts}.{10 + self.n_hosts}'

    def _program(self, name, kind, address=None):
        host = self.network.add(name, kind, address or self.new_address())
        folder = os.path.join(self.top, name)
        os.mkdir(folder)
        program = Filbert(host, folder, PORT, self.bindir, any_address=True)
        self.programs.append(program)
        return program

    def start(self, pairs):
        first, second, third = self.ultrapeers
        first.launch('ultrapeer')
        third.launch('ultrapeer')
        second.launch('ultrapeer', [first.listen, third.listen])
        for pair in pairs:
            pair.ultrapeer.launch('ultrapeer', [second.listen])
            pair.downloader.launch('leaf')
            pair.sharer.launch('leaf')
        for program in self.programs:
            program.wait_ready()
        for pair in pairs:
            pair.sharer.wait_offered(1)
            pair.sharer.ctl('set', 'upload-limit', BYTES_PER_SECOND)
            pair.sharer.ctl('connect', pair.ultrapeer.listen)
            pair.downloader.ctl('connect', first.listen)
        for pair in pairs:
            for program in pair.downloader, pair.sharer:
                wait_for(f'{program.listen} is settled', lambda p=program: is_settled(p), 120, 1)

    def stop(self):
        for program in self.programs:
            program.stop()


def is_settled(program):
    """Whether a leaf has old links and knows where it stands."""
    status = program.status()
    links = [peer['uptime_s'] for peer in program.ctl('peers') if peer['uptime_s'] is not None]
    return links and min(links) >= SETTLED_SECONDS and status['external'] is not None and \
        (status['tcp_reachable'] if program.host.kind == 'public' else status['nat'] is not None)


def find(pair):
    return wait_for(f'{pair.name}: finds the file', lambda: pair.downloader.search(pair.word, 5), 100)[0]


def came_in(program):
    """Bytes that have arrived at the host's wire."""
    with open(f'/proc/{program.process.pid}/net/dev', encoding='ascii') as file:
        return next(int(line.split(':')[1].split()[0]) for line in file if 'eth0' in line)


def transfer(world, pair):
    """Fetches the file of @pair, lets happen what happens in the middle, and tells how it went on."""
    result = find(pair)
    before, happened, last_bytes, last_s, longest = came_in(pair.downloader), None, 0, 0.0, 0.0
    row, ways = None, set()
    for seconds, row in pair.downloader.follow(result['id'], WHOLE_SECONDS):
        if row['received_bytes'] > last_bytes:
            if happened is not None:
                longest = max(longest, seconds - max(last_s, happened))
            last_bytes, last_s = row['received_bytes'], seconds
            ways.add(row['reach'])
        if happened is None and row['received_bytes'] >= MIDDLE:
            pair.what_happens(world, pair)
            happened = seconds
        if row['state'] in ('done', 'failed'):
            break
    if row is None or row['state'] != 'done':
        raise Failure(f'the download ended as {row}')
    if happened is None:
        raise Failure('it was over before anything could happen')
    with open(row['path'], 'rb') as file:
        if hashlib.sha1(file.read()).digest() != hashlib.sha1(pair.content).digest():
            raise Failure('what came is another file')
    arrived = came_in(pair.downloader) - before
    if longest > world.within:
        raise Failure(f'nothing came for {longest:.1f} s')
    if arrived > SIZE * OVERHEAD:
        raise Failure(f'{arrived} bytes arrived for a file of {SIZE}')
    if not ways <= pair.ways:
        raise Failure(f'the bytes came by {ways}')
    return f'{" and ".join(sorted(ways))}; longest pause {longest:.1f} s, {arrived / SIZE:.3f} bytes on the wire for each of the file'


# What may happen

def downloader_forgets(world, pair):
    world.network.forget(pair.downloader.host)


def sharer_forgets(world, pair):
    world.network.forget(pair.sharer.host)


def restart(world, host):
    world.network.plug(host, False)
    world.network.forget(host)
    # So long it takes a small router; the others wait for nothing meanwhile.
    time.sleep(3)
    world.network.plug(host, True)


def downloader_restarts(world, pair):
    restart(world, pair.downloader.host)


def sharer_restarts(world, pair):
    restart(world, pair.sharer.host)


def downloader_moves(world, pair):
    world.network.move(pair.downloader.host, world.new_address())


def sharer_moves(world, pair):
    world.network.move(pair.sharer.host, world.new_address())


def ultrapeer_dies(world, pair):
    pair.ultrapeer.process.kill()
    pair.ultrapeer.process.wait()


def ultrapeer_dies_and_sharer_forgets(world, pair):
    ultrapeer_dies(world, pair)
    sharer_forgets(world, pair)


def all_pairs():
    return [
        Pair('the downloaders router forgets', 'linux', 'public', 'direct', downloader_forgets),
        Pair('the downloaders router restarts', 'port', 'public', 'direct', downloader_restarts),
        Pair('the downloader gets another address', 'linux', 'public', 'direct', downloader_moves),
        Pair('the sharers router forgets', 'public', 'symrandom', 'push', sharer_forgets),
        Pair('the sharers router restarts', 'public', 'linux', 'push', sharer_restarts),
        Pair('the sharer gets another address', 'public', 'port', 'push', sharer_moves),
        Pair('the downloader itself gets another address', 'public', 'linux', 'push punch', downloader_moves),
        Pair('the ultrapeer dies', 'public', 'linux', 'push', ultrapeer_dies),
        Pair('the ultrapeer dies and the router forgets', 'public', 'symrandom', 'push',
             ultrapeer_dies_and_sharer_forgets),
        Pair('both are hidden, and the downloaders router forgets', 'port', 'linux', 'punch', downloader_forgets),
        Pair('both are hidden, and the sharers router restarts', 'carrier', 'linux', 'punch', sharer_restarts),
        Pair('both are hidden, and the downloader gets another address', 'linux', 'port', 'punch', downloader_moves),
        # A full cone lets in whoever calls at the port that a punch has opened: a push gets through there as well.
        Pair('both are hidden, and the sharer gets another address', 'full', 'linux', 'punch push', sharer_moves),
        Pair('both are hidden, and the ultrapeer dies', 'address', 'symrandom', 'punch', ultrapeer_dies),
    ]


def keep_logs(world):
    folder = os.environ.get('LAB_KEEP')
    for program in world.programs if folder else ():
        os.makedirs(folder, exist_ok=True)
        if os.path.exists(program.log_path):
            shutil.copy(program.log_path, os.path.join(folder, os.path.basename(program.folder) + '.log'))


def main():
    suite = Suite()
    parser = argparse.ArgumentParser()
    parser.add_argument('build')
    parser.add_argument('--only', action='append')
    parser.add_argument('--within', type=float, default=float('inf'))
    options = parser.parse_args()
    reason = lab.why_not()
    if reason:
        suite.skip_all(reason)
    top = lab.enter()
    # The laboratory is taken down also when the test runner has had enough.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    pairs = [pair for pair in all_pairs() if not options.only or pair.name in options.only]
    with lab.Lab(os.path.join(options.build, 'tests', 'lab', 'delay-relay'), ONE_WAY_MS) as network:
        world = World(network, top, os.path.join(options.build, 'src'), pairs, options.within)
        try:
            world.start(pairs)
            with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
                for pair, future in [(pair, pool.submit(transfer, world, pair)) for pair in pairs]:
                    suite.case(f'{pair.name} ({pair.kinds[0]} from {pair.kinds[1]})', future.result)
        finally:
            world.stop()
            keep_logs(world)
    suite.end()


if __name__ == '__main__':
    main()
