#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Counts the test cases of a run from meson's logs: says which were skipped and why, and ends with one
line "N passed, N failed". A program that died counts as one failed test besides the cases it got to.
Usage: count-tests.py [--failures] LOGS
  --failures   only the failed programs, each with the end of what it printed"""
import json
import sys
import xml.etree.ElementTree as ET

TOLD_OF_A_FAILURE = 3000  # characters of each stream


def broken_programs(logs):
    with open(f'{logs}/testlog.json', encoding='utf-8') as lines:
        programs = [json.loads(line) for line in lines]
    return [test for test in programs if test['result'] in ('FAIL', 'ERROR', 'TIMEOUT', 'INTERRUPT')]


def tell_failures(logs):
    for test in broken_programs(logs):
        print(f"== {test['name']}: {test['result']} after {test['duration']:.0f} s")
        stdout = test.get('stdout', '')
        for line in stdout.splitlines():
            if line.startswith('not ok'):
                print(line)
        for stream in (stdout, test.get('stderr', '')):
            print(stream[-TOLD_OF_A_FAILURE:].encode('ascii', 'backslashreplace').decode())


def count(logs):
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

    broken = broken_programs(logs)
    for test in broken:
        print(f"failed program: {test['name']}")
    failed = max(failed, len(broken))
    print(f'{passed} passed, {failed} failed')
    return 1 if failed or not passed else 0


if sys.argv[1] == '--failures':
    sys.exit(tell_failures(sys.argv[2]))
sys.exit(count(sys.argv[1]))
