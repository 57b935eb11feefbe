/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "bus-answers.h"

#include "bus-rows.h"

#include "row-builder.h"
#include "schema.h"

/* Rows that answer a question, and belong to no list that a client follows. */

GVariant *
fil_bus_preview_row (const FilSharePreview *preview)
{
  static const char *const kinds[G_N_ELEMENTS (preview->kinds)] = { "audio",   "video",   "image", "document",
                                                                    "archive", "program", "other" };
  FilRowBuilder row;

  fil_row_builder_init (&row, &fil_schema_preview);
  fil_row_builder_string (&row, "path", preview->path);
  fil_row_builder_string (&row, "refusal", preview->refusal);
  fil_row_builder_int (&row, "files", preview->files);
  fil_row_builder_size (&row, "bytes", preview->bytes);
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    fil_row_builder_int (&row, kinds[i], preview->kinds[i]);
  fil_row_builder_int (&row, "private_files", preview->private_files);
  fil_row_builder_strings (&row, "names", (const char *const *) preview->names);
  fil_row_builder_strings (&row, "private_names", (const char *const *) preview->private_names);
  return fil_row_builder_end (&row);
}

static void
add_library (const FilLibraryInfo *info,
             gpointer data)
{
  FilRowBuilder row;

  fil_row_builder_init (&row, &fil_schema_library);
  fil_row_builder_int (&row, "id", info->id);
  fil_row_builder_string (&row, "name", info->name);
  fil_row_builder_string (&row, "folder", info->folder);
  fil_row_builder_string (&row, "kind", info->kind);
  fil_row_builder_size (&row, "size", info->size);
  fil_row_builder_string (&row, "sha1", info->sha1);
  fil_row_builder_string (&row, "tth", info->tth);
  fil_row_builder_int (&row, "asked", info->asked);
  fil_row_builder_int (&row, "sent", info->sent);
  g_variant_builder_add_value (data, fil_row_builder_end (&row));
}

/**
 * fil_bus_library_rows:
 * @words: (nullable): NULL for all
 *
 * Returns: (transfer floating): own files as an array of rows; so with all that follow
 */
GVariant *
fil_bus_library_rows (FilNode *node,
                      const char *words,
                      guint offset,
                      guint max)
{
  GVariantBuilder rows;

  g_variant_builder_init (&rows, fil_schema_array_type (&fil_schema_library));
  fil_node_library (node, words, offset, max, add_library, &rows);
  return g_variant_builder_end (&rows);
}

static void
add_history (const FilHistoryInfo *info,
             gpointer data)
{
  FilRowBuilder row;

  fil_row_builder_init (&row, &fil_schema_history);
  fil_row_builder_int (&row, "id", info->id);
  fil_row_builder_string (&row, "name", info->name);
  fil_row_builder_size (&row, "size", info->size);
  fil_row_builder_string (&row, "sha1", info->sha1);
  fil_row_builder_string (&row, "path", info->path);
  fil_row_builder_known (&row, "finished", info->finished);
  g_variant_builder_add_value (data, fil_row_builder_end (&row));
}

GVariant *
fil_bus_history_rows (FilNode *node,
                      const char *words,
                      guint max)
{
  GVariantBuilder rows;

  g_variant_builder_init (&rows, fil_schema_array_type (&fil_schema_history));
  fil_node_history (node, words, max, add_history, &rows);
  return g_variant_builder_end (&rows);
}

static GVariant *
removed_row (const FilRemovedInfo *info)
{
  FilRowBuilder row;

  fil_row_builder_init (&row, &fil_schema_removed);
  fil_row_builder_int (&row, "id", info->id);
  fil_row_builder_string (&row, "name", info->name);
  fil_row_builder_known (&row, "size", (gint64) MIN (info->size, (guint64) G_MAXINT64));
  fil_row_builder_size (&row, "received_bytes", info->received_bytes);
  fil_row_builder_int (&row, "removed", info->removed);
  fil_row_builder_int (&row, "kept_until", info->kept_until);
  return fil_row_builder_end (&row);
}

GVariant *
fil_bus_removed_rows (const FilRemovedInfo *infos,
                      guint n_infos)
{
  GVariantBuilder rows;

  g_variant_builder_init (&rows, fil_schema_array_type (&fil_schema_removed));
  for (guint i = 0; i < n_infos; i++)
    g_variant_builder_add_value (&rows, removed_row (&infos[i]));
  return g_variant_builder_end (&rows);
}

GVariant *
fil_bus_beginning_row (gint64 id,
                       const char *path)
{
  FilRowBuilder row;

  fil_row_builder_init (&row, &fil_schema_beginning);
  fil_row_builder_int (&row, "id", id);
  fil_row_builder_string (&row, "path", path);
  return fil_row_builder_end (&row);
}

