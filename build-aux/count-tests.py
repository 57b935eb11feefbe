#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Counts the test cases in meson's JUnit log: says which were skipped and why, and ends with
one line "N passed, N failed"."""
import sys
import xml.etree.ElementTree as ET

passed = failed = 0
for case in ET.parse(sys.argv[1]).getroot().iter('testcase'):
    name = f"{case.get('classname')}: {case.get('name')}"
    if case.find('failure') is not None or case.find('error') is not None:
        print(f'failed: {name}')
        failed += 1
    elif (skip := case.find('skipped')) is not None:
        print(f"skipped: {name} {(skip.get('message') or skip.text or '').strip()}")
    else:
        passed += 1
print(f'{passed} passed, {failed} failed')
sys.exit(1 if failed or not passed else 0)
