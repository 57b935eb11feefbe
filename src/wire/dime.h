/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "reader.h"
#include "writer.h"

G_BEGIN_DECLS

/* How the type of a record is written. */
typedef enum
{
  FIL_DIME_UNCHANGED = 0,
  FIL_DIME_MEDIA_TYPE = 1,
  FIL_DIME_URI = 2,
  FIL_DIME_UNKNOWN = 3,
  FIL_DIME_NONE = 4,
} FilDimeFormat;

/**
 * FilDimeRecord:
 *
 * One record of a DIME message (draft-nielsen-dime-02; hashes.md §3), the envelope that trees travel in.
 * The slices are borrowed from the message.
 */
typedef struct
{
  gboolean is_first;
  gboolean is_last;
  gboolean is_chunk; /* goes on in the next record; nobody sends trees like that */
  FilDimeFormat format;
  FilSlice options;
  FilSlice id;
  FilSlice type;
  FilSlice data;
} FilDimeRecord;

gboolean fil_dime_read (FilReader *reader, FilDimeRecord *out) G_GNUC_WARN_UNUSED_RESULT;
void fil_dime_write (const FilDimeRecord *record, FilWriter *out);

G_END_DECLS
