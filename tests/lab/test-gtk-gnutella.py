#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filbert among real peers: gtk-gnutella as its ultrapeer, as its leaf and as its neighbour.

    GTK_GNUTELLA=/path/to/gtk-gnutella test-gtk-gnutella.py FOLDER-OF-FILBERTD

    GTK_GNUTELLA           the binary; without it everything is skipped
    GTK_GNUTELLA_WRAPPER   what to run it under (programs.py, wrapper())
    LAB_KEEP               a folder to copy the logs of all programs to

The laboratory: gu and fu are ultrapeers, gl and fl leaves with public addresses, gf and ff leaves behind NAT
routers; g is gtk-gnutella and f is Filbert. fl and ff are leaves of gu, gl and gf leaves of fu; gu and fu are
neighbours. So every path between two leaves crosses both kinds of ultrapeers.

Searching from a headless gtk-gnutella needs a build whose shell has "search add" (it is stubbed out in
releases) and that writes its hits to the log as SEARCHHIT lines; the cases that need it are skipped otherwise.
"""
import base64
import os
import random
import re
import shutil
import signal
import sys

import gtk_queues
import lab
from lab import Failure, sha1_of, wait_for
from programs import Filbert, GtkGnutella
from tap import Skip, Suite

PORT = 6346
WORDS = {'gu': 'walnut', 'gl': 'almond', 'gf': 'cashew', 'fu': 'filbert', 'fl': 'pecan', 'ff': 'pistachio'}
PUBLIC = {'gu': '24.16.1.10', 'gl': '62.17.8.11', 'fu': '66.18.15.12', 'fl': '71.19.22.13'}
HIDDEN = {'gf': '81.20.29.14', 'ff': '84.21.36.15'}


class World:
    """The hosts, the programs on them, and the file that each of them shares."""

    def __init__(self, network, top, gtk_gnutella, bindir):
        self.network = network
        self.top = top
        self.programs = {}
        self.sha1 = {}
        self.size = {}
        self.found = {}
        hosts = {name: network.add_host(name, address) for name, address in PUBLIC.items()}
        hosts.update({name: network.add_nat_host(name, address) for name, address in HIDDEN.items()})
        for name, host in hosts.items():
            folder = os.path.join(top, name)
            os.mkdir(folder, 0o755)
            if name[0] == 'f':
                self.programs[name] = Filbert(host, folder, PORT, bindir)
            else:
                self.programs[name] = GtkGnutella(host, folder, PORT, gtk_gnutella)
            self._share(name)

    def __getattr__(self, name):
        try:
            return self.programs[name]
        except KeyError:
            raise AttributeError(name) from None

    def _share(self, name):
        # More than 512 KiB: what gtk-gnutella gives on the first request of a connection, whatever was asked.
        content = random.Random(name).randbytes(1_500_000 + len(self.sha1) * 4099)
        path = os.path.join(self.programs[name].shared, f'laboratory {WORDS[name]}.bin')
        with open(path, 'wb') as file:
            file.write(content)
        os.chmod(path, 0o644)
        self.sha1[name] = sha1_of(path)
        self.size[name] = len(content)

    def start(self):
        friends = [*PUBLIC.values(), *HIDDEN.values()]
        for name in 'gu', 'gl', 'gf':
            self.programs[name].start(name == 'gu', friends)
        self.fu.start('ultrapeer', [self.gu.listen])
        self.fl.start('leaf', [self.gu.listen])
        self.ff.start('leaf', [self.gu.listen])
        for name in 'gl', 'gf':
            self.programs[name].shell(f'node add {self.fu.listen}')

    def stop(self):
        for program in self.programs.values():
            program.stop()

    def n2r(self, name):
        return f'/uri-res/N2R?urn:sha1:{self.sha1[name]}'

    def magnet(self, name, source):
        """A magnet for the file of @name, with @source as the place to fetch it from."""
        return (f'magnet:?xt=urn:sha1:{self.sha1[name]}&xl={self.size[name]}&dn=fetched-{WORDS[name]}.bin'
                f'&xs={source}{self.n2r(name)}')

    def wait_for_link(self, ours, address, role):
        row = wait_for(f'{ours.listen} linked with {address}', lambda: ours.peer(address), 40)
        if row['role'] != role:
            raise Failure(f'{address} is linked as {row["role"]}, not {role}')
        if not row['compressed']:
            raise Failure(f'the link with {address} is not compressed both ways')
        return row

    def wait_for_their_view(self, theirs, ours, letter):
        """gtk-gnutella's flags of a link: U or L, … , then Z: compressed both ways (T, R: one way)."""
        line = wait_for(f'{theirs.listen} lists {ours.host.external}', lambda: theirs.node(ours.host.external), 40)
        flags = line.split()[1]
        if flags[0] != letter or 'Z' not in flags:
            raise Failure(f'gtk-gnutella sees the link as {flags}')
        return flags

    def find(self, searcher, name, seconds=100):
        """Searches until the file of @name is found: tables of words travel late. Returns the result.

        What was found is not searched for again: gtk-gnutella 1.2.3 as an ultrapeer drops the same words from
        the same leaf for half an hour ("Message throttle"), so every try has different words, too.
        """
        tries = iter(('laboratory', 'bin', 'laboratory bin', 'bin laboratory', *[''] * 1000))

        def probe():
            rows = searcher.search(f'{WORDS[name]} {next(tries)}')
            return next((row for row in rows if row.get('sha1') == self.sha1[name]), None)
        key = (searcher.listen, name)
        if key not in self.found:
            self.found[key] = wait_for(f'{searcher.listen} finds {WORDS[name]}', probe, seconds)
        return self.found[key]

    def ours_fetches(self, ours, what, name):
        last = ours.get(what)
        if last is None or last['state'] != 'done':
            raise Failure(f'the download ended as {last}')
        if sha1_of(last['path']) != self.sha1[name]:
            raise Failure('what came is another file')
        return f'{last["verified_bytes"]} bytes, {last["reach"]}, SHA-1 {self.sha1[name]}'

    def theirs_fetches(self, theirs, magnet, name):
        theirs.shell(f'download add "{magnet}"')

        def probe():
            for file in os.listdir(theirs.complete):
                path = os.path.join(theirs.complete, file)
                if os.path.getsize(path) == self.size[name] and sha1_of(path) == self.sha1[name]:
                    return path
            return None
        try:
            wait_for(f'{theirs.listen} fetched {WORDS[name]}', probe, 90)
        except Failure as error:
            raise Failure(f'{error}; it says: {theirs.shell("downloads")[-300:]}') from None
        return f'{self.size[name]} bytes, SHA-1 {self.sha1[name]}'

    def theirs_finds(self, theirs, text, names, seconds=60):
        """Searches with gtk-gnutella and waits for hits of the files of all @names in its log."""
        begin = len(theirs.log())
        if 'could not' in theirs.shell(f'search add "{text}"') or 'SEARCHNEW' not in self._after(theirs, begin):
            raise Skip('this gtk-gnutella has no "search add"')

        def probe():
            lines = [line for line in self._after(theirs, begin).splitlines() if 'SEARCHHIT' in line]
            return all(any(self.sha1[name] in line and f'guid={self.programs[name].status()["guid"]}' in line
                           for line in lines) for name in names) and lines
        lines = wait_for(f'{theirs.listen} gets hits from {names}', probe, seconds)
        return re.sub(r'.*(host=\S+).*(hops=\d+).*', r'\1 \2', lines[0])

    def theirs_browses(self, theirs, name):
        """Asks for the list of files in gtk-gnutella's form and waits for it in its log."""
        begin = len(theirs.log())
        ours = self.programs[name]
        theirs.shell(f'search add "browse:{ours.listen}"')
        if 'SEARCHNEW' not in self._after(theirs, begin):
            raise Skip('this gtk-gnutella has no "search add"')
        wait_for(f'{theirs.listen} browses {ours.listen}', lambda: any(
            'browse:' in line and 'SEARCHHIT' in line and self.sha1[name] in line
            for line in self._after(theirs, begin).splitlines()), 20)

    @staticmethod
    def _after(theirs, begin):
        return theirs.log()[begin:]


