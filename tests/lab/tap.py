# SPDX-License-Identifier: GPL-3.0-or-later
"""Test cases that report in TAP. A case that fails says why; those after it still run."""
import sys
import time
import traceback


class Skip(Exception):
    """This case cannot run here; the text says why."""


class Suite:
    def __init__(self):
        self.n = 0
        self.failed = 0
        self.started = time.monotonic()

    def skip_all(self, reason):
        print(f'1..0 # SKIP {reason}')
        sys.exit(0)

    def note(self, text):
        for line in text.splitlines():
            print(f'# {time.monotonic() - self.started:6.1f} s  {line}', flush=True)

    def case(self, name, function):
        """Runs @function; what it returns is added to the report."""
        self.n += 1
        begun = time.monotonic()
        try:
            text = function()
            self.note(f'{name}: {text or "as expected"}')
            verdict, tail = 'ok', ''
        except Skip as reason:
            verdict, tail = 'ok', f' # SKIP {reason}'
        except Exception as error:  # a bug in the test is a failure of its case, too
            self.failed += 1
            verdict, tail = 'not ok', ''
            self.note(''.join(traceback.format_exception_only(type(error), error)).rstrip())
        print(f'{verdict} {self.n} - {name} ({time.monotonic() - begun:.1f} s){tail}', flush=True)

    def end(self):
        print(f'1..{self.n}', flush=True)
        sys.exit(1 if self.failed else 0)
