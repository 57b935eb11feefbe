#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every kind of NAT against every other: a file goes from a leaf behind the one to a leaf behind the other.

usage: nat-matrix.py BUILD-DIR [--full] [--gtk-gnutella] [--one-way MS] [--pair DOWNLOADER-SHARER]...

  --full           all pairs in both directions instead of some of each sort
  --gtk-gnutella   the ultrapeers in between are gtk-gnutella (the binary that GTK_GNUTELLA names), not ours
  --one-way MS     how long a packet needs from any host to any other (25)
  --pair D-S       only this pair; may be repeated

Three ultrapeers stand in a line. All leaves that download are with the first one, all that share with the last.
With gtk-gnutella, all leaves are with all three: it tells an address only once a minute how it is seen, and three
have to agree on that.
Where physics allows it, the file arrives with the right SHA-1; where it does not, the download says so in one
sentence, in time. LAB_KEEP names a folder for the logs of all programs and the table of results, "matrix.json".
"""
import argparse
import base64
import collections
import concurrent.futures
import hashlib
import itertools
import json
import os
import random
import re
import shutil
import signal
import statistics
import sys
import time

import lab
import nat
from lab import Failure, wait_for
from programs import Filbert, GtkGnutella
from tap import Suite

PORT = 6346
SIZE = 300_000
WORDS = 'matrix', 'router', 'walnut'
ULTRAPEERS = '24.16.1.10', '62.17.8.11', '66.18.15.12'
# A pair that may work has this long to deliver the whole file; one that cannot, to say so.
WORKS_SECONDS, IMPOSSIBLE_SECONDS = 60, 25
# From "get" to the first byte, wanted as the median of all pairs of that way.
WANTED = {'push': 1.0, 'punch': 2.0}

# downloader, sharer: each way, each kind of host, each reason why it works or not.
QUICK = [('linux', 'public'), ('symrandom', 'public'), ('public', 'linux'), ('public', 'symrandom'),
         ('linux', 'port'), ('port', 'linuxopen'), ('firewall', 'carrier'), ('carrier', 'firewall'),
         ('full', 'symrandom'), ('symrandom', 'address'), ('address', 'symseq'), ('symseq', 'port'),
         ('linuxopen', 'symrandom'), ('symseq', 'symseq')]

Outcome = collections.namedtuple('Outcome', 'downloader sharer expected way first_s whole_s reason_code reason carrier')


def file_name(downloader, sharer):
    return f'{" ".join(WORDS)} for{downloader} from{sharer}.bin'


class Leaf:
    def __init__(self, role, kind, program):
        self.role = role
        self.kind = kind
        self.program = program
        self.results = {}


class Matrix:
    """The hosts, the programs on them, and what came of each pair."""

    def __init__(self, network, top, bindir, pairs, gtk_gnutella=None):
        self.pairs = pairs
        self.sha1 = {}
        self.gtk_gnutella = gtk_gnutella
        self.ultrapeers = [self._program(network, top, f'up{i}', 'public', address, bindir, gtk_gnutella)
                           for i, address in enumerate(ULTRAPEERS)]
        self.downloaders = self._leaves(network, top, bindir, 'd', 81, [pair[0] for pair in pairs])
        self.sharers = self._leaves(network, top, bindir, 's', 84, [pair[1] for pair in pairs])
        for downloader, sharer in pairs:
            self._share(downloader, sharer)
        if not gtk_gnutella:
            self._keep_in_line()

    @staticmethod
    def _program(network, top, name, kind, address, bindir, gtk_gnutella=None):
        host = network.add(name, kind, address)
        folder = os.path.join(top, name)
        os.mkdir(folder, 0o755)
        if gtk_gnutella:
            return GtkGnutella(host, folder, PORT, gtk_gnutella)
        return Filbert(host, folder, PORT, bindir)

    def _leaves(self, network, top, bindir, role, first_byte, kinds):
        leaves = {}
        for kind in nat.KINDS:
            if kind in kinds:
                number = len(leaves) + 1
                program = self._program(network, top, f'{role}-{kind}', kind,
                                        f'{first_byte + number % 3}.{16 + number}.{7 * number}.{10 + number}', bindir)
                leaves[kind] = Leaf(role, kind, program)
        return leaves

    def _share(self, downloader, sharer):
        content = random.Random(f'{downloader} {sharer}').randbytes(SIZE)
        with open(os.path.join(self.sharers[sharer].program.shared, file_name(downloader, sharer)), 'wb') as file:
            file.write(content)
        self.sha1[downloader, sharer] = base64.b32encode(hashlib.sha1(content).digest()).decode()

    def _keep_in_line(self):
        """Whoever hears of an ultrapeer connects to it: they let in only their own leaves and neighbours."""
        leaves = [[leaf.program.host.external for leaf in group.values()]
                  for group in (self.downloaders, self.sharers)]
        others = [[ULTRAPEERS[2], *leaves[1]], [*leaves[0], *leaves[1]], [ULTRAPEERS[0], *leaves[0]]]
        for ultrapeer, strangers in zip(self.ultrapeers, others):
            ultrapeer.host.run('nft', '-f', '-', data=f'''table ip line {{ chain in {{
                type filter hook input priority 10;
                ip saddr {{ {", ".join(strangers)} }} tcp dport {PORT} ct state new reject with tcp reset; }}; }}''')

    @property
    def programs(self):
        leaves = [leaf.program for group in (self.downloaders, self.sharers) for leaf in group.values()]
        return [*self.ultrapeers, *leaves]

    # Beginning

    def start(self):
        first, second, third = self.ultrapeers
        if self.gtk_gnutella:
            friends = [program.host.external for program in self.programs]
            for ultrapeer in self.ultrapeers:
                ultrapeer.start(True, friends)
            for a, b in (second, first), (second, third):
                a.shell(f'node add {b.listen}')
                wait_for(f'{a.listen} is linked with {b.listen}', lambda a=a, b=b: a.node(b.host.external), 60)
        else:
            first.launch('ultrapeer')
            third.launch('ultrapeer')
            second.launch('ultrapeer', [first.listen, third.listen])
        leaves = [*self.downloaders.values(), *self.sharers.values()]
        for leaf in leaves:
            leaf.program.launch('leaf')
        for program in self.programs:
            if isinstance(program, Filbert):
                program.wait_ready()
        for kind, leaf in self.sharers.items():
            leaf.program.wait_offered(sum(sharer == kind for _, sharer in self.pairs))
            # All downloaders may come at the same time: nobody is to hear that this one is busy.
            leaf.program.ctl('set', 'upload-slots', 50)
        # Connected only now: neighbours hear of new files only after a while.
        for leaf in leaves:
            for ultrapeer in self.ultrapeers if self.gtk_gnutella else [first if leaf.role == 'd' else third]:
                leaf.program.ctl('connect', ultrapeer.listen)
        for leaf in leaves:
            wait_for(f'{leaf.program.listen} has a link', lambda p=leaf.program: p.status()['peers'] > 0, 60)

    def learn(self):
        """Waits until every leaf knows where it stands. Returns what they say."""
        leaves = [*self.downloaders.values(), *self.sharers.values()]
        end = time.monotonic() + 120
        for leaf in leaves:
            wait_for(f'{leaf.role}-{leaf.kind} knows where it stands', lambda l=leaf: self._knows_itself(l),
                     max(end - time.monotonic(), 0))
        return ', '.join(f'{leaf.role}-{leaf.kind} {leaf.program.status()["nat"]}' for leaf in leaves)

    @staticmethod
    def _knows_itself(leaf):
        status = leaf.program.status()
        if leaf.kind == 'public':
            return status['tcp_reachable']
        return status['nat'] is not None and status['external'] is not None

    def find(self, leaf):
        """One search of a downloader finds the file that each sharer has for it."""
        wanted = {sharer for downloader, sharer in self.pairs if downloader == leaf.kind}
        # gtk-gnutella 1.2.3 drops the same words from the same leaf for half an hour.
        tries = iter((*[' '.join(words) for n in (1, 2, 3, 0) for words in itertools.permutations(WORDS, n)],
                      *[''] * 1000))

        def probe():
            for row in leaf.program.search(f'for{leaf.kind} {next(tries)}', 6, len(wanted)):
                match = re.fullmatch(r'.* for(\w+) from(\w+)\.bin', row['name'])
                if match and match[1] == leaf.kind:
                    leaf.results.setdefault(match[2], row)
            return wanted <= set(leaf.results)
        wait_for(f'd-{leaf.kind} finds the files of {sorted(wanted)}', probe, 150)
        return f'{len(wanted)} files, {max(row["hops"] for row in leaf.results.values())} hops on'

    # One pair

    def fetch(self, downloader, sharer):
        """Fetches the file of a pair and tells what came of it."""
        program = self.downloaders[downloader].program
        said_before = len(program.log())
        expected = nat.expected(downloader, sharer)
        if sharer not in self.downloaders[downloader].results:
            raise Failure('its file was not found')
        row, first_s, seconds, way = None, None, 0.0, None
        for seconds, row in program.follow(self.downloaders[downloader].results[sharer]['id'], WORKS_SECONDS):
            if row['received_bytes'] > 0 and first_s is None:
                first_s, way = seconds, row['reach']
            if row['state'] in ('done', 'failed') or row['reason_code'] == 'unreachable':
                break
        if row is None:
            raise Failure('"get" said nothing')
        if row['state'] == 'done':
            with open(row['path'], 'rb') as file:
                sha1 = base64.b32encode(hashlib.sha1(file.read()).digest()).decode()
            if sha1 != self.sha1[downloader, sharer]:
                raise Failure('what came is another file')
        else:
            program.ctl('cancel', row['id'])
            way = row['reason_code']
        return Outcome(downloader, sharer, expected, way, first_s, seconds, row['reason_code'], row['reason'],
                       self._carrier(program.log()[said_before:]) if way == 'punch' else None)

    @staticmethod
    def _carrier(log):
        """How the bytes of a punched connection travel, from what was said of it: the stream under a download, or
        under what agrees on the encryption first, is TCP's own or one of datagrams."""
        streams = re.findall(r'\] (\w+) runs (?:punch|download)', log)
        return None if not streams else 'tcp' if streams[-1] == 'tcp' else 'udp'

    def fetch_all(self, downloader):
        """All pairs of one downloader, one after the other."""
        outcomes = []
        for pair in self.pairs:
            if pair[0] == downloader:
                try:
                    outcomes.append(self.fetch(*pair))
                except Failure as error:
                    outcomes.append(Outcome(*pair, nat.expected(*pair), None, None, 0.0, None, str(error), None))
        return outcomes


