#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Counts the test cases of a run from meson's logs: says which were skipped and why, and ends with one
line "N passed, N failed". A program that died counts as one failed test besides the cases it got to."""
import json
import sys
import xml.etree.ElementTree as ET

logs = sys.argv[1]
passed = failed = 0
for case in ET.parse(f'{logs}/testlog.junit.xml').getroot().iter('testcase'):
    name = f"{case.get('classname')}: {case.get('name')}"
    if case.find('failure') is not None or case.find('error') is not None:
        print(f'failed: {name}')
        failed += 1
    elif case.find('skipped') is not None:
        reason = (case.findtext('system-out') or 'no reason given').strip().removeprefix('1..0 # SKIP ')
        print(f'skipped: {name}: {reason}')
    else:
        passed += 1

with open(f'{logs}/testlog.json', encoding='utf-8') as lines:
    programs = [json.loads(line) for line in lines]
broken = [test['name'] for test in programs if test['result'] in ('FAIL', 'ERROR', 'TIMEOUT', 'INTERRUPT')]
for name in broken:
    print(f'failed program: {name}')
failed = max(failed, len(broken))
print(f'{passed} passed, {failed} failed')
sys.exit(1 if failed or not passed else 0)
