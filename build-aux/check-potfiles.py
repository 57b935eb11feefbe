#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fails when po/POTFILES misses a source that has translatable strings, or names one that has none."""
import os
import re
import sys

top = sys.argv[1]
marked = re.compile(r'\b[NC]?_ \("|\b[NC]?_\("|\bngettext \(|translatable="(yes|true)"')
found = set()
for folder, _, files in os.walk(os.path.join(top, 'src')):
    for file in files:
        path = os.path.join(folder, file)
        if file.endswith(('.c', '.h', '.ui')) and marked.search(open(path, encoding='utf-8').read()):
            found.add(os.path.relpath(path, top))
for folder, _, files in os.walk(os.path.join(top, 'data')):
    for file in files:
        if file.endswith(('.desktop.in', '.metainfo.xml.in')):
            found.add(os.path.relpath(os.path.join(folder, file), top))

listed = [line.strip() for line in open(os.path.join(top, 'po', 'POTFILES')) if line.strip() and line[0] != '#']
errors = [f'po/POTFILES misses {path}' for path in sorted(found - set(listed))]
errors += [f'po/POTFILES names {path}, which has nothing to translate' for path in listed if path not in found]
if listed != sorted(listed):
    errors.append('po/POTFILES is not in alphabetical order')
print('\n'.join(errors) or f'{len(listed)} files')
sys.exit(1 if errors else 0)
