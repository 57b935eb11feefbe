/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "ctl.h"

G_BEGIN_DECLS

typedef enum
{
  CTL_CELL_TEXT,     /* also a state */
  CTL_CELL_NUMBER,
  CTL_CELL_SIZE,
  CTL_CELL_SPEED,    /* nothing when it is 0 */
  CTL_CELL_DURATION, /* seconds */
  CTL_CELL_TIME,     /* unix seconds */
  CTL_CELL_MOMENT,   /* unix microseconds, told to the millisecond, of the day only */
  CTL_CELL_UNTIL,    /* unix seconds, told as how long it is until then */
  CTL_CELL_TEXTS,    /* several, side by side */
  CTL_CELL_TRIP,     /* microseconds of a round trip */
} CtlCell;

typedef struct
{
  const char *title; /* translated when it is printed */
  const char *field;
  CtlCell cell;
} CtlColumn;

/* Columns end with an entry without a title. */
void ctl_print_rows (const Ctl *ctl, const CtlColumn *columns, GPtrArray *rows, const char *when_empty);
void ctl_print_row (const Ctl *ctl, const CtlColumn *columns, FilRow *row);

/* Attach, and print what the node has. */
CtlExit ctl_show_list (Ctl *ctl, const char *list, gint64 scope, const CtlColumn *columns, const char *when_empty,
                       GError **error);
CtlExit ctl_show_answer (Ctl *ctl, const char *method, GVariant *arguments, const CtlColumn *columns,
                         const char *when_empty, GError **error);

char *ctl_cell_text (FilRow *row, const char *field, CtlCell cell) G_GNUC_WARN_UNUSED_RESULT;
guint ctl_text_width (const char *text);
char *ctl_safe_text (const char *text) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
