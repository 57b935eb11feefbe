#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""check-catalogues SOURCE: every catalogue of po/LINGUAS compiles and says every string there is, placeholders alike.

To bring one up to date: ninja -C build filbert-update-po, then translate what is empty or marked fuzzy.
"""
import os
import shutil
import subprocess
import sys
import tempfile

TOOLS = ('xgettext', 'msgfmt', 'msgcmp')
KEYWORDS = ('_', 'N_', 'ngettext:1,2', 'C_:1c,2', 'NC_:1c,2')


def run(*command):
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    return result.returncode, result.stderr.strip()


def main():
    top = os.path.abspath(sys.argv[1])
    missing = [tool for tool in TOOLS if shutil.which(tool) is None]
    if missing:
        print(f'SKIP: {", ".join(missing)} is not installed')
        return 77
    os.chdir(top)
    failed = False
    with tempfile.TemporaryDirectory() as folder:
        template = os.path.join(folder, 'filbert.pot')
        code, words = run('xgettext', '--from-code=UTF-8', '-f', 'po/POTFILES', '-o', template,
                          *(f'-k{keyword}' for keyword in KEYWORDS))
        if code != 0:
            print(words)
            return 1
        with open('po/LINGUAS') as file:
            languages = file.read().split()
        for language in languages:
            catalogue = os.path.join('po', language + '.po')
            for command in (('msgfmt', '--check', '-o', os.devnull, catalogue), ('msgcmp', catalogue, template)):
                code, words = run(*command)
                if code != 0:
                    print(f'{catalogue}: {words}')
                    failed = True
            print(f'{language}: {"not complete" if failed else "complete"}')
    return failed


sys.exit(main())