def their_complaints(world):
    """What gtk-gnutella logged about us beyond the ordinary: bad, dropped and unexpected messages.

    Ordinary are queries that arrive on two ways, words that are searched for again (find()), and a PUSH along
    the way of a hit that the ultrapeer had fetched out of band: no link has brought that, so it has no route,
    and the push arrives by the push proxies.
    """
    ordinary = re.compile('Duplicate message|DROP Query .*Message throttle|DROP Push .*No route')
    return [line for name in ('gu', 'gl', 'gf') for line in world.programs[name].log().splitlines()
            if 'Filbert' in line and re.search(r'DROP|\bBAD|bad |\bgot improper|unexpected|Bye', line)
            and not ordinary.search(line)]


def called_by_http(caller, proxy, guid):
    """Asks a push proxy by HTTP to have that servent call @caller; returns the GIV line that it says."""
    name = base64.b32encode(bytes.fromhex(guid)).decode().rstrip('=')
    with caller.host.socket(address=caller.host.address) as listener, caller.host.socket() as sock:
        listener.listen(1)
        listener.settimeout(30)
        sock.settimeout(10)
        sock.connect((proxy.host.external, proxy.port))
        sock.sendall((f'GET /gnutella/push-proxy?ServerId={name} HTTP/1.1\r\nHost: {proxy.listen}\r\n'
                      f'User-Agent: Laboratory/1.0\r\nConnection: close\r\n'
                      f'X-Node: {caller.host.address}:{listener.getsockname()[1]}\r\n\r\n').encode())
        status = sock.recv(4096).decode('latin-1').split('\r\n')[0]
        if ' 202 ' not in status:
            raise Failure(f'the proxy says: {status}')
        call, (address, _) = listener.accept()
        with call:
            call.settimeout(10)
            giv = call.recv(1024).decode('latin-1')
    if not giv.lower().startswith('giv ') or guid.lower() not in giv.lower() or not giv.endswith('\n\n'):
        raise Failure(f'{address} says {giv!r}')
    return f'{status}; {address} says {giv.strip()}'


