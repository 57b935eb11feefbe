#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files between hosts that have IPv6 and nothing else, in front of each of them nothing or a firewall that lets in
answers only: directly, by push, and punched when both have one. And between hosts that have both families, where
the routers for IPv4 let nobody through.

usage: test-ipv6.py BIN-DIR
"""
import hashlib
import os
import random
import signal
import sys
import tempfile

import lab
from lab import Failure, wait_for
from programs import Filbert
from tap import Suite

PORT = 23456
SIZE = 3 << 20
# Networks of different providers.
ULTRAPEERS = '2a01:1::10', '2603:2::10', '2804:3::10'
EXPECTED = {('public', 'public'): 'direct', ('firewall', 'public'): 'direct', ('public', 'firewall'): 'push',
            ('firewall', 'firewall'): 'punch'}


def file_name(downloader, sharer):
    return f'filbert {downloader}wants{sharer}.bin'


def share(node, name):
    with open(os.path.join(node.shared, name), 'wb') as file:
        file.write(random.Random(name).randbytes(SIZE))


def knows_itself(node, is_reachable):
    """Whether it can be reached, and its address."""
    def probe():
        status = node.status()
        return status['tcp_reachable'] is is_reachable and status['external'] == node.listen
    wait_for(f'{node.listen} knows where it stands', probe, 150, 1)


def fetch(downloader, name, expected):
    found = wait_for(f'{downloader.listen} finds {name}', lambda: downloader.search(name.rsplit('.', 1)[0]), 60)[0]
    last = None
    for seconds, row in downloader.follow(found['id'], 90):
        last = row
    if last is None or last['state'] != 'done':
        raise Failure(f'{name}: {last}')
    with open(last['path'], 'rb') as file:
        if hashlib.sha1(file.read()).digest() != hashlib.sha1(random.Random(name).randbytes(SIZE)).digest():
            raise Failure(f'{name}: other bytes')
    if last['reach'] != expected:
        raise Failure(f'{name}: came by {last["reach"]}')
    return f'{last["reach"]}, {seconds:.1f} s'


class Internet:
    """Three ultrapeers, and the leaves of a test."""

    def __init__(self, network, top):
        self.network = network
        self.top = top
        self.nodes = []

    def program(self, name, kind, address, any_address=False):
        folder = os.path.join(self.top, name)
        os.mkdir(folder)
        node = Filbert(self.network.add(name, kind, address), folder, PORT, sys.argv[1], any_address=any_address)
        self.nodes.append(node)
        return node

    def stop(self):
        for node in reversed(self.nodes):
            node.stop()


def ipv6_only(suite, internet):
    ultrapeers = [internet.program(f'up{i}', 'public', address) for i, address in enumerate(ULTRAPEERS)]
    downloaders = {kind: internet.program(f'd-{kind}', kind, f'2a02:{4 + i}::14', True)
                   for i, kind in enumerate(('public', 'firewall'))}
    sharers = {kind: internet.program(f's-{kind}', kind, f'2001:{6 + i}00::15', True)
               for i, kind in enumerate(('public', 'firewall'))}
    for downloader, sharer in EXPECTED:
        share(sharers[sharer], file_name(downloader, sharer))
    for i, ultrapeer in enumerate(ultrapeers):
        ultrapeer.start('ultrapeer', [other.listen for other in ultrapeers[:i]])
    for leaf in [*sharers.values(), *downloaders.values()]:
        leaf.launch('leaf', [ultrapeer.listen for ultrapeer in ultrapeers])
    for sharer in sharers.values():
        sharer.wait_ready()
        sharer.wait_offered(2)
    for group in sharers, downloaders:
        for kind, leaf in group.items():
            leaf.wait_ready()
            suite.case(f'a {kind} host knows its address', lambda l=leaf, k=kind: knows_itself(l, k == 'public'))
    for (downloader, sharer), reach in EXPECTED.items():
        suite.case(f'{downloader} wants of {sharer}: {reach}',
                   lambda d=downloader, s=sharer, r=reach: fetch(downloaders[d], file_name(d, s), r))


def both_families(suite, internet):
    """Behind routers that take another port for each contact, which leave no way by IPv4."""
    ultrapeers = []
    for i, address in enumerate(('24.16.1.10', '62.17.8.11', '66.18.15.12')):
        ultrapeers.append(internet.program(f'up{i}', 'public', address, True))
        internet.network.give_ipv6(ultrapeers[-1].host, ULTRAPEERS[i])
    leaves = {}
    for i, (name, kind) in enumerate((('d', 'firewall'), ('s', 'firewall'), ('o', 'public'))):
        leaves[name] = internet.program(name, 'symrandom', f'{81 + i}.2{i}.29.14', True)
        internet.network.give_ipv6(leaves[name].host, f'2a02:{4 + i}::14', kind)
    for name in 's', 'o':
        share(leaves[name], file_name('d', name))
    for i, ultrapeer in enumerate(ultrapeers):
        ultrapeer.start('ultrapeer', [other.listen for other in ultrapeers[:i]])
    for leaf in leaves.values():
        leaf.launch('leaf', [ultrapeer.listen for ultrapeer in ultrapeers])
    for leaf in leaves.values():
        leaf.wait_ready()
    for leaf in leaves.values():
        wait_for(f'{leaf.listen} knows its router', lambda l=leaf: l.status()['nat'] == 'symmetric-random', 150, 1)
    for name, words in ('s', 'a firewall'), ('o', 'nothing'):
        suite.case(f'hopeless routers for IPv4 and {words} for IPv6: punch',
                   lambda n=name: fetch(leaves['d'], file_name('d', n), 'punch'))


def main():
    suite = Suite()
    reason = lab.why_not()
    if reason:
        suite.skip_all(reason)
    lab.enter()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    for part in ipv6_only, both_families:
        with lab.Lab() as network, tempfile.TemporaryDirectory() as top:
            internet = Internet(network, top)
            try:
                part(suite, internet)
            finally:
                internet.stop()
    suite.end()


if __name__ == '__main__':
    main()
