/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "guid.h"
#include "random.h"

G_BEGIN_DECLS

/**
 * FilGuidTable:
 *
 * Remembers something about each of many GUIDs for a while, in bounded memory.
 *
 * It has two generations: an entry lives at least @life_us, at most twice that, and a generation that
 * is full makes the older one go at once. Looking an entry up through fil_guid_table_touch() gives it a
 * new life. Strangers choose the GUIDs, so they are hashed with a secret.
 */
typedef struct _FilGuidTable FilGuidTable;

FilGuidTable *fil_guid_table_new (gsize value_size, guint max_entries, gint64 life_us, FilRandom *random)
    G_GNUC_WARN_UNUSED_RESULT;
void fil_guid_table_free (FilGuidTable *self);

void fil_guid_table_expect (const FilGuidTable *self, const FilGuid *guid);
gpointer fil_guid_table_find (FilGuidTable *self, const FilGuid *guid, gint64 now_us);
gpointer fil_guid_table_touch (FilGuidTable *self, const FilGuid *guid, gint64 now_us);
gpointer fil_guid_table_add (FilGuidTable *self, const FilGuid *guid, gint64 now_us, gboolean *is_new);
void fil_guid_table_remove (FilGuidTable *self, const FilGuid *guid);
guint fil_guid_table_size (const FilGuidTable *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FilGuidTable, fil_guid_table_free)

G_END_DECLS