def judge(outcome):
    """Raises Failure when a pair did not do what it should; else returns what it did."""
    first = f'first byte after {outcome.first_s:.2f} s' if outcome.first_s is not None else 'no byte'
    text = f'{outcome.way}{" by " + outcome.carrier if outcome.carrier else ""}, {first}, {outcome.whole_s:.2f} s'
    if outcome.expected == 'unreachable':
        if outcome.way != 'unreachable':
            raise Failure(f'should be unreachable: {text}; {outcome.reason}')
        if not outcome.reason or outcome.whole_s > IMPOSSIBLE_SECONDS:
            raise Failure(f'said too late, or without a sentence: {text}; {outcome.reason}')
        return f'{text}: {outcome.reason}'
    if outcome.way not in ('direct', 'push', 'punch'):
        raise Failure(f'did not arrive: {text}; {outcome.reason}')
    return text


def table(outcomes):
    """The matrix: downloaders down, sharers across, way and seconds to the first byte in each field."""
    by_pair = {(o.downloader, o.sharer): o for o in outcomes}
    sharers = [kind for kind in nat.KINDS if any(o.sharer == kind for o in outcomes)]
    lines = [' ' * 11 + ''.join(f'{kind:>13}' for kind in sharers)]
    for downloader in nat.KINDS:
        cells = []
        for sharer in sharers:
            outcome = by_pair.get((downloader, sharer))
            cells.append('' if outcome is None else 'no' if outcome.way == 'unreachable' == outcome.expected else
                         f'{outcome.carrier or outcome.way} {outcome.first_s:.2f}' if outcome.first_s is not None else
                         f'FAILED {outcome.way}')
        if any(cells):
            lines.append(f'{downloader:<11}' + ''.join(f'{cell:>13}' for cell in cells))
    return '\n'.join(lines)


