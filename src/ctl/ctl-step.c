/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ctl-step.h"

#include <stdio.h>

static void
append_string (GString *out,
               const char *value)
{
  g_autofree char *valid = NULL;

  if (value == NULL)
    {
      g_string_append (out, "null");
      return;
    }
  valid = g_utf8_make_valid (value, -1);
  g_string_append_c (out, '"');
  for (const char *p = valid; *p != '\0'; p++)
    {
      if (*p == '"' || *p == '\\')
        g_string_append_c (out, '\\');
      if ((guchar) *p < 0x20)
        g_string_append_printf (out, "\\u%04x", (guint) *p);
      else
        g_string_append_c (out, *p);
    }
  g_string_append_c (out, '"');
}

static void
append_name (GString *out,
             const char *name)
{
  g_string_append_printf (out, ",\"%s\":", name);
}

/**
 * ctl_step_new:
 *
 * Begins {"step":…
 *
 * Returns: (transfer full): to be given to ctl_step_print()
 */
CtlStep *
ctl_step_new (const char *step)
{
  GString *self = g_string_new ("{\"step\":");

  append_string (self, step);
  return self;
}

/**
 * ctl_step_string:
 * @value: (nullable): NULL for null
 */
void
ctl_step_string (CtlStep *self,
                 const char *name,
                 const char *value)
{
  append_name (self, name);
  append_string (self, value);
}

/**
 * ctl_step_strings:
 * @values: (element-type utf8)
 */
void
ctl_step_strings (CtlStep *self,
                  const char *name,
                  GPtrArray *values)
{
  append_name (self, name);
  g_string_append_c (self, '[');
  for (guint i = 0; i < values->len; i++)
    {
      if (i > 0)
        g_string_append_c (self, ',');
      append_string (self, values->pdata[i]);
    }
  g_string_append_c (self, ']');
}

void
ctl_step_int (CtlStep *self,
              const char *name,
              gint64 value)
{
  append_name (self, name);
  g_string_append_printf (self, "%" G_GINT64_FORMAT, value);
}

void
ctl_step_bool (CtlStep *self,
               const char *name,
               gboolean value)
{
  append_name (self, name);
  g_string_append (self, value ? "true" : "false");
}

/**
 * ctl_step_print:
 * @self: (transfer full)
 *
 * Prints the line at once.
 */
void
ctl_step_print (CtlStep *self)
{
  g_string_append (self, "}\n");
  fputs (self->str, stdout);
  fflush (stdout);
  g_string_free (self, TRUE);
}
