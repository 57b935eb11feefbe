# SPDX-License-Identifier: GPL-3.0-or-later
"""The programs that live on the laboratory's hosts: Filbert, and gtk-gnutella as its real peer."""
import glob
import json
import os
import select
import shlex
import subprocess
import time

from lab import Failure, run, wait_for

# gtk-gnutella refuses to be root.
NOBODY = 65534


def bracketed(address):
    """As it stands before a port."""
    return f'[{address}]' if ':' in address else address


class Program:
    """A process on a host; its log is a file."""

    def __init__(self, host, folder, port):
        self.host = host
        self.folder = folder
        self.port = port
        self.process = None
        self.log_path = os.path.join(folder, 'log.txt')

    @property
    def listen(self):
        return f'{bracketed(self.host.external)}:{self.port}'

    def spawn(self, command, **options):
        with open(self.log_path, 'ab') as log:
            self.process = subprocess.Popen(self.host.command(*command), stdin=subprocess.DEVNULL, stdout=log,
                                            stderr=log, start_new_session=True, **options)

    def is_alive(self):
        return self.process is not None and self.process.poll() is None

    def stop(self, seconds=15):
        """Ends the process; returns its exit status (negative: the signal that ended it)."""
        if self.process is None:
            return 0
        self.process.terminate()
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return self.process.wait()

    def log(self):
        with open(self.log_path, encoding='utf-8', errors='replace') as log:
            return log.read()


class Filbert(Program):
    """A node of ours, spoken to by its command line. With @any_address it goes on listening when its host moves."""

    def __init__(self, host, folder, port, bindir, any_address=False):
        super().__init__(host, folder, port)
        self.bound = '0.0.0.0' if any_address else host.address
        self.bindir = bindir
        self.profile = os.path.join(folder, 'profile')
        self.shared = os.path.join(folder, 'shared')
        self.downloads = os.path.join(folder, 'downloads')
        self.env = {'PATH': os.environ['PATH'], 'HOME': folder, 'XDG_RUNTIME_DIR': os.path.join(folder, 'run'),
                    'LANG': 'C.UTF-8', 'GIO_USE_VFS': 'local', 'G_DEBUG': 'fatal-warnings'}
        for name in 'ASAN_OPTIONS', 'UBSAN_OPTIONS':
            if name in os.environ:
                self.env[name] = os.environ[name]
        os.makedirs(self.shared)
        os.makedirs(self.downloads)
        os.makedirs(self.env['XDG_RUNTIME_DIR'], mode=0o700)

    def launch(self, role, connect=()):
        """Starts the program without waiting for it."""
        # A folder that is shared is watched, and of inotify's instances a user has only 128 for all laboratories.
        sharing = ['--share', self.shared] if os.listdir(self.shared) else []
        self.spawn([os.path.join(self.bindir, 'filbertd'), '--profile', self.profile, '--role', role,
                    '--listen', f'{bracketed(self.bound)}:{self.port}', *sharing,
                    '--downloads', self.downloads, '--no-bootstrap', '--headless', '--log', 'debug',
                    *[word for peer in connect for word in ('--connect', peer)]], env=self.env)

    def start(self, role, connect=()):
        self.launch(role, connect)
        return self.wait_ready()

    def wait_ready(self):
        wait_for(f'filbertd on {self.listen}', self._answers, 20)
        return self

    def _answers(self):
        if not self.is_alive():
            raise Failure(f'filbertd on {self.listen} ended: {self.log()[-400:]}')
        return os.path.exists(os.path.join(self.profile, 'node')) and self.status()

    def ctl(self, *words, check=True, timeout=60):
        """One command of filbertctl; returns its rows."""
        command = [os.path.join(self.bindir, 'filbertctl'), '--profile', self.profile, '--json', *map(str, words)]
        done = subprocess.run(command, capture_output=True, text=True, env=self.env, timeout=timeout)
        if check and done.returncode != 0:
            raise Failure(f'filbertctl {" ".join(map(str, words))}: exit {done.returncode}: {done.stderr.strip()}')
        return [json.loads(line) for line in done.stdout.splitlines()]

    def status(self):
        return (self.ctl('status') or [None])[0]

    def peer(self, address):
        """The row of the established link with that address, or None."""
        for row in self.ctl('peers'):
            if row['address'].rsplit(':', 1)[0] == address and row['uptime_s'] is not None and row['user_agent']:
                return row
        return None

    def search(self, words, wait=8, most=1):
        return self.ctl('search', words, '--wait', wait, '--max', most, check=False)

    def wait_offered(self, n_files):
        """Waits until so many of its own files can be found."""
        wait_for(f'{self.listen} offers {n_files} files', lambda: f'{n_files} files can be found' in self.log(), 30)

    def follow(self, what, seconds):
        """Fetches a result or a magnet, and yields (seconds since the command, row) for each change, until it is
        done, has failed, or @seconds are over."""
        begun = time.monotonic()
        process = subprocess.Popen([os.path.join(self.bindir, 'filbertctl'), '--profile', self.profile, '--json',
                                    'get', str(what), '--wait'], stdout=subprocess.PIPE, env=self.env)
        buffer = b''
        try:
            while (left := begun + seconds - time.monotonic()) > 0:
                if not select.select([process.stdout], [], [], left)[0]:
                    return
                chunk = os.read(process.stdout.fileno(), 65536)
                if not chunk:
                    return
                *lines, buffer = (buffer + chunk).split(b'\n')
                for line in lines:
                    yield time.monotonic() - begun, json.loads(line)
        finally:
            process.kill()
            process.wait()
            process.stdout.close()

    def get(self, what, seconds=60):
        """Fetches a result or a magnet to its end and returns the last row."""
        rows = self.ctl('get', what, '--wait', check=False, timeout=seconds)
        return rows[-1] if rows else None