def medians(outcomes):
    lines = []
    for way, carrier in ('direct', None), ('push', None), ('punch', None), ('punch', 'tcp'), ('punch', 'udp'):
        times = [o.first_s for o in outcomes
                 if o.way == way and o.first_s is not None and carrier in (None, o.carrier)]
        name = f'{way} by {carrier}' if carrier else way
        if times:
            wanted = f' (wanted: {WANTED[way]:.1f} s)' if way in WANTED else ''
            lines.append(f'{name}: {len(times)} pairs, first byte after {statistics.median(times):.2f} s in the median, '
                         f'{max(times):.2f} s at most{wanted}')
    times = [o.whole_s for o in outcomes if o.way == 'unreachable']
    if times:
        lines.append(f'unreachable: {len(times)} pairs, said after {statistics.median(times):.2f} s in the median, '
                     f'{max(times):.2f} s at most')
    return '\n'.join(lines)


def all_well(matrix):
    for program in matrix.programs:
        if not program.is_alive():
            raise Failure(f'{program.listen} ended by itself: {program.log()[-400:]}')
    for program in matrix.programs:
        if isinstance(program, Filbert) and (status := program.stop()) != 0:
            raise Failure(f'{program.listen} ended with {status}: {program.log()[-400:]}')


def keep(matrix, outcomes):
    folder = os.environ.get('LAB_KEEP')
    if not folder:
        return
    os.makedirs(folder, exist_ok=True)
    for program in matrix.programs:
        if os.path.exists(program.log_path):
            shutil.copy(program.log_path, os.path.join(folder, os.path.basename(program.folder) + '.log'))
    with open(os.path.join(folder, 'matrix.json'), 'w', encoding='utf-8') as file:
        for outcome in outcomes:
            file.write(json.dumps(outcome._asdict()) + '\n')


