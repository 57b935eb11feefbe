#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filbert behind routers that open ports: miniupnpd, by PCP and by UPnP.

usage: test-port-mapping.py FOLDER-OF-FILBERTD

A leaf behind a NAT router with a real port mapping daemon, and a host outside that connects to what the router
opened. Skipped with a reason where there is no miniupnpd, or no laboratory.
"""
import os
import select
import sys
import tempfile

import lab
from lab import Failure, wait_for
from miniupnpd import Miniupnpd, is_there
from programs import Filbert
from tap import Suite

OUTSIDE, STRANGER = '81.20.29.14', '62.99.1.1'
PORT = 23451
OPEN = {('tcp', PORT), ('udp', PORT)}
SECONDS = 30


class World:
    """The leaf, its router and a stranger."""

    def __init__(self, laboratory, top, bindir, **router):
        folder = tempfile.mkdtemp(dir=top)
        os.chmod(folder, 0o755)
        self.host = laboratory.add_nat_host('leaf', OUTSIDE)
        self.stranger = laboratory.add_host('stranger', STRANGER)
        self.router = Miniupnpd(self.host, folder, **router).start()
        self.node = Filbert(self.host, folder, PORT, bindir)

    def wait_open(self, ports=None):
        wait_for('the router opens the port', lambda: self.router.open_ports() >= (ports or OPEN), SECONDS)

    def wait_log(self, text):
        wait_for(text, lambda: text in self.node.log(), SECONDS)

    def end(self):
        """Ends the node, and the router closes what it had opened."""
        status = self.node.stop()
        if status != 0:
            raise Failure(f'exit {status}')
        wait_for('the router closes the port', lambda: not self.router.open_ports(), SECONDS)

    def connect(self):
        """A stranger calls, and is answered."""
        caller = self.stranger.socket(address=STRANGER)
        caller.connect_ex((OUTSIDE, PORT))
        if not select.select([], [caller], [], SECONDS)[1] or caller.getsockopt(1, 4) != 0:
            raise Failure('the port is not open')
        caller.send(b'HEAD /uri-res/N2R?urn:sha1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA HTTP/1.1\r\n\r\n')
        if not select.select([caller], [], [], SECONDS)[0] or not caller.recv(4096).startswith(b'HTTP/1.1 '):
            raise Failure('nobody answers behind the port')
        caller.close()


def opened(world):
    world.node.start('leaf')
    world.wait_open()
    world.connect()
    wait_for('others can reach us', lambda: world.node.status()['tcp_reachable'], SECONDS)


def test_pcp(world):
    opened(world)
    world.wait_log('The router opened port 23451 for you (PCP)')
    world.end()


def test_switched(world):
    """The setting counts at once."""
    world.node.start('leaf')
    world.wait_open()
    world.node.ctl('set', 'port-mapping', 'false')
    wait_for('the router closes the port', lambda: not world.router.open_ports(), SECONDS)
    world.node.ctl('set', 'port-mapping', 'true')
    world.wait_open()
    world.node.stop()


def test_restarted(world):
    """A router that was switched off and on says so, and is asked again long before the renewal is due."""
    world.node.start('leaf')
    world.wait_open()
    world.router.stop()
    world.router.start()
    wait_for('the router opens the port again', lambda: world.router.announce() or world.router.open_ports() >= OPEN,
             SECONDS)
    world.node.stop()


def test_upnp(world):
    opened(world)
    world.wait_log('The router opened port 23451 for you (UPnP)')
    world.end()


def test_no_router(world):
    """Nobody answers: that is no reason to wait, and it is said."""
    world.router.stop()
    world.node.start('leaf')
    wait_for('the node knows', lambda: 'The router did not answer' in world.node.log(), 2 * SECONDS)
    world.node.stop()


def main():
    suite = Suite()
    reason = lab.why_not() or (None if is_there() else 'miniupnpd is not installed')
    if reason:
        suite.skip_all(reason)
    top = lab.enter()
    for name, function, router in (
            ('opened by PCP, and closed at the end', test_pcp, {}),
            ('switched off and on', test_switched, {}),
            ('a router that forgets', test_restarted, {}),
            ('opened by UPnP, and closed at the end', test_upnp, {'pmp': False}),
            ('a router that opens nothing', test_no_router, {})):

        def case():
            with lab.Lab() as laboratory:
                world = World(laboratory, top, sys.argv[1], **router)
                try:
                    function(world)
                except Failure:
                    suite.note(world.router.log()[-2000:])
                    suite.note(world.node.log()[-4000:])
                    raise
                finally:
                    world.node.stop()

        suite.case(name, case)
    suite.end()


main()