def cases(suite, world):
    w = world

    def our_leaf():
        row = w.wait_for_link(w.fl, PUBLIC['gu'], 'ultrapeer')
        return f'{row["user_agent"]}; it sees {w.wait_for_their_view(w.gu, w.fl, "L")}'

    def their_leaf():
        w.wait_for_link(w.fu, PUBLIC['gl'], 'leaf')
        w.wait_for_link(w.fu, HIDDEN['gf'], 'leaf')
        return f'it sees {w.wait_for_their_view(w.gl, w.fu, "U")}'

    def neighbours():
        w.wait_for_link(w.fu, PUBLIC['gu'], 'ultrapeer')
        return f'it sees {w.wait_for_their_view(w.gu, w.fu, "U")}'

    def reachable_by_tcp():
        for ours in w.fu, w.fl:
            wait_for(f'{ours.listen} knows that it can be reached', lambda o=ours: o.status()['tcp_reachable'], 60)

    def reachable_by_udp():
        # gtk-gnutella throws away what is asked within a minute of its own first ping (reachability.c).
        for ours in w.fu, w.fl:
            wait_for(f'{ours.listen} knows that datagrams arrive', lambda o=ours: o.status()['udp_reachable'], 120)
        if w.ff.status()['tcp_reachable'] or w.ff.status()['udp_reachable']:
            raise Failure('the leaf behind the router believes that it can be reached')

    def search_from_leaf():
        found = w.find(w.fl, 'gl')
        return f'found at {found["address"]}, {found["hops"]} hops on'

    def search_from_ultrapeer():
        w.find(w.fu, 'gl')
        return f'and its ultrapeer: {w.find(w.fu, "gu")["address"]}'

    def fetch_direct():
        return w.ours_fetches(w.fl, w.find(w.fl, 'gl')['id'], 'gl')

    def fetch_from_ultrapeer():
        return w.ours_fetches(w.fu, w.magnet('gu', 'http://' + w.gu.listen), 'gu')

    def fetch_pushed():
        found = w.find(w.fl, 'gf')
        if not found['needs_push']:
            raise Failure('a hit from behind the router does not ask for a push')
        return w.ours_fetches(w.fl, found['id'], 'gf')

    suite.case('Filbert is a leaf of its ultrapeer', our_leaf)
    suite.case('its leaves are leaves of our ultrapeer', their_leaf)
    suite.case('ultrapeers of both kinds are neighbours', neighbours)
    suite.case('it proves that we can be reached by TCP', reachable_by_tcp)
    suite.case('our leaf finds a file of its leaf across both ultrapeers', search_from_leaf)
    suite.case('our ultrapeer finds files of its leaf and of its ultrapeer', search_from_ultrapeer)
    suite.case('its leaf finds files of ours', lambda: w.theirs_finds(w.gl, 'laboratory', ['fu', 'fl', 'ff']))
    suite.case('its ultrapeer finds files of ours', lambda: w.theirs_finds(w.gu, 'laboratory bin', ['fu', 'fl', 'ff']))
    suite.case('we fetch from its leaf', fetch_direct)
    suite.case('we fetch from its ultrapeer', fetch_from_ultrapeer)
    suite.case('it fetches from our leaf',
               lambda: w.theirs_fetches(w.gl, w.magnet('fl', 'http://' + w.fl.listen), 'fl'))
    suite.case('it fetches from our ultrapeer',
               lambda: w.theirs_fetches(w.gl, w.magnet('fu', 'http://' + w.fu.listen), 'fu'))
    suite.case('its leaf behind a router pushes to us', fetch_pushed)
    suite.case('our leaf behind a router pushes to it',
               lambda: w.theirs_fetches(w.gl, w.magnet('ff', f'push://{w.ff.status()["guid"]}:{w.gu.listen}'), 'ff'))
    suite.case('its ultrapeer has our leaf behind a router call, asked by HTTP',
               lambda: called_by_http(w.fl, w.gu, w.ff.status()['guid']))
    suite.case('our ultrapeer has its leaf behind a router call, asked by HTTP',
               lambda: called_by_http(w.fl, w.fu, w.find(w.fl, 'gf')['guid']))
    suite.case('it browses our leaf', lambda: w.theirs_browses(w.gl, 'fl'))
    suite.case('it waits in our queue for a file', lambda: gtk_queues.they_wait(w.fl, w.gl, w.fu))
    suite.case('we wait in its queue for a file', lambda: gtk_queues.we_wait(
        w.fl, w.gu, w.fu, w.magnet('gu', 'http://' + w.gu.listen), w.n2r('gu'), False))
    suite.case('we fetch a file when it calls us', lambda: gtk_queues.we_wait(
        w.fu, w.gl, w.fl, w.magnet('gl', 'http://' + w.gl.listen), w.n2r('gl'), True))
    suite.case('it proves that we can be reached by UDP', reachable_by_udp)
    suite.case('it has no complaint about us', lambda: no_complaint(w))
    suite.case('all programs run on and end well', lambda: all_well(w))