class GtkGnutella(Program):
    """gtk-gnutella, headless, spoken to by its shell. Facts below are of version 1.2.3 (2024-10)."""

    def __init__(self, host, folder, port, binary):
        super().__init__(host, folder, port)
        self.binary = binary
        self.shared = os.path.join(folder, 'shared')
        self.complete = os.path.join(folder, 'complete')
        for name in 'shared', 'complete', 'incomplete', 'corrupt':
            os.makedirs(os.path.join(folder, name))

    def config(self, is_ultrapeer):
        """Its settings. An ultrapeer sends no search of its own before it has a third of up_connections; a leaf
        stays with the one ultrapeer that it is told of."""
        mode = 2 if is_ultrapeer else 0
        behind_nat = 'TRUE' if self.host.is_behind_nat else 'FALSE'
        return f'''listen_port = {self.port}
configured_peermode = {mode}
current_peermode = {mode}
force_local_ip = TRUE
forced_local_ip = "{self.host.external}"
network_protocol = 4
is_firewalled = {behind_nat}
is_udp_firewalled = {behind_nat}
allow_firewalled_ultra = TRUE
enable_upnp = FALSE
enable_natpmp = FALSE
enable_dht = FALSE
enable_g2 = FALSE
use_global_hostiles_txt = FALSE
bandwidth_input_limit = FALSE
bandwidth_output_limit = FALSE
bandwidth_ginput_limit = FALSE
bandwidth_goutput_limit = FALSE
bandwidth_glinput_limit = FALSE
bandwidth_gloutput_limit = FALSE
max_simultaneous_uploads = 50
max_uploads_ip = 20
browse_host_enabled = TRUE
shared_dirs = "{self.shared}"
store_downloading_files_to = "{self.folder}/incomplete"
move_downloading_files_to = "{self.complete}"
move_corrupted_files_to = "{self.folder}/corrupt"
remote_shell_timeout = 0
enable_local_socket = TRUE
log_query_hits = TRUE
log_query_hit_records = TRUE
log_vmsg_rx = TRUE
log_vmsg_tx = TRUE
log_bad_gnutella = TRUE
log_dropped_gnutella = TRUE
node_debug = 3
udp_debug = 2
{'up_connections = 1' if is_ultrapeer else 'max_ultrapeers = 1'}
'''

    def start(self, is_ultrapeer, friends):
        # More than 2 links or 5 requests a minute from an address that is not listed here: banned for 5 minutes.
        with open(os.path.join(self.folder, 'whitelist'), 'w', encoding='ascii') as file:
            file.write(''.join(f'{friend}\n' for friend in friends))
        with open(os.path.join(self.folder, 'config_gnet'), 'w', encoding='utf-8') as file:
            file.write(self.config(is_ultrapeer))
        run('chown', '-R', f'{NOBODY}:{NOBODY}', self.folder)
        self.spawn(self.as_nobody(*wrapper(), self.binary, '--no-dbus', '--no-supervise', '--no-restart'),
                   cwd=self.folder)
        wait_for(f'gtk-gnutella on {self.listen}', self._answers, 120)
        return self

    def as_nobody(self, *command):
        return ['setpriv', f'--reuid={NOBODY}', f'--regid={NOBODY}', '--clear-groups', 'env', '-i',
                'PATH=/usr/bin:/bin', 'LANG=C.UTF-8', f'HOME={self.folder}', f'GTK_GNUTELLA_DIR={self.folder}', *command]

    def _answers(self):
        if not self.is_alive():
            raise Failure(f'gtk-gnutella on {self.listen} ended: {self.log()[-400:]}')
        return os.path.exists(os.path.join(self.folder, 'ipc', 'socket')) and 'Uptime' in self.shell('status')

    def shell(self, *commands):
        """What its shell answers to @commands."""
        done = subprocess.run(self.as_nobody(self.binary, '--shell'), input=''.join(f'{line}\n' for line in commands),
                              capture_output=True, text=True, errors='replace', timeout=20, check=False)
        return done.stdout

    def guid(self):
        """Its servent GUID of now: it may change from one start to the next."""
        return next((word for word in self.shell('print guid').replace('"', ' ').split()
                     if len(word) == 32 and all(c in '0123456789abcdefABCDEF' for c in word)), None)

    def node(self, address):
        """Its line about the link with that address, or None."""
        return next((line for line in self.shell('nodes').splitlines() if f' {address}:' in ' ' + line), None)


def wrapper():
    """What to run gtk-gnutella under: two years after its release it is an ultrapeer only with an older date."""
    words = shlex.split(os.environ.get('GTK_GNUTELLA_WRAPPER', ''))
    if words:
        return words
    for library in glob.glob('/usr/lib/*/faketime/libfaketime.so.1'):
        # Preloaded and not by the program "faketime", which would stand between us and the process.
        return ['env', f'LD_PRELOAD={library}', 'FAKETIME=-900d', 'FAKETIME_DONT_FAKE_MONOTONIC=1',
                'FAKETIME_NO_CACHE=1']
    return []
