# SPDX-License-Identifier: GPL-3.0-or-later
"""Waiting for a slot between Filbert and gtk-gnutella: each in the queue of the other, and called back.

Facts below are of gtk-gnutella 1.2.3: who had a slot stays the first in its queue for some two minutes, so slots are
made free by allowing more of them; what is small is served without one; an entry whose time is over is called, not
one whose turn it is.
"""
import os
import re
import signal
import threading

from lab import Failure, wait_for


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
    row = wait_for(f'{ours.listen} has fetched it', lambda: (row := download(ours, id)) and row['state'] == 'done' and row,
                   seconds)
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


def they_wait(ours, theirs, other, fetch, target):
    """@theirs fetches from @ours while @other has our only slot."""
    settings = ours.ctl('settings')
    slots = next(row['value'] for row in settings if row['key'] == 'upload-slots')
    ours.ctl('set', 'upload-slots', 1)
    occupant = Occupant(other.host, ours, target)
    released = []

    def release():
        occupant.leave()
        released.append(True)
    try:
        # It says what it waits for, then the slot becomes free.
        timer = threading.Timer(15, release)
        timer.start()
        text = fetch()
        if not released:
            raise Failure('it was served without a slot')
        return text
    finally:
        timer.join()
        ours.ctl('set', 'upload-slots', slots)
