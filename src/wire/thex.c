/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "thex.h"

#include <string.h>

#include "dime.h"
#include "reader.h"
#include "text-scan.h"
#include "wire-limits.h"

#define XML_TYPE "text/xml"
#define TREE_TYPE "http://open-content.net/spec/thex/breadthfirst"
#define DIGEST "http://open-content.net/spec/digest/tiger"
#define NODE_SIZE 24

/* What the description says; a contradiction makes the whole message worthless. */
typedef struct
{
  FilThex *thex;
  gboolean is_wrong;
} Description;

static gboolean
number (const char *text,
        guint64 *out)
{
  return fil_slice_to_uint (fil_slice_text (text), G_MAXINT64, out);
}

static void
take_attribute (Description *self,
                const char *element,
                const char *name,
                const char *value)
{
  FilThex *thex = self->thex;
  guint64 n = 0;

  if (strcmp (element, "file") == 0 && strcmp (name, "size") == 0)
    {
      thex->has_size = number (value, &thex->size);
      self->is_wrong |= !thex->has_size;
    }
  else if (strcmp (element, "file") == 0 && strcmp (name, "segmentsize") == 0)
    self->is_wrong |= strcmp (value, "1024") != 0;
  else if (strcmp (element, "digest") == 0 && strcmp (name, "algorithm") == 0)
    self->is_wrong |= strcmp (value, DIGEST) != 0;
  else if (strcmp (element, "digest") == 0 && strcmp (name, "outputsize") == 0)
    self->is_wrong |= strcmp (value, "24") != 0;
  else if (strcmp (element, "serializedtree") == 0 && strcmp (name, "type") == 0)
    self->is_wrong |= strcmp (value, TREE_TYPE) != 0;
  else if (strcmp (element, "serializedtree") == 0 && strcmp (name, "depth") == 0 && number (value, &n))
    thex->depth = (guint) MIN (n, 64);
}

static void
start_element (GMarkupParseContext *context,
               const char *element,
               const char **names,
               const char **values,
               gpointer data,
               GError **error)
{
  for (guint i = 0; names[i] != NULL; i++)
    take_attribute (data, element, names[i], values[i]);
}

/* GMarkup knows neither document types nor entities of their making, so nothing can be made to grow; what
 * cannot be parsed, and the missing end that GnucDNA forgets, is overlooked: the hashes decide. */
static gboolean
read_description (FilThex *self,
                  FilSlice xml)
{
  static const GMarkupParser parser = { .start_element = start_element };
  Description description = { .thex = self };
  g_autoptr (GMarkupParseContext) context = g_markup_parse_context_new (&parser, 0, &description, NULL);

  if (xml.len > FIL_THEX_XML_MAX)
    return FALSE;
  (void) g_markup_parse_context_parse (context, (const char *) xml.data, (gssize) xml.len, NULL);
  return !description.is_wrong;
}

/**
 * fil_thex_read:
 * @message: the whole body of a reply
 *
 * Reads as other programs do: by the types of the records, whatever their ids are.
 *
 * Returns: whether @message is one tree of the only kind there is
 */
gboolean
fil_thex_read (FilThex *self,
               FilSlice message)
{
  FilReader reader = message;
  gboolean has_tree = FALSE;
  FilDimeRecord record = { 0 };

  *self = (FilThex){ 0 };
  for (guint i = 0; i < FIL_DIME_RECORDS_MAX && !has_tree && !record.is_last; i++)
    {
      if (!fil_dime_read (&reader, &record) || record.is_chunk || record.is_first != (i == 0))
        return FALSE;
      if (fil_slice_is (record.type, XML_TYPE) && !read_description (self, record.data))
        return FALSE;
      has_tree = fil_slice_is (record.type, TREE_TYPE);
    }
  self->nodes = record.data;
  return has_tree && self->nodes.len >= NODE_SIZE && self->nodes.len % NODE_SIZE == 0;
}

/* A name for the record that follows from the root, as gtk-gnutella makes it: the first 16 bytes as the
 * integers of a UUID. */
static void
write_uuid (FilSlice nodes,
            char out[64])
{
  const guint8 *b = nodes.data;

  g_snprintf (out, 64, "uuid:%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x", b[3], b[2], b[1],
              b[0], b[5], b[4], b[7], b[6], b[9], b[8], b[13], b[12], b[11], b[10], b[15], b[14]);
}

/**
 * fil_thex_write:
 *
 * Appends the message, byte for byte as gtk-gnutella 1.2.3 writes it: others compare the description word by word.
 */
void
fil_thex_write (const FilThex *self,
                FilWriter *out)
{
  g_autofree char *xml = NULL;
  char uuid[64] = "";
  FilDimeRecord record = { .is_first = TRUE, .format = FIL_DIME_MEDIA_TYPE, .type = fil_slice_text (XML_TYPE) };

  g_return_if_fail (self->nodes.len >= NODE_SIZE);
  write_uuid (self->nodes, uuid);
  xml = g_strdup_printf ("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\r\n"
                         "<!DOCTYPE hashtree SYSTEM \"http://open-content.net/spec/thex/thex.dtd\">\r\n"
                         "<hashtree>\r\n"
                         "<file size=\"%" G_GUINT64_FORMAT "\" segmentsize=\"1024\"/>\r\n"
                         "<digest algorithm=\"" DIGEST "\" outputsize=\"24\"/>\r\n"
                         "<serializedtree depth=\"%u\" type=\"" TREE_TYPE "\" uri=\"%s\"/>\r\n"
                         "</hashtree>\r\n",
                         self->size, self->depth, uuid);
  record.data = fil_slice_text (xml);
  fil_dime_write (&record, out);
  record = (FilDimeRecord){ .is_last = TRUE, .format = FIL_DIME_URI, .type = fil_slice_text (TREE_TYPE) };
  record.id = fil_slice_text (uuid);
  record.data = self->nodes;
  fil_dime_write (&record, out);
}
