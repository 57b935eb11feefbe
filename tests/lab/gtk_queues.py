# SPDX-License-Identifier: GPL-3.0-or-later
"""Waiting for a slot between Filbert and gtk-gnutella: each in the queue of the other, and called back.

Facts below are of gtk-gnutella 1.2.3: who had a slot stays the first in its queue for some two minutes, so slots are
made free by allowing more of them; what is small is served without one; an entry whose time is over is called, not
one whose turn it is.
"""
import base64
import hashlib
import os
import re
import signal
import threading

from lab import Failure, sha1_of, wait_for


class Occupant:
    """Somebody who has a slot of @server and keeps it, asking for a part of a file again and again."""

    def __init__(self, host, server, target):
        self.sock = host.socket()
        self.sock.settimeout(20)
        self.sock.connect((server.host.external, server.port))
        self.request = (f'GET {target} HTTP/1.1\r\nHost: {server.listen}\r\nUser-Agent: Laboratory/1.0\r\n'
                        'Range: bytes=0-%d\r\n\r\n')
        self.over = threading.Event()
        self.ask(400_000)
        self.thread = threading.Thread(target=self.go_on, daemon=True)
        self.thread.start()

    def ask(self, n_bytes):
        self.sock.sendall((self.request % (n_bytes - 1)).encode())
        data = b''
        while b'\r\n\r\n' not in data or len(data.split(b'\r\n\r\n', 1)[1]) < n_bytes:
            chunk = self.sock.recv(65536)
            data += chunk
            if not chunk or not data.startswith(b'HTTP/1.1 206'[:len(data)]):
                raise Failure(f'the occupant has no slot: {data[:300]!r}')

    def go_on(self):
        while not self.over.wait(6):
            self.ask(300_000)

    def leave(self):
        self.over.set()
        self.thread.join()
        self.sock.close()


def download(ours, id):
    return next((row for row in ours.ctl('downloads') if row['id'] == id), None)


def wait_queued(ours, id):
    def probe():
        row = download(ours, id)
        return row if row and row['reason_code'] == 'remote-queue' and row['queue_position'] else None
    return wait_for(f'{ours.listen} waits in a queue', probe, 30)


def wait_done(ours, id, seconds):
    def probe():
        row = download(ours, id)
        return row if row and row['state'] == 'done' else None
    row = wait_for(f'{ours.listen} has fetched it', probe, seconds)
    return f'{row["verified_bytes"]} bytes'


def we_wait(ours, theirs, other, magnet, target, is_called):
    """@ours fetches from @theirs while @other has its only slot; with @is_called it sleeps until it is called."""
    theirs.shell('set max_simultaneous_uploads 1', 'set parq_debug 5')
    occupant = Occupant(other.host, theirs, target)
    try:
        id = ours.ctl('get', magnet)[0]['id']
        row = wait_queued(ours, id)
        if is_called:
            os.kill(ours.process.pid, signal.SIGSTOP)
            wait_for(f'{theirs.listen} calls', lambda: f'Sending QUEUE #1 to {ours.listen}' in theirs.log(), 200, 1)
        theirs.shell('set max_simultaneous_uploads 50')
        if is_called:
            os.kill(ours.process.pid, signal.SIGCONT)
        text = wait_done(ours, id, 60)
    finally:
        os.kill(ours.process.pid, signal.SIGCONT)
        theirs.shell('set max_simultaneous_uploads 50', 'set parq_debug 0')
        occupant.leave()
    # Its own connection comes from any port.
    if is_called:
        came_from = re.escape(theirs.host.external)
        wait_for('the connection of the call', lambda: re.search(
            f'download with {came_from}:(?!{theirs.port} )[0-9]+ closed', ours.log()), 10)
    return f'{row["reason"]} {text}'


def share_new(ours):
    """A file that nobody else has: the others would fetch what they can from each other. Returns its SHA-1 and size."""
    content = os.urandom(1_500_000)
    with open(os.path.join(ours.shared, 'laboratory hickory.bin'), 'wb') as file:
        file.write(content)
    sha1 = base64.b32encode(hashlib.sha1(content).digest()).decode()
    wait_for(f'{ours.listen} shares the new file', lambda: sha1 in [row['sha1'] for row in ours.ctl('library')], 30)
    return sha1, len(content)


def they_wait(ours, theirs, other):
    """@theirs fetches from @ours while @other has our only slot; the slot becomes free while it waits."""
    sha1, size = share_new(ours)
    target = f'/uri-res/N2R?urn:sha1:{sha1}'
    slots = next(row['value'] for row in ours.ctl('settings') if row['key'] == 'upload-slots')
    ours.ctl('set', 'upload-slots', 1)
    occupant = Occupant(other.host, ours, target)

    def has_file():
        paths = [os.path.join(theirs.complete, name) for name in os.listdir(theirs.complete)]
        return any(os.path.getsize(path) == size and sha1_of(path) == sha1 for path in paths)
    try:
        theirs.shell(f'download add "magnet:?xt=urn:sha1:{sha1}&xl={size}&dn=hickory.bin'
                     f'&xs=http://{ours.listen}{target}"')
        wait_for(f'{theirs.listen} waits', lambda: 'Queued' in theirs.shell('downloads'), 30)
        if has_file():
            raise Failure('it was served without a slot')
        said = next((line for line in theirs.shell('downloads').splitlines() if 'Queued' in line), '')
    finally:
        occupant.leave()
    try:
        wait_for(f'{theirs.listen} has fetched it', has_file, 120)
    finally:
        ours.ctl('set', 'upload-slots', slots)
    return f'{said.strip()}; then {size} bytes, SHA-1 {sha1}'
