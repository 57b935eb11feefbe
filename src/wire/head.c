/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "head.h"

#include "wire-limits.h"

const FilHeadLimits fil_head_limits_accept = {
  .max_lines = FIL_HEAD_LINES_MAX,
  .max_bytes = FIL_HEAD_BYTES_MAX,
  .max_line = FIL_HEAD_LINE_MAX_HTTP,
  .lone_line = "QUEUE ",
};

const FilHeadLimits fil_head_limits_handshake = {
  .max_lines = FIL_HEAD_LINES_MAX,
  .max_bytes = FIL_HEAD_BYTES_MAX,
  .max_line = FIL_HEAD_LINE_MAX,
};

const FilHeadLimits fil_head_limits_http = {
  .max_lines = FIL_HEAD_LINES_MAX,
  .max_bytes = FIL_HEAD_BYTES_MAX,
  .max_line = FIL_HEAD_LINE_MAX_HTTP,
  .skip_empty = 4,
};

/* One line and an empty one (push.md §4). */
const FilHeadLimits fil_head_limits_giv = {
  .max_lines = 2,
  .max_bytes = FIL_HEAD_LINE_MAX + 4,
  .max_line = FIL_HEAD_LINE_MAX,
};

typedef struct
{
  char *name;
  GString *value;
} Field;

struct _FilHead
{
  FilHeadLimits limits;
  FilHeadStatus status;
  const char *error;
  GString *line; /* the part of a line that came so far */
  char *first_line;
  GPtrArray *fields;
  guint n_lines;
  guint n_empty;
  gsize n_bytes;
};

static void
field_free (Field *field)
{
  g_free (field->name);
  g_string_free (field->value, TRUE);
  g_free (field);
}

/**
 * fil_head_new:
 * @limits: copied; @lone_line must stay valid
 *
 * Returns: (transfer full): a reader of one head
 */
FilHead *
fil_head_new (const FilHeadLimits *limits)
{
  FilHead *self = g_new0 (FilHead, 1);

  self->limits = *limits;
  self->line = g_string_new (NULL);
  self->fields = g_ptr_array_new_with_free_func ((GDestroyNotify) field_free);
  return self;
}

/**
 * fil_head_free:
 *
 * Ends the life of every text that was got from the head.
 */
void
fil_head_free (FilHead *self)
{
  g_string_free (self->line, TRUE);
  g_free (self->first_line);
  g_ptr_array_unref (self->fields);
  g_free (self);
}

/**
 * fil_head_reset:
 *
 * Makes ready for the next head of the same stream.
 */
void
fil_head_reset (FilHead *self)
{
  g_string_truncate (self->line, 0);
  g_clear_pointer (&self->first_line, g_free);
  g_ptr_array_set_size (self->fields, 0);
  self->status = FIL_HEAD_MORE;
  self->error = NULL;
  self->n_lines = 0;
  self->n_empty = 0;
  self->n_bytes = 0;
}

static void
fail (FilHead *self,
      const char *error)
{
  self->status = FIL_HEAD_ERROR;
  self->error = error;
}

static Field *
find (const FilHead *self,
      const char *name,
      gsize len)
{
  for (guint i = 0; i < self->fields->len; i++)
    {
      Field *field = g_ptr_array_index (self->fields, i);

      if (g_ascii_strncasecmp (field->name, name, len) == 0 && field->name[len] == '\0')
        return field;
    }
  return NULL;
}

static gboolean
is_clean (FilSlice line)
{
  for (gsize i = 0; i < line.len; i++)
    if ((line.data[i] < 0x20 && line.data[i] != '\t') || line.data[i] == 0x7f)
      return FALSE;
  return TRUE;
}

static void
take_continuation (FilHead *self,
                   FilSlice line)
{
  Field *field;

  if (self->fields->len == 0)
    {
      fail (self, "A continuation line before the first header");
      return;
    }
  field = g_ptr_array_index (self->fields, self->fields->len - 1);
  line = fil_slice_strip (line);
  if (field->value->len > 0 && line.len > 0)
    g_string_append_c (field->value, ' ');
  g_string_append_len (field->value, (const char *) line.data, (gssize) line.len);
}

/* Moves a field to the end, so that continuation lines go to the right one. */
static void
move_to_end (FilHead *self,
             Field *field)
{
  guint index;

  if (g_ptr_array_find (self->fields, field, &index))
    g_ptr_array_add (self->fields, g_ptr_array_steal_index (self->fields, index));
}

static void
take_field (FilHead *self,
            FilSlice line)
{
  const guint8 *colon = memchr (line.data, ':', line.len);
  FilSlice name;
  FilSlice value;
  Field *field;

  if (colon == NULL)
    {
      fail (self, "A header line without a colon");
      return;
    }
  name = fil_slice_strip (fil_slice (line.data, (gsize) (colon - line.data)));
  value = fil_slice_strip (fil_slice (colon + 1, line.len - (gsize) (colon + 1 - line.data)));
  if (name.len == 0)
    {
      fail (self, "A header without a name");
      return;
    }

  field = find (self, (const char *) name.data, name.len);
  if (field == NULL)
    {
      field = g_new0 (Field, 1);
      field->name = g_strndup ((const char *) name.data, name.len);
      field->value = g_string_new_len ((const char *) value.data, (gssize) value.len);
      g_ptr_array_add (self->fields, field);
      return;
    }
  if (field->value->len > 0 && value.len > 0)
    g_string_append (field->value, ", ");
  g_string_append_len (field->value, (const char *) value.data, (gssize) value.len);
  move_to_end (self, field);
}