def cases(suite, matrix):
    outcomes = []
    with concurrent.futures.ThreadPoolExecutor(len(matrix.downloaders)) as pool:
        found = {leaf.kind: pool.submit(matrix.find, leaf) for leaf in matrix.downloaders.values()}
        for kind, future in found.items():
            suite.case(f'{kind} finds what it wants behind three ultrapeers', future.result)
        for future in [pool.submit(matrix.fetch_all, kind) for kind in matrix.downloaders]:
            for outcome in future.result():
                outcomes.append(outcome)
                suite.case(f'{outcome.downloader} gets from {outcome.sharer}', lambda o=outcome: judge(o))
    suite.case('all programs run on and end well', lambda: all_well(matrix))
    suite.note(table(outcomes))
    suite.note(medians(outcomes))
    return outcomes


def all_pairs():
    """Each downloader begins with another sharer, since all of them begin at the same time."""
    kinds = list(nat.KINDS)
    return [(kind, kinds[(i + j) % len(kinds)]) for i, kind in enumerate(kinds) for j in range(len(kinds))]


def parse():
    parser = argparse.ArgumentParser()
    parser.add_argument('build')
    parser.add_argument('--full', action='store_true')
    parser.add_argument('--gtk-gnutella', action='store_true')
    parser.add_argument('--one-way', type=float, default=25)
    parser.add_argument('--pair', action='append', default=[])
    options = parser.parse_args()
    options.pairs = [tuple(pair.split('-')) for pair in options.pair] or QUICK
    if options.full:
        options.pairs = all_pairs()
    if any(kind not in nat.KINDS for pair in options.pairs for kind in pair):
        parser.error(f'a pair is two of {", ".join(nat.KINDS)} with "-" between them')
    return options


def main():
    suite = Suite()
    options = parse()
    gtk_gnutella = os.environ.get('GTK_GNUTELLA') if options.gtk_gnutella else None
    if options.gtk_gnutella and not (gtk_gnutella and os.access(gtk_gnutella, os.X_OK)):
        suite.skip_all('GTK_GNUTELLA names no gtk-gnutella binary')
    reason = lab.why_not()
    if reason:
        suite.skip_all(reason)
    top = lab.enter()
    # The laboratory is taken down also when the test runner has had enough.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    relay = os.path.join(options.build, 'tests', 'lab', 'delay-relay')
    outcomes = []
    with lab.Lab(relay, options.one_way) as network:
        matrix = Matrix(network, top, os.path.join(options.build, 'src'), options.pairs, gtk_gnutella)
        suite.note('the hosts are there')
        try:
            matrix.start()
            suite.note('the programs run and are linked')
            suite.case('every leaf knows where it stands', matrix.learn)
            outcomes = cases(suite, matrix)
        finally:
            for program in matrix.programs:
                program.stop()
            keep(matrix, outcomes)
    suite.end()


if __name__ == '__main__':
    main()
