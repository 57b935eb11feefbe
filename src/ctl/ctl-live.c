/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ctl-live.h"

#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

/**
 * ctl_live_init:
 * @is_quiet: shows nothing at all
 */
void
ctl_live_init (CtlLive *self,
               gboolean is_quiet)
{
  *self = (CtlLive){ .is_terminal = !is_quiet && isatty (STDOUT_FILENO) };
}

/* A line that wraps could not be taken back. */
static glong
columns (void)
{
  struct winsize size;

  return ioctl (STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 1 ? size.ws_col - 1 : 79;
}

/**
 * ctl_live_show:
 *
 * Replaces the line; does nothing where there is no terminal.
 */
void
ctl_live_show (CtlLive *self,
               const char *format,
               ...)
{
  g_autofree char *text = NULL;
  g_autofree char *line = NULL;
  va_list list;

  if (!self->is_terminal)
    return;
  va_start (list, format);
  text = g_strdup_vprintf (format, list);
  va_end (list);
  line = g_utf8_substring (text, 0, MIN (columns (), g_utf8_strlen (text, -1)));
  g_print ("\r%s\033[K", line);
  fflush (stdout);
  self->is_shown = TRUE;
}

/**
 * ctl_live_clear:
 *
 * Takes the line back; to be called before anything else is printed.
 */
void
ctl_live_clear (CtlLive *self)
{
  if (!self->is_shown)
    return;
  g_print ("\r\033[K");
  fflush (stdout);
  self->is_shown = FALSE;
}