/* A whole line, without its end. */
static void
take_line (FilHead *self,
           FilSlice line)
{
  if (line.len > 0 && line.data[line.len - 1] == '\r')
    line.len--;
  if (line.len > self->limits.max_line)
    {
      fail (self, "A line is too long");
      return;
    }
  if (!is_clean (line))
    {
      fail (self, "Control characters in a head");
      return;
    }
  if (self->first_line == NULL && line.len == 0 && self->n_empty < self->limits.skip_empty)
    {
      self->n_empty++;
      return;
    }
  if (++self->n_lines > self->limits.max_lines)
    {
      fail (self, "Too many lines in a head");
      return;
    }

  if (self->first_line == NULL)
    {
      self->first_line = g_strndup (line.len > 0 ? (const char *) line.data : "", line.len);
      if (line.len == 0
          || (self->limits.lone_line != NULL && g_str_has_prefix (self->first_line, self->limits.lone_line)))
        self->status = FIL_HEAD_DONE;
    }
  else if (line.len == 0)
    self->status = FIL_HEAD_DONE;
  else if (line.data[0] == ' ' || line.data[0] == '\t')
    take_continuation (self, line);
  else
    take_field (self, line);
}

/**
 * fil_head_feed:
 * @bytes: from the stream
 * @used: (out): bytes that were taken; on FIL_HEAD_DONE the rest belongs to what comes next
 *
 * An empty first line is a head by itself (two line ends and no more is how gtk-gnutella tests whether
 * we can be reached), unless the limits say to overlook it.
 *
 * Returns: whether the head is complete
 */
FilHeadStatus
fil_head_feed (FilHead *self,
               FilSlice bytes,
               gsize *used)
{
  gsize at = 0;

  while (self->status == FIL_HEAD_MORE && at < bytes.len)
    {
      const guint8 *start = bytes.data + at;
      const guint8 *end = memchr (start, '\n', bytes.len - at);
      gsize n = end != NULL ? (gsize) (end - start) + 1 : bytes.len - at;

      at += n;
      self->n_bytes += n;
      if (self->n_bytes > self->limits.max_bytes)
        fail (self, "A head is too large");
      else if (end == NULL && self->line->len + n > self->limits.max_line + 1)
        fail (self, "A line is too long");
      else if (end == NULL)
        g_string_append_len (self->line, (const char *) start, (gssize) n);
      else if (self->line->len == 0)
        take_line (self, fil_slice (start, n - 1));
      else
        {
          g_string_append_len (self->line, (const char *) start, (gssize) n - 1);
          take_line (self, fil_slice (self->line->str, self->line->len));
          g_string_truncate (self->line, 0);
        }
    }
  *used = at;
  return self->status;
}

/**
 * fil_head_error:
 *
 * Returns: (transfer none) (nullable): a sentence, on FIL_HEAD_ERROR
 */
const char *
fil_head_error (const FilHead *self)
{
  return self->error;
}

/**
 * fil_head_is_empty:
 *
 * Returns: whether nothing has come yet, but perhaps empty lines that are overlooked
 */
gboolean
fil_head_is_empty (const FilHead *self)
{
  return self->first_line == NULL && self->line->len == 0;
}

/**
 * fil_head_first_line:
 *
 * Returns: (transfer none) (nullable): the first line as soon as it is whole, before the head is
 */
const char *
fil_head_first_line (const FilHead *self)
{
  return self->first_line;
}

/**
 * fil_head_get:
 * @name: in any case
 *
 * Returns: (transfer none) (nullable): the value
 */
const char *
fil_head_get (const FilHead *self,
              const char *name)
{
  Field *field = find (self, name, strlen (name));

  return field != NULL ? field->value->str : NULL;
}

/**
 * fil_head_has_token:
 * @token: one of a comma list, in any case; parameters behind ";" are left aside
 *
 * Returns: whether the header has it: "Connection: keep-alive, Upgrade" has "upgrade"
 */
gboolean
fil_head_has_token (const FilHead *self,
                    const char *name,
                    const char *token)
{
  const char *p = fil_head_get (self, name);

  while (p != NULL && *p != '\0')
    {
      gsize n = strcspn (p, ",");
      FilSlice item = fil_slice_strip (fil_slice (p, MIN (n, strcspn (p, ",;"))));

      if (item.len == strlen (token) && fil_slice_starts_with_case (item, token))
        return TRUE;
      p += n;
      p += *p == ',' ? 1 : 0;
    }
  return FALSE;
}

/**
 * fil_head_n:
 *
 * Returns: headers of different names
 */
guint
fil_head_n (const FilHead *self)
{
  return self->fields->len;
}

/**
 * fil_head_name_at:
 * @i: below fil_head_n()
 *
 * Returns: (transfer none): the name as it came first
 */
const char *
fil_head_name_at (const FilHead *self,
                  guint i)
{
  return ((const Field *) g_ptr_array_index (self->fields, i))->name;
}

/**
 * fil_head_value_at:
 * @i: below fil_head_n()
 *
 * Returns: (transfer none): the value
 */
const char *
fil_head_value_at (const FilHead *self,
                   guint i)
{
  return ((const Field *) g_ptr_array_index (self->fields, i))->value->str;
}