def no_complaint(world):
    complaints = their_complaints(world)
    if os.environ.get('LAB_KEEP'):
        for name in 'gu', 'gl', 'gf':
            with open(world.programs[name].log_path, 'a', encoding='utf-8') as log:
                log.write(world.programs[name].shell('nodes', 'stats drop', 'stats general'))
    if complaints:
        raise Failure('\n'.join(complaints[:10]))


def all_well(world):
    for name, program in world.programs.items():
        if not program.is_alive():
            raise Failure(f'{name} ended by itself: {program.log()[-400:]}')
    for name in 'fu', 'fl', 'ff':
        status = world.programs[name].stop()
        if status != 0:
            raise Failure(f'{name} ended with {status}: {world.programs[name].log()[-400:]}')


def keep_logs(world):
    folder = os.environ.get('LAB_KEEP')
    for name, program in world.programs.items() if folder else ():
        os.makedirs(folder, exist_ok=True)
        if os.path.exists(program.log_path):
            shutil.copy(program.log_path, os.path.join(folder, f'{name}.log'))


def main():
    suite = Suite()
    gtk_gnutella = os.environ.get('GTK_GNUTELLA')
    if not gtk_gnutella:
        suite.skip_all('GTK_GNUTELLA names no gtk-gnutella binary')
    if not os.access(gtk_gnutella, os.X_OK):
        suite.skip_all(f'{gtk_gnutella} (from GTK_GNUTELLA) cannot be run')
    reason = lab.why_not()
    if reason:
        suite.skip_all(reason)
    top = lab.enter()
    # The laboratory is taken down also when the test runner has had enough.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    with lab.Lab() as network:
        world = World(network, top, gtk_gnutella, sys.argv[1])
        try:
            world.start()
            cases(suite, world)
        finally:
            world.stop()
            keep_logs(world)
    suite.end()


if __name__ == '__main__':
    main()
