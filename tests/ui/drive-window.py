#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Drives the real window as a person with a screen reader and a keyboard would: drive-window.py FILBERT FILBERTD

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

LIMIT_S = 20


def wait_for(what, condition):
    end = time.monotonic() + LIMIT_S
    while time.monotonic() < end:
        try:
            value = condition()
        except GLib.Error:
            value = None
        if value:
            return value
        time.sleep(0.05)
    raise SystemExit(f'not within {LIMIT_S} s: {what}')


def walk(node, depth=0):
    """All that is visible below a node."""
    if node is None or depth > 60 or (depth > 0 and not is_visible(node)):
        return
    yield node
    for i in range(node.get_child_count()):
        yield from walk(node.get_child_at_index(i), depth + 1)


def is_visible(node):
    # GTK 4.8 says "visible" but never "showing".
    return node.get_state_set().contains(Atspi.StateType.VISIBLE)


def find(role, name, top=None):
    for node in walk(top or window()):
        if node.get_role_name() == role and name in (node.get_name() or ''):
            return node
    return None


def texts():
    return [node.get_name() for node in walk(window()) if node.get_role_name() == 'label']


def has_text(part):
    return any(part in (text or '') for text in texts())


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


def press(button):
    assert button.do_action(0)


def act(name, parameter):
    subprocess.run(['gdbus', 'call', '--session', '--dest', 'org.filbert.Filbert', '--object-path',
                    '/org/filbert/Filbert/window/1', '--method', 'org.gtk.Actions.Activate', name, parameter, '{}'],
                   check=True, stdout=subprocess.DEVNULL)


def toggle_by_keyboard(name):
    """Check boxes have no action in GTK 4.8, so the keyboard it is."""
    for _ in range(20):
        key('Tab')
        time.sleep(0.1)
        if find('check box', name).get_state_set().contains(Atspi.StateType.FOCUSED):
            key('space')
            return
    raise SystemExit(f'the keyboard does not reach: {name}')


def check_names():
    """Every control that can be reached has a name."""
    roles = {'push button', 'toggle button', 'entry', 'spin button', 'check box', 'page tab', 'switch'}
    nameless = [n for n in walk(window()) if n.get_role_name() in roles
                and n.get_state_set().contains(Atspi.StateType.FOCUSABLE)
                and not (n.get_name() or n.get_description())
                and not any(c.get_name() for c in walk(n))]
    assert not nameless, [(n.get_role_name(), n.get_parent().get_name()) for n in nameless]


def search_and_download():
    wait_for('the chip says how the connection stands', lambda: has_text('Connected · 4 links'))
    check_names()
    # The entry has the focus from the start.
    write('purple hazel')
    key('Return')
    wait_for('results', lambda: has_text('14 results'))
    wait_for('hidden programs are counted', lambda: has_text('1 hidden by filters'))
    assert has_text('Purple Hazel - Walnut Grove.ogg')
    assert not has_text('hazel_setup.exe')
    assert has_text('push') and has_text('direct')
    check_names()

    # By keyboard: from the words to the first result, download.
    key('Down')
    key('Return')
    wait_for('the toast', lambda: has_text('Downloading'))


def transfers():
    key('alt+2')
    wait_for('the transfers', lambda: has_text('hazel-linux-12.1-amd64.iso'))
    wait_for('the new download is finished', lambda: has_text('✓ every byte checked'))
    assert has_text('62 %') and has_text('The only source is busy')
    check_names()
    press(wait_for('its pause button', lambda: find('push button', 'Pause hazel-linux-12.1-amd64.iso')))
    press(wait_for('the resume button', lambda: find('push button', 'Resume hazel-linux-12.1-amd64.iso')))
    wait_for('it moves again', lambda: find('push button', 'Pause hazel-linux-12.1-amd64.iso'))
    # What is cancelled can be had back.
    press(find('push button', 'Cancel The Hazel Wood'))
    wait_for('it is gone', lambda: not find('push button', 'Cancel The Hazel Wood'))
    key('ctrl+z')
    wait_for('it is back', lambda: find('push button', 'Cancel The Hazel Wood'))


def library():
    key('alt+3')
    wait_for('the folders', lambda: has_text('Field recordings'))
    check_names()
    act('share-check', "[<'/home/ada/Music'>]")
    wait_for('what the world would see', lambda: find('push button', 'Share 309 files'))
    assert has_text('3 files look private')
    check_names()
    box = find('check box', 'Share the private-looking files too')
    assert not box.get_state_set().contains(Atspi.StateType.CHECKED)
    toggle_by_keyboard('Share the private-looking files too')
    wait_for('the button counts them', lambda: find('push button', 'Share 312 files'))
    key('space')
    press(wait_for('the button', lambda: find('push button', 'Share 309 files')))
    wait_for('the folder is shared', lambda: find('push button', 'Stop sharing Music'))
    act('share-check', "[</>]".replace('/', "'/'"))
    wait_for('the refusal', lambda: has_text('The whole disk is never shared'))
    key('Escape')
    wait_for('the dialog is gone', lambda: find('push button', 'Add folder'))


def network():
    key('alt+4')
    wait_for('the doctor', lambda: has_text('Others can reach you (TCP)'))
    wait_for('what would help', lambda: has_text('Nobody could connect to you. A router or a firewall keeps them out. You are asked by push to connect to them. Let Filbert ask your router to open port 23451.'))
    press(wait_for('the one thing that helps', lambda: find('push button', 'Ask the Router')))
    wait_for('it was done', lambda: not find('push button', 'Ask the Router'))
    wait_for('the neighbours', lambda: has_text('gtk-gnutella/1.2.3'))
    check_names()
    act('connect', "[<'198.51.100.1:6346'>]")
    wait_for('the banner says why', lambda: has_text('Nobody answers there'))


def main():
    filbert, node = sys.argv[1:3]
    environment = dict(os.environ, FILBERTD=node, GTK_A11Y='atspi')
    environment.pop('G_DEBUG', None)
    environment['G_DEBUG'] = WINDOW_DEBUG
    process = subprocess.Popen([filbert], env=environment)
    try:
        wait_for('the window', lambda: window() and find('push button', 'Search'))
        for step in (search_and_download, transfers, library, network):
            step()
            print(f'ok {step.__name__}', flush=True)
        key('ctrl+q')
        process.wait(LIMIT_S)
        print('ok quit')
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait()
        subprocess.run([os.path.join(os.path.dirname(filbert), 'filbertctl'), 'stop'], stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL, check=False)


main()