static void
add_trace (const FilTraceStep *step,
           gpointer data)
{
  FilRowBuilder row;

  fil_row_builder_init (&row, &fil_schema_trace);
  fil_row_builder_int (&row, "time", step->time_us / G_USEC_PER_SEC);
  fil_row_builder_int (&row, "time_us", step->time_us);
  fil_row_builder_string (&row, "what", step->what);
  fil_row_builder_string (&row, "peer", step->peer);
  fil_row_builder_int (&row, "ttl", step->ttl);
  fil_row_builder_int (&row, "hops", step->hops);
  fil_row_builder_string (&row, "text", step->text);
  g_variant_builder_add_value (data, fil_row_builder_end (&row));
}

/**
 * fil_bus_trace_rows:
 *
 * Returns: (transfer floating) (nullable): the steps, NULL and an error when nothing is known of @id
 */
GVariant *
fil_bus_trace_rows (FilNode *node,
                    const char *id,
                    GError **error)
{
  GVariantBuilder rows;

  g_variant_builder_init (&rows, fil_schema_array_type (&fil_schema_trace));
  if (!fil_node_trace (node, id, add_trace, &rows, error))
    {
      g_variant_builder_clear (&rows);
      return NULL;
    }
  return g_variant_builder_end (&rows);
}

static void
add_download_source (const FilDownloadSourceInfo *info,
                     gpointer data)
{
  FilRowBuilder row;

  fil_row_builder_init (&row, &fil_schema_download_source);
  fil_row_builder_int (&row, "id", info->id);
  fil_row_builder_string (&row, "address", info->address);
  fil_row_builder_string (&row, "vendor", info->vendor);
  fil_row_builder_string (&row, "state", info->state);
  fil_row_builder_string (&row, "reach", fil_bus_reach_name (info->reach));
  fil_row_builder_int (&row, "hops", info->hops >= 0 ? info->hops : FIL_NULL_INT);
  fil_row_builder_size (&row, "bps", info->bps);
  fil_row_builder_size (&row, "delivered_bytes", info->delivered_bytes);
  fil_row_builder_known (&row, "queue_position", info->queue_position);
  fil_row_builder_string (&row, "reason_code", info->reason_code);
  fil_row_builder_strings (&row, "via", info->via);
  fil_row_builder_known (&row, "queue_length", info->queue_length);
  fil_row_builder_string (&row, "reason", info->reason);
  fil_row_builder_string (&row, "nat", info->nat);
  fil_row_builder_string (&row, "transport", info->transport);
  fil_row_builder_bool (&row, "encrypted", info->is_encrypted);
  fil_row_builder_known (&row, "rtt_us", info->rtt_us);
  g_variant_builder_add_value (data, fil_row_builder_end (&row));
}

/**
 * fil_bus_download_source_rows:
 *
 * Returns: (transfer floating) (nullable): the sources, NULL and an error when there is no such download
 */
GVariant *
fil_bus_download_source_rows (FilNode *node,
                              gint64 id,
                              GError **error)
{
  GVariantBuilder rows;

  g_variant_builder_init (&rows, fil_schema_array_type (&fil_schema_download_source));
  if (!fil_node_download_sources (node, id, add_download_source, &rows, error))
    {
      g_variant_builder_clear (&rows);
      return NULL;
    }
  return g_variant_builder_end (&rows);
}

static void
add_doctor (const FilDoctorLine *line,
            gpointer data)
{
  FilRowBuilder row;

  fil_row_builder_init (&row, &fil_schema_doctor);
  fil_row_builder_string (&row, "name", line->name);
  fil_row_builder_tri (&row, "verdict", fil_bus_tri (line->verdict));
  fil_row_builder_string (&row, "text", line->text);
  fil_row_builder_string (&row, "help", line->help);
  fil_row_builder_string (&row, "setting", line->setting);
  fil_row_builder_string (&row, "value", line->value);
  fil_row_builder_string (&row, "action", line->action);
  g_variant_builder_add_value (data, fil_row_builder_end (&row));
}

GVariant *
fil_bus_doctor_rows (FilNode *node)
{
  GVariantBuilder rows;

  g_variant_builder_init (&rows, fil_schema_array_type (&fil_schema_doctor));
  fil_node_doctor (node, add_doctor, &rows);
  return g_variant_builder_end (&rows);
}

static void
add_setting (const char *key,
             const char *value,
             gpointer data)
{
  FilRowBuilder row;

  fil_row_builder_init (&row, &fil_schema_setting);
  fil_row_builder_string (&row, "key", key);
  fil_row_builder_string (&row, "value", value);
  g_variant_builder_add_value (data, fil_row_builder_end (&row));
}

GVariant *
fil_bus_setting_rows (FilNode *node)
{
  GVariantBuilder rows;

  g_variant_builder_init (&rows, fil_schema_array_type (&fil_schema_setting));
  fil_node_settings (node, add_setting, &rows);
  return g_variant_builder_end (&rows);
}
