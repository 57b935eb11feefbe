/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ctl-table.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/**
 * ctl_safe_text:
 *
 * Names come from strangers: control and direction characters could play with the terminal.
 *
 * Returns: (transfer full): @text with those as U+FFFD
 */
char *
ctl_safe_text (const char *text)
{
  GString *safe = g_string_sized_new (strlen (text));

  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);
      GUnicodeType type = g_unichar_type (c);

      if (type == G_UNICODE_CONTROL || type == G_UNICODE_FORMAT || type == G_UNICODE_LINE_SEPARATOR ||
          type == G_UNICODE_PARAGRAPH_SEPARATOR)
        c = 0xfffd;
      g_string_append_unichar (safe, c);
    }
  return g_string_free (safe, FALSE);
}

static char *
duration_text (gint64 seconds)
{
  if (seconds < 60)
    return g_strdup_printf (_("%d s"), (int) seconds);
  if (seconds < 3600)
    return g_strdup_printf (_("%d min"), (int) (seconds / 60));
  return g_strdup_printf (_("%d h %02d min"), (int) (seconds / 3600), (int) (seconds / 60 % 60));
}

static char *
time_text (gint64 seconds)
{
  g_autoptr (GDateTime) time = g_date_time_new_from_unix_local (seconds);

  return time != NULL ? g_date_time_format (time, "%F %H:%M") : g_strdup ("");
}

/* Steps of one search follow each other within milliseconds. */
static char *
moment_text (gint64 time_us)
{
  g_autoptr (GDateTime) time = g_date_time_new_from_unix_local (time_us / G_USEC_PER_SEC);
  g_autofree char *text = time != NULL ? g_date_time_format (time, "%T") : g_strdup ("");

  return g_strdup_printf ("%s.%03d", text, (int) (time_us % G_USEC_PER_SEC / 1000));
}

static char *
until_text (gint64 seconds)
{
  g_autofree char *rest = duration_text (MAX (seconds - g_get_real_time () / G_USEC_PER_SEC, 0));

  return g_strdup_printf (_("in %s"), rest);
}

static char *
speed_text (gint64 bps)
{
  g_autofree char *size = g_format_size ((guint64) bps);

  return bps > 0 ? g_strdup_printf (_("%s/s"), size) : g_strdup ("");
}

static char *
texts_text (FilRow *row,
            const char *field)
{
  g_auto (GStrv) texts = fil_row_get_strings (row, field);
  g_autofree char *joined = g_strjoinv (", ", texts);

  return ctl_safe_text (joined);
}

static char *
trip_text (gint64 us)
{
  /* Translators: time of a round trip, in milliseconds */
  return us < 10000 ? g_strdup_printf (_("%.1f ms"), (double) us / 1000)
                    : g_strdup_printf (_("%d ms"), (int) ((us + 500) / 1000));
}

/**
 * ctl_cell_text:
 *
 * Returns: (transfer full): the field for people, empty when it is unknown
 */
char *
ctl_cell_text (FilRow *row,
               const char *field,
               CtlCell cell)
{
  gint64 number;

  if (!fil_row_is_known (row, field))
    return g_strdup ("");
  if (cell == CTL_CELL_TEXT)
    return ctl_safe_text (fil_row_get_string (row, field));
  if (cell == CTL_CELL_TEXTS)
    return texts_text (row, field);

  number = fil_row_get_int (row, field);
  switch (cell)
    {
    case CTL_CELL_SIZE:
      return g_format_size ((guint64) number);
    case CTL_CELL_SPEED:
      return speed_text (number);
    case CTL_CELL_DURATION:
      return duration_text (number);
    case CTL_CELL_TIME:
      return time_text (number);
    case CTL_CELL_MOMENT:
      return moment_text (number);
    case CTL_CELL_UNTIL:
      return until_text (number);
    case CTL_CELL_TRIP:
      return trip_text (number);
    case CTL_CELL_NUMBER:
    case CTL_CELL_TEXT:
    case CTL_CELL_TEXTS:
    default:
      return g_strdup_printf ("%" G_GINT64_FORMAT, number);
    }
}

/**
 * ctl_text_width:
 *
 * Returns: how many columns a terminal needs for @text
 */
guint
ctl_text_width (const char *text)
{
  guint width = 0;

  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);

      if (!g_unichar_iszerowidth (c))
        width += g_unichar_iswide (c) ? 2 : 1;
    }
  return width;
}

static gboolean
is_text (CtlCell cell)
{
  return cell == CTL_CELL_TEXT || cell == CTL_CELL_TEXTS;
}

