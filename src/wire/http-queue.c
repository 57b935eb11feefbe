/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "http-queue.h"

#include "text-scan.h"

typedef struct
{
  const char *name;
  gsize offset;
} Field;

static const Field legacy_fields[] = {
  { "position", G_STRUCT_OFFSET (FilQueueState, position) },
  { "length", G_STRUCT_OFFSET (FilQueueState, length) },
  { "limit", G_STRUCT_OFFSET (FilQueueState, limit) },
  { "pollMin", G_STRUCT_OFFSET (FilQueueState, poll_min_s) },
  { "pollMax", G_STRUCT_OFFSET (FilQueueState, poll_max_s) },
  { NULL },
};

static const Field parq_fields[] = {
  { "position", G_STRUCT_OFFSET (FilQueueState, position) },
  { "length", G_STRUCT_OFFSET (FilQueueState, length) },
  { "limit", G_STRUCT_OFFSET (FilQueueState, limit) },
  { "ETA", G_STRUCT_OFFSET (FilQueueState, eta_s) },
  { "lifetime", G_STRUCT_OFFSET (FilQueueState, lifetime_s) },
  { "retry-after", G_STRUCT_OFFSET (FilQueueState, retry_after_s) },
  { NULL },
};

static gboolean
is_id (FilSlice id)
{
  for (gsize i = 0; i < id.len; i++)
    if (!g_ascii_isalnum (id.data[i]))
      return FALSE;
  return id.len > 0 && id.len <= FIL_QUEUE_ID_MAX;
}

/* What stands before the next separator: a comma in one header and a semicolon in the other (http-transfer.md §7), and
 * not everybody knows which. */
static gboolean
next_field (FilReader *r,
            FilSlice *item)
{
  gsize n = 0;

  if (r->len == 0)
    return FALSE;
  while (n < r->len && r->data[n] != ',' && r->data[n] != ';')
    n++;
  *item = fil_slice_strip (fil_slice (r->data, n));
  return fil_reader_skip (r, MIN (n + 1, r->len));
}

static gboolean
read_fields (FilQueueState *self,
             FilReader r,
             const Field *fields)
{
  gboolean any = FALSE;
  FilSlice item;

  while (next_field (&r, &item))
    {
      FilSlice name;
      FilSlice value;
      guint64 n;

      if (!fil_scan_pair (item, &name, &value))
        continue;
      if (fields == parq_fields && name.len == 2 && fil_slice_starts_with_case (name, "id"))
        {
          if (!is_id (value))
            return FALSE;
          memcpy (self->id, value.data, value.len);
          self->id[value.len] = '\0';
          any = TRUE;
          continue;
        }
      for (const Field *field = fields; field->name != NULL; field++)
        if (name.len == strlen (field->name) && fil_slice_starts_with_case (name, field->name)
            && fil_slice_to_uint (value, G_MAXINT32, &n))
          {
            G_STRUCT_MEMBER (guint, self, field->offset) = (guint) n;
            any = TRUE;
          }
    }
  return any;
}

/**
 * fil_queue_parse_legacy:
 * @value: (nullable): of X-Queue: "1.1", or "position=2,length=5,limit=4,pollMin=45,pollMax=120"
 *
 * Returns: whether it says anything
 */
gboolean
fil_queue_parse_legacy (FilQueueState *self,
                        const char *value)
{
  FilReader r = fil_slice_strip (fil_slice_text (value));
  guint64 major;
  guint64 minor;

  memset (self, 0, sizeof *self);
  if (fil_scan_uint (&r, 999, &major) && fil_scan_char (&r, '.') && fil_scan_uint (&r, 999, &minor))
    {
      self->is_version = TRUE;
      self->major = (guint) major;
      self->minor = (guint) minor;
      return TRUE;
    }
  return read_fields (self, fil_slice_text (value), legacy_fields);
}

/**
 * fil_queue_parse_parq:
 * @value: (nullable): of X-Queued: "ID=…; position=3; lifetime=3600", in any order
 *
 * Returns: whether there is an id or a number, and the id is letters and digits
 */
gboolean
fil_queue_parse_parq (FilQueueState *self,
                      const char *value)
{
  memset (self, 0, sizeof *self);
  return read_fields (self, fil_slice_text (value), parq_fields);
}

/**
 * fil_queue_write_legacy:
 *
 * Appends a version, or position with poll times; LimeWire needs all three.
 */
void
fil_queue_write_legacy (const FilQueueState *self,
                        FilWriter *out)
{
  if (self->is_version)
    fil_writer_printf (out, "%u.%u", self->major, self->minor);
  else
    fil_writer_printf (out, "position=%u,length=%u,limit=%u,pollMin=%u,pollMax=%u", self->position,
                       self->length, self->limit, self->poll_min_s, self->poll_max_s);
}

/**
 * fil_queue_write_parq:
 *
 * Appends the id and what is not 0 of the rest.
 */
void
fil_queue_write_parq (const FilQueueState *self,
                      FilWriter *out)
{
  const gsize start = out->len;

  if (self->id[0] != '\0')
    fil_writer_printf (out, "ID=%s", self->id);
  for (const Field *field = parq_fields; field->name != NULL; field++)
    {
      guint n = G_STRUCT_MEMBER (guint, self, field->offset);

      if (n != 0)
        fil_writer_printf (out, "%s%s=%u", out->len > start ? "; " : "", field->name, n);
    }
}
