#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Holds the table of folders (build-aux/layers), the meson files and the code together.

It fails when
- a folder includes a header of a folder that its row does not name,
- a folder's meson.build offers include directories other than its row's,
- an include is not flat, a file name is not unique, or a folder has no row.
"""
import os
import re
import sys

top = sys.argv[1]
src = os.path.join(top, 'src')
errors = []

table = {}
for line in open(os.path.join(top, 'build-aux', 'layers')):
    line = line.split('#')[0].strip()
    if line:
        folder, uses = line.split(':')
        table[folder.strip()] = uses.split()

home = {}
sources = []
for folder, _, files in os.walk(src):
    name = os.path.relpath(folder, src).split(os.sep)[0]
    for file in files:
        if not file.endswith(('.c', '.h')):
            continue
        path = os.path.join(folder, file)
        sources.append((name, path))
        if file in home:
            errors.append(f'{path}: {home[file]} has a file of the same name')
        home[file] = name
        if name != '.' and name not in table:
            errors.append(f'{path}: build-aux/layers has no row for {name}')

edges = 0
include = re.compile(r'^\s*#\s*include\s+"([^"]+)"', re.M)
for name, path in sources:
    for header in include.findall(open(path, encoding='utf-8').read()):
        if '/' in header:
            errors.append(f'{path}: includes "{header}"; includes are flat')
        other = home.get(header)
        if other is None or other == name or name == '.':
            continue
        edges += 1
        if other not in table.get(name, []):
            errors.append(f'{path}: {name}/ may not include {other}/{header}')

offered = re.compile(r'\b([a-z]+)_inc\b')
for folder, uses in table.items():
    meson = os.path.join(src, folder, 'meson.build')
    if not os.path.exists(meson):
        errors.append(f'{meson}: missing')
        continue
    text = re.sub(r'#.*', '', open(meson).read())
    lists = re.search(r'include_directories:\s*\[([^\]]*)\]', text)
    seen = set(offered.findall(lists.group(1))) - {folder, 'config'} if lists else set()
    for extra in sorted(seen - set(uses)):
        errors.append(f'{meson}: offers {extra}/, which build-aux/layers does not name')

def reaches(start):
    todo, seen = list(table[start]), set()
    while todo:
        folder = todo.pop()
        if folder not in seen:
            seen.add(folder)
            todo += table.get(folder, [])
    return seen

for folder in table:
    if folder in reaches(folder):
        errors.append(f'build-aux/layers: {folder} depends on itself')

for error in errors:
    print(error)
print(f'{len(sources)} files, {edges} includes across folders, {len(errors)} errors')
sys.exit(1 if errors or edges == 0 else 0)