static void
append_cell (GString *line,
             const char *text,
             guint width,
             gboolean is_right,
             gboolean is_last)
{
  guint pad = width - ctl_text_width (text);

  for (guint i = 0; is_right && i < pad; i++)
    g_string_append_c (line, ' ');
  g_string_append (line, text);
  if (is_last)
    return;
  for (guint i = 0; !is_right && i < pad; i++)
    g_string_append_c (line, ' ');
  g_string_append (line, "  ");
}

static void
print_table (const CtlColumn *columns,
             guint n_columns,
             GPtrArray *rows)
{
  g_autoptr (GPtrArray) cells = g_ptr_array_new_with_free_func (g_free);
  g_autofree guint *widths = g_new0 (guint, n_columns);

  for (guint c = 0; c < n_columns; c++)
    g_ptr_array_add (cells, g_strdup (_(columns[c].title)));
  for (guint r = 0; r < rows->len; r++)
    for (guint c = 0; c < n_columns; c++)
      g_ptr_array_add (cells, ctl_cell_text (rows->pdata[r], columns[c].field, columns[c].cell));
  for (guint i = 0; i < cells->len; i++)
    widths[i % n_columns] = MAX (widths[i % n_columns], ctl_text_width (cells->pdata[i]));

  for (guint r = 0; r <= rows->len; r++)
    {
      g_autoptr (GString) line = g_string_new (NULL);

      for (guint c = 0; c < n_columns; c++)
        append_cell (line, cells->pdata[r * n_columns + c], widths[c], !is_text (columns[c].cell),
                     c + 1 == n_columns);
      g_print ("%s\n", g_strchomp (line->str));
    }
}

/**
 * ctl_print_rows:
 * @rows: (element-type FilRow)
 * @when_empty: a sentence for people when there are none
 *
 * Prints a table, or with --json one object a line.
 */
void
ctl_print_rows (const Ctl *ctl,
                const CtlColumn *columns,
                GPtrArray *rows,
                const char *when_empty)
{
  guint n_columns = 0;

  if (ctl->json)
    {
      for (guint i = 0; i < rows->len; i++)
        ctl_print_json (rows->pdata[i]);
      return;
    }
  while (columns[n_columns].title != NULL)
    n_columns++;
  if (rows->len == 0)
    g_print ("%s\n", when_empty);
  else
    print_table (columns, n_columns, rows);
}

/**
 * ctl_print_row:
 *
 * Prints a line for each column that is known, or with --json one object.
 */
void
ctl_print_row (const Ctl *ctl,
               const CtlColumn *columns,
               FilRow *row)
{
  guint width = 0;

  if (ctl->json)
    {
      ctl_print_json (row);
      return;
    }
  for (const CtlColumn *c = columns; c->title != NULL; c++)
    width = MAX (width, ctl_text_width (_(c->title)));
  for (const CtlColumn *c = columns; c->title != NULL; c++)
    {
      g_autofree char *text = ctl_cell_text (row, c->field, c->cell);
      g_autoptr (GString) line = g_string_new (NULL);

      if (*text == '\0')
        continue;
      append_cell (line, _(c->title), width, FALSE, FALSE);
      g_print ("%s%s\n", line->str, text);
    }
}

/**
 * ctl_show_list:
 * @scope: the search whose results are meant, else 0
 *
 * Attaches and prints the rows of a list of the node.
 */
CtlExit
ctl_show_list (Ctl *ctl,
               const char *list,
               gint64 scope,
               const CtlColumn *columns,
               const char *when_empty,
               GError **error)
{
  g_autoptr (GPtrArray) rows = NULL;

  if (!ctl_attach (ctl, FIL_ATTACH_DEFAULT, error))
    return CTL_EXIT_UNAVAILABLE;
  rows = fil_client_list (ctl->client, list, scope, error);
  if (rows == NULL)
    return CTL_EXIT_FAILED;
  ctl_print_rows (ctl, columns, rows, when_empty);
  return CTL_EXIT_DONE;
}

/**
 * ctl_show_answer:
 * @method: answers rows
 * @arguments: (nullable): taken, if floating
 *
 * Attaches and prints the rows that a call answers.
 */
CtlExit
ctl_show_answer (Ctl *ctl,
                 const char *method,
                 GVariant *arguments,
                 const CtlColumn *columns,
                 const char *when_empty,
                 GError **error)
{
  g_autoptr (GVariant) taken = arguments != NULL ? g_variant_ref_sink (arguments) : NULL;
  g_autoptr (GPtrArray) rows = NULL;

  if (!ctl_attach (ctl, FIL_ATTACH_DEFAULT, error))
    return CTL_EXIT_UNAVAILABLE;
  rows = fil_client_call_rows (ctl->client, method, taken, error);
  if (rows == NULL)
    return CTL_EXIT_FAILED;
  ctl_print_rows (ctl, columns, rows, when_empty);
  return CTL_EXIT_DONE;
}
