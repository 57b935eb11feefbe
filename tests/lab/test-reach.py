#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every kind of host of the laboratory finds out what stands in front of it, from four ultrapeers.

usage: test-reach.py BIN-DIR
"""
import os
import signal
import sys
import tempfile

import lab
import nat
from lab import Failure, wait_for
from programs import Filbert
from tap import Suite

PORT = 23456
ULTRAPEERS = '62.1.1.10', '66.2.2.10', '71.3.3.10', '95.4.4.10'

# What status calls each kind, whether strangers come in by TCP, and whether a two-sided path can work.
EXPECTED = {
    'public': ('public', True, True),
    'firewall': ('firewall', False, True),
    'full': ('full-cone', False, True),
    'address': ('address-restricted', False, True),
    'port': ('port-restricted', False, True),
    'symrandom': ('symmetric-random', False, False),
    'symseq': ('symmetric-sequential', False, True),
    'linux': ('port-restricted', False, True),
    'linuxopen': ('port-restricted', False, True),
    'carrier': ('port-restricted', False, True),
}

# A ping from another port is asked for once in a minute; a stranger is one that was not called for three.
SECONDS = {'full': 420}


def check(leaf, kind):
    name, tcp, punch = EXPECTED[kind]

    def probe():
        status = leaf.status()
        seen = status['nat'], status['tcp_reachable']
        if seen == (name, tcp):
            return status
        probe.seen = seen
        return None
    try:
        status = wait_for(f'{kind} knows that it is {name}', probe, SECONDS.get(kind, 150), 1)
    except Failure as error:
        raise Failure(f'{error}; it says {probe.seen}') from None
    lines = {line['name']: line for line in leaf.ctl('doctor')}
    if lines['tcp']['verdict'] is not tcp or lines['punch']['verdict'] is not punch:
        raise Failure(f'the doctor says {lines}')
    if status['external'].rsplit(':', 1)[0] != leaf.host.external:
        raise Failure(f'it takes {status["external"]} for its address')
    return f'{status["nat"]}; {lines["tcp"]["text"]} {lines["punch"]["text"]}'


def main():
    suite = Suite()
    reason = lab.why_not()
    if reason:
        suite.skip_all(reason)
    lab.enter()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    with lab.Lab() as network, tempfile.TemporaryDirectory() as top:
        def program(name, kind, address):
            folder = os.path.join(top, name)
            os.mkdir(folder)
            return Filbert(network.add(name, kind, address), folder, PORT, sys.argv[1], any_address=True)

        ultrapeers = [program(f'up{i}', 'public', address) for i, address in enumerate(ULTRAPEERS)]
        leaves = {kind: program(kind, kind, f'81.20.{i}.14') for i, kind in enumerate(nat.KINDS)}
        try:
            for i, ultrapeer in enumerate(ultrapeers):
                ultrapeer.start('ultrapeer', [other.listen for other in ultrapeers[:i]])
            for leaf in leaves.values():
                leaf.launch('leaf', [ultrapeer.listen for ultrapeer in ultrapeers])
            for leaf in leaves.values():
                leaf.wait_ready()
            for kind, leaf in sorted(leaves.items(), key=lambda item: SECONDS.get(item[0], 0)):
                suite.case(f'{kind}: {nat.KINDS[kind].words}', lambda l=leaf, k=kind: check(l, k))
        finally:
            for node in [*leaves.values(), *ultrapeers]:
                node.stop()
    suite.end()


if __name__ == '__main__':
    main()
