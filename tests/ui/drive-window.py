#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Drives the real window as a person with a screen reader and a keyboard would: drive-window.py FILBERT FILBERTD|--demo [STEP...]

FILBERTD is a node with rows of all kinds that never change by themselves; --demo is a network of real ones.
All steps in their order, or those that are named.

Looks only at what assistive programs see (AT-SPI), types with xdotool, and waits for things, never for time.
"""
import os
import shutil
import subprocess
import sys
import time

# Warnings are fatal in the window, not in the library that looks at it: that one warns of every bus that
# is not quite there yet.
WINDOW_DEBUG = os.environ.pop('G_DEBUG', '')

try:
    import gi
    gi.require_version('Atspi', '2.0')
    from gi.repository import Atspi, GLib
except (ImportError, ValueError) as error:
    print(f'SKIP: {error}')
    sys.exit(77)
if shutil.which('xdotool') is None:
    print('SKIP: xdotool is not installed')
    sys.exit(77)

LIMIT_S = 180
EVENTS = ('object:children-changed', 'object:text-changed', 'object:state-changed', 'object:property-change', 'window:')


class Watch:
    """Turns the main loop until something is heard of the window, so that nothing is asked in vain."""

    def __init__(self):
        self.heard = False
        self.listener = Atspi.EventListener.new(self.hear)
        for event in EVENTS:
            self.listener.register(event)

    def hear(self, event):
        self.heard = True

    def wait(self):
        # Not all that changes is told (labels of drawn cells, the first window), so it is looked at anyway.
        context = GLib.MainContext.default()
        timer = GLib.timeout_add(250, self.hear_nothing)
        while not self.heard:
            context.iteration(True)
        while context.iteration(False):
            pass
        if self.timed_out:
            self.timed_out = False
        else:
            GLib.source_remove(timer)
        self.heard = False

    timed_out = False

    def hear_nothing(self):
        self.timed_out = self.heard = True
        return GLib.SOURCE_REMOVE


def wait_for(what, condition):
    """Until the condition holds. While widgets come and go, the tree may change under the one who walks it."""
    end = time.monotonic() + LIMIT_S
    while True:
        try:
            value = condition()
        except (GLib.Error, AttributeError):
            value = None
        if value:
            return value
        if time.monotonic() > end:
            raise SystemExit(f'not within {LIMIT_S} s: {what}')
        WATCH.wait()


def walk(node, depth=0):
    """All that is visible below a node; the insides of the page switcher, which say everything twice, left out."""
    if node is None or depth > 60 or (depth > 0 and not is_visible(node)):
        return
    yield node
    if node.get_role() == Atspi.Role.PAGE_TAB:
        return
    for i in range(node.get_child_count()):
        yield from walk(node.get_child_at_index(i), depth + 1)


def is_visible(node):
    # GTK 4.8 says "visible" but never "showing".
    return node.get_state_set().contains(Atspi.StateType.VISIBLE)


def find(role, name, top=None):
    for node in walk(top or window()):
        if name in (node.get_name() or '') and node.get_role_name() == role:
            return node
    return None


def has_text(part):
    return find('label', part) is not None


def has_description(part):
    return any(part in (node.get_description() or '') for node in walk(window()) if node.get_role() == Atspi.Role.LABEL)


def application():
    # Without a main loop of ours nobody tells the cache what has changed.
    while GLib.MainContext.default().iteration(False):
        pass
    desktop = Atspi.get_desktop(0)
    desktop.clear_cache()
    for i in range(desktop.get_child_count()):
        child = desktop.get_child_at_index(i)
        if child is not None and 'filbert' in (child.get_name() or '').lower():
            return child
    return None


def window():
    top = application()
    # The last one is on top: a dialog, when there is one.
    return top.get_child_at_index(top.get_child_count() - 1) if top is not None and top.get_child_count() > 0 else None


def key(*names):
    subprocess.run(['xdotool', 'key', '--delay', '20', *names], check=True)


def write(text):
    subprocess.run(['xdotool', 'type', '--delay', '10', text], check=True)


def press(name):
    """Finds the button and presses it; both again if it is made anew in between."""
    wait_for(f'the button {name}', lambda: find('push button', name).do_action(0))


def actions(method, *arguments):
    return subprocess.run(['gdbus', 'call', '--session', '--dest', 'org.filbert.Filbert', '--object-path',
                           '/org/filbert/Filbert/window/1', '--method', f'org.gtk.Actions.{method}', *arguments],
                          check=True, capture_output=True, text=True).stdout


def act(name, parameter):
    actions('Activate', name, parameter, '{}')


def is_enabled(name):
    return actions('Describe', name).startswith('((true')


def has_focus(node):
    return node.get_state_set().contains(Atspi.StateType.FOCUSED)


def focused():
    """Where the keyboard is, as text that can be compared."""
    nodes = [n for n in walk(window()) if has_focus(n)]
    return [(n.get_role_name(), n.get_name(), n.get_index_in_parent()) for n in nodes]


def fill(name, text):
    """Has another text stand in the entry of that name."""
    wait_for(f'the entry {name}', lambda: [node for node in walk(window()) if node.get_name() == name
                                           and node.get_role_name() in ('text', 'entry')
                                           and node.set_text_contents(text)])


def toggle_by_keyboard(name):
    """Check boxes have no action in GTK 4.8, so the keyboard it is."""
    for _ in range(20):
        before = focused()
        key('Tab')
        wait_for('the keyboard moves on', lambda: focused() != before)
        if has_focus(find('check box', name)):
            key('space')
            return
    raise SystemExit(f'the keyboard does not reach: {name}')


def nameless():
    """Controls that can be reached and have no name."""
    roles = {'push button', 'toggle button', 'entry', 'text', 'spin button', 'check box', 'radio button', 'combo box',
             'page tab', 'switch', 'slider'}
    return [(n.get_role_name(), n.get_parent().get_role_name(), n.get_parent().get_name()) for n in walk(window())
            if n.get_role_name() in roles and n.get_state_set().contains(Atspi.StateType.FOCUSABLE)
            and not (n.get_name() or n.get_description()) and not any(c.get_name() for c in walk(n))]


def check_names(page):
    wait_for(f'{page} can be walked', lambda: nameless() is not None)
    found = nameless()
    if found:
        raise SystemExit(f'{page} has controls without a name: {found}')


def wait_for_text(part):
    wait_for(f'the text “{part}”', lambda: has_text(part))


def search_and_download():
    wait_for_text('Connected · 4 links')
    check_names('the first page')
    # The entry has the focus from the start.
    wait_for('the keyboard is in the entry', lambda: any(role in ('text', 'entry') for role, *_ in focused()))
    write('purple hazel')
    key('Return')
    wait_for_text('14 results')
    wait_for_text('1 hidden by filters')
    wait_for_text('Purple Hazel - Walnut Grove.ogg')
    wait_for_text('punch')
    # Who cannot be reached says why, also to who does not see it.
    wait_for_text('unreachable')
    wait_for('why', lambda: has_description('The other router uses another port for each connection'))
    assert not has_text('hazel_setup.exe')
    check_names('the results')

    # By keyboard: from the words to the first result, download it, open it.
    before = focused()
    key('Down')
    wait_for('the keyboard is in the results', lambda: focused() != before)
    key('Return')
    wait_for_text('Downloading')
    key('Right')
    wait_for('those who have it', lambda: has_description('198.51.100.24:23451'))
    key('Left')
    wait_for('it is closed', lambda: not has_description('198.51.100.24:23451'))
    key('F9')
    wait_for_text('SHA-1')
    check_names('the details')
    key('F9')


def transfers():
    key('alt+2')
    wait_for_text('hazel-linux-12.1-amd64.iso')
    wait_for_text('✓ every byte checked')
    wait_for_text('62 %')
    wait_for_text('The only source is busy')
    check_names('the transfers')
    press('Pause hazel-linux-12.1-amd64.iso')
    press('Resume hazel-linux-12.1-amd64.iso')
    wait_for('it moves again', lambda: find('push button', 'Pause hazel-linux-12.1-amd64.iso'))
    # A limit of its own, by keyboard, and without it again.
    act('limit', '[<int64 400>]')
    wait_for('how fast', lambda: find('spin button', 'Speed limit'))
    check_names('the limit of a download')
    wait_for('the keyboard is in the speed', lambda: any(role in ('text', 'spin button') for role, *_ in focused()))
    key('ctrl+a')
    write('750')
    key('Return')
    wait_for_text('at most 750.0')
    act('limit', '[<int64 400>]')
    press('No Limit')
    wait_for('it has none', lambda: not has_text('at most 750.0'))
    # What is behind the line.
    toggle = wait_for('the details button', lambda: find('toggle button', 'Details of hazel-linux-12.1-amd64.iso')
                      or find('push button', 'Details of hazel-linux-12.1-amd64.iso'))
    wait_for('the details open', lambda: toggle.do_action(0))
    wait_for_text('192.0.2.61:41211 · FLBT · punch · delivers')
    wait_for_text('47 ms')
    wait_for_text('Both of you opened a path from inside at the same moment')
    wait_for_text('Between you: your NAT, 2 ultrapeers for the signalling, their NAT. The connection is encrypted. '
                  'A round trip by UDP takes 47 ms.')
    wait_for('the path in words', lambda: find('image', 'Between you: your NAT') or find('icon', 'Between you: your NAT'))
    wait_for('the map in words', lambda: find('image', 'verified') or find('icon', 'verified'))
    check_names('the details of a download')
    # What is cancelled can be had back. The action tells when, at once: to search the whole window might take
    # longer than the offer stands.
    press('Cancel The Hazel Wood')
    wait_for('it can be undone', lambda: is_enabled('undo'))
    key('ctrl+z')
    wait_for('it was undone', lambda: not is_enabled('undo'))
    wait_for('it is back', lambda: find('push button', 'Cancel The Hazel Wood'))


def reach_by_keyboard(name):
    """Backwards through the page to the row of that name."""
    for _ in range(60):
        before = focused()
        key('shift+Tab')
        wait_for('the keyboard moves on', lambda: focused() != before)
        if any(role == 'list item' and name in title for role, title, _ in focused()):
            return
    raise SystemExit(f'the keyboard does not reach: {name}')


def uploads():
    """A limit for one of them, from its menu; it begins at the speed that there is, and the other one stays as it is."""
    key('alt+2')
    press('Uploads')
    wait_for_text('40.0\u00a0kB/\u2060s · to 192.0.2.61:41211')
    reach_by_keyboard('walking notes 2024.pdf')
    key('shift+F10')
    wait_for('the menu', lambda: has_focus(find('menu item', 'Limit Speed…')))
    key('Return')
    wait_for('how fast it goes', lambda: find('spin button', 'Speed limit').get_current_value() == 40)
    wait_for_text('may go to 192.0.2.61:41211')
    check_names('the limit of an upload')
    wait_for('the keyboard is in the speed', lambda: any(role in ('text', 'spin button') for role, *_ in focused()))
    key('ctrl+a')
    write('25')
    key('Return')
    wait_for_text('40.0\u00a0kB/\u2060s · at most 25.0\u00a0kB/\u2060s · to 192.0.2.61:41211')
    wait_for_text('140.0\u00a0kB/\u2060s · to 198.51.100.24:50211')
    # The next one that does not move is offered what was chosen last.
    act('limit', '[<int64 402>]')
    wait_for('what was chosen last', lambda: find('spin button', 'Speed limit').get_current_value() == 25)
    press('Cancel')
    act('limit-upload', '[<int64 301>]')
    press('No Limit')
    wait_for_text('40.0\u00a0kB/\u2060s · to 192.0.2.61:41211')
    press('Uploads')


def cancel(name):
    press('Cancel ' + name)
    wait_for(f'{name} is gone', lambda: not find('push button', 'Cancel ' + name))


def finished():
    """What is not there any more is not opened, and said so; what leaves the list can be had back."""
    key('alt+2')
    act('open', '[<int64 404>]')
    wait_for_text('“purple_hazel_field_notes.pdf” is not in the folder /tmp any more.')
    act('show-in-folder', '[<int64 405>]')
    wait_for_text('“hazel grafting handbook.epub” is not in the folder /tmp any more.')
    for name, parameter, button in (('trash', '[<int64 405>]', 'Open hazel grafting'), ('clear-finished', '[]', 'Open purple_hazel')):
        act(name, parameter)
        wait_for('it can be undone', lambda: is_enabled('undo'))
        wait_for('it is gone', lambda: not find('push button', button))
        key('ctrl+z')
        wait_for('it is back', lambda: find('push button', button))
    # What was cleared comes back one by one.
    wait_for('both are back', lambda: find('push button', 'Open hazel grafting'))
    # A file that is not there cannot go to the trash.
    act('trash', '[<int64 405>]')
    wait_for('it can be undone', lambda: is_enabled('undo'))
    wait_for('it is gone', lambda: not find('push button', 'Open hazel grafting'))
    cancel('The Hazel Wood')
    wait_for('it could not be done', lambda: find('push button', 'Open hazel grafting'))
    key('ctrl+z')
    wait_for('the other is back, too', lambda: find('push button', 'Cancel The Hazel Wood'))


def queue():
    """The downloads that are not done, from the first to the last, by what their buttons are called."""
    return [(n.get_name() or '')[len('Cancel '):] for n in walk(window())
            if n.get_role_name() == 'push button' and (n.get_name() or '').startswith('Cancel ')]


def order():
    """What moves up begins sooner, and stands higher; the keyboard goes with it."""
    key('alt+2')
    before = wait_for('a queue', lambda: len(queue()) > 2 and queue())
    act('details', '[<int64 400>]')
    name = 'hazel-linux-12.1-amd64.iso'
    at = before.index(name)
    lower = before[at + 1]
    act('move', "[<(int64 400, 'down')>]")
    wait_for('it stands lower', lambda: queue().index(lower) == at and queue().index(name) == at + 1)
    wait_for('its details are still open', lambda: has_text('Sources and the way there'))
    wait_for('the keyboard is in the list', lambda: any(name in (spoken or '') for _, spoken, _ in focused()))
    key('alt+Up')
    wait_for('it is where it was', lambda: queue() == before)
    key('alt+End')
    wait_for('it is the last', lambda: queue()[-1] == name)
    key('alt+Home')
    wait_for('it is the first', lambda: queue()[0] == name)


def paste():
    """A link from the clipboard is offered; in the entry, pasting is pasting."""
    key('ctrl+f')
    wait_for('the keyboard is in the entry', lambda: any(role in ('text', 'entry') for role, *_ in focused()))
    key('ctrl+a')
    write('magnet:?xt=urn:sha1:VMTHZRDFYWS3N2VTC5YU65HA7AFBJCQO&dn=nut')
    key('ctrl+a', 'ctrl+c', 'End', 'ctrl+v')
    wait_for('the text twice', lambda: [n for n in walk(window()) if n.get_role_name() in ('text', 'entry')
                                        and n.get_text(0, n.get_character_count()).count('magnet:') == 2])
    key('alt+2', 'ctrl+v')
    wait_for_text('Download “nut”?')
    key('ctrl+v')
    press('Dismiss')
    wait_for('it was one offer', lambda: not has_text('Download “nut”?'))


def history():
    """Long after the offer, too, what was cancelled can be had back, or is deleted for good; words find what is meant."""
    key('alt+2')
    cancel('The Hazel Wood')
    cancel('Hazel catkins')
    key('ctrl+h')
    for name in 'The Hazel Wood', 'Hazel catkins', 'nightingale, two hours', 'purple_hazel_field_notes':
        wait_for_text(name)
    check_names('the history')
    fill('Words of the name', 'night')
    wait_for('only what was finished is left', lambda: has_text('nightingale') and not has_text('Cancelled')
             and not has_text('purple_hazel_field_notes'))
    fill('Words of the name', 'WOOD hazel')
    wait_for('only what was cancelled is left', lambda: has_text('The Hazel Wood') and not has_text('Hazel catkins')
             and not has_text('Finished'))
    fill('Words of the name', 'acorn')
    wait_for_text('Nothing was found.')
    fill('Words of the name', '')
    wait_for('all is there', lambda: has_text('nightingale') and not has_text('Nothing was found.'))

    press('Delete what is kept of Hazel catkins')
    wait_for('it left the history', lambda: not has_text('Hazel catkins'))
    press('Bring The Hazel Wood - a radio play.flac back')
    wait_for('this one did, too', lambda: has_text('nightingale') and not has_text('Cancelled'))
    key('Escape')
    wait_for('it is back once more', lambda: find('push button', 'Cancel The Hazel Wood'))
    assert not find('push button', 'Cancel Hazel catkins')

    cancel('The Hazel Wood')
    key('ctrl+h')
    press('Delete All')
    wait_for('nothing of it is kept', lambda: has_text('nightingale') and not has_text('Cancelled'))

    press('Clear History…')
    wait_for_text('Clear the History?')
    press('Cancel')
    wait_for('it asked first', lambda: not has_text('Clear the History?') and has_text('nightingale'))
    press('Clear History…')
    wait_for_text('Clear the History?')
    press('Clear')
    wait_for_text('Nothing was found.')
    assert not has_text('nightingale')
    key('Escape')
    wait_for('the history is closed', lambda: not has_text('Nothing was found.'))


def library():
    key('alt+3')
    wait_for_text('Field recordings')
    check_names('the library')
    act('share-check', "[<'/home/ada/Music'>]")
    wait_for('what the world would see', lambda: find('push button', 'Share 309 files'))
    wait_for_text('3 files look private')
    check_names('the folder to share')
    private = 'Share the private-looking files too'
    assert not find('check box', private).get_state_set().contains(Atspi.StateType.CHECKED)
    toggle_by_keyboard(private)
    wait_for('the button counts them', lambda: find('push button', 'Share 312 files'))
    key('space')
    press('Share 309 files')
    wait_for('the folder is shared', lambda: find('push button', 'Stop sharing Music'))
    act('share-check', "[<'/'>]")
    wait_for_text('The whole disk is never shared')
    key('Escape')
    wait_for('the dialog is gone', lambda: find('push button', 'Add folder'))


def network():
    key('alt+4')
    wait_for_text('Others can reach you (TCP)')
    wait_for_text('Nobody could connect to you. A router or a firewall keeps them out. Whoever can be connected to '
                  'gets your files all the same: you are asked by push to connect to them.')
    wait_for_text('Let Filbert ask your router to open port 23451.')
    press('Ask the Router')
    wait_for('it was done', lambda: not find('push button', 'Ask the Router'))
    wait_for_text('gtk-gnutella/1.2.3')
    check_names('the network')
    act('connect', "[<'198.51.100.1:6346'>]")
    wait_for_text('Nobody answers there')


def shortcuts():
    key('ctrl+question')
    wait_for_text('Paste a magnet link')
    wait_for_text('Undo the last removal')
    key('Escape')
    wait_for('they are closed', lambda: not has_text('Undo the last removal'))


def preferences():
    key('ctrl+comma')
    wait_for_text('Finished files')
    wait_for_text('Ask the router to open the port')
    check_names('the preferences')
    key('Escape')
    wait_for('they are closed', lambda: not has_text('Finished files'))


def demo():
    """What a search finds and a download does, with real nodes and all between them and the window."""
    wait_for_text('Connected · 2 links')
    write('sample')
    key('Return')
    wait_for_text('10 results')
    before = focused()
    key('Down')
    wait_for('the keyboard is in the results', lambda: focused() != before)
    key('Return')
    wait_for_text('✓ Downloaded')
    key('alt+2')
    wait_for_text('✓ every byte checked')


def node_arguments(node):
    """What the node of this home was started with."""
    home = b'XDG_RUNTIME_DIR=' + os.fsencode(os.environ['XDG_RUNTIME_DIR']) + b'\0'
    for pid in filter(str.isdigit, os.listdir('/proc')):
        try:
            with open(f'/proc/{pid}/cmdline', 'rb') as cmdline, open(f'/proc/{pid}/environ', 'rb') as environ:
                words = os.fsdecode(cmdline.read()).split('\0')
                if words[0] == node and home in environ.read():
                    return words[1:]
        except OSError:
            pass
    return []


def started_as_asked(node):
    wait_for_text('Connected · 4 links')
    assert '--no-bootstrap' in node_arguments(node), node_arguments(node)


def main():
    filbert, node = sys.argv[1:3]
    is_demo = node == '--demo'
    environment = dict(os.environ, GTK_A11Y='atspi', G_DEBUG=WINDOW_DEBUG)
    if not is_demo:
        environment['FILBERTD'] = node
    process = subprocess.Popen([filbert, '--demo' if is_demo else '--no-bootstrap'], env=environment)
    try:
        wait_for('the window', lambda: window() and find('push button', 'Search'))
        if not is_demo:
            started_as_asked(node)
        for step in (demo,) if is_demo else (search_and_download, transfers, finished, uploads, order, paste, history, library, network, shortcuts, preferences):
            if sys.argv[3:] and step.__name__ not in sys.argv[3:]:
                continue
            step()
            print(f'ok {step.__name__}', flush=True)
        key('ctrl+q')
        code = process.wait(LIMIT_S)
        if code != 0:
            raise SystemExit(f'the window ended with {code}')
        print('ok quit')
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait()
        subprocess.run([os.path.join(os.path.dirname(filbert), 'filbertctl'), 'stop'], stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL, check=False)


# A busy machine answers late, not wrongly.
Atspi.set_timeout(20000, 60000)
WATCH = Watch()
main()
