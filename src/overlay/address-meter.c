/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "address-meter.h"

#include "guid-table.h"

#include <string.h>

typedef struct
{
  gint64 since_us;
  guint count;
} Meter;

struct _FilAddressMeter
{
  FilGuidTable *table;
  guint max;
  gint64 window_us;
  gint64 cleared_us; /* what was counted before is of the past */
};

/**
 * fil_address_meter_new:
 * @max_per_window: how often in @window_us for one address
 */
FilAddressMeter *
fil_address_meter_new (guint max_per_window,
                       gint64 window_us,
                       guint max_addresses,
                       FilRandom *random)
{
  FilAddressMeter *self = g_new0 (FilAddressMeter, 1);

  self->table = fil_guid_table_new (sizeof (Meter), max_addresses, window_us, random);
  self->max = max_per_window;
  self->window_us = window_us;
  return self;
}

void
fil_address_meter_free (FilAddressMeter *self)
{
  if (self == NULL)
    return;
  fil_guid_table_free (self->table);
  g_free (self);
}

/* An IPv6 host owns its whole /64. */
static FilGuid
key_of (const FilEndpoint *address)
{
  FilGuid key = { 0 };

  memcpy (key.bytes, address->addr, 8);
  key.bytes[15] = address->family;
  return key;
}

/* (nullable) */
static Meter *
current (const FilAddressMeter *self,
         Meter *meter,
         gint64 now_us)
{
  return meter != NULL && now_us - meter->since_us < self->window_us && meter->since_us >= self->cleared_us ? meter : NULL;
}

/**
 * fil_address_meter_may:
 *
 * Returns: whether fil_address_meter_take() would say yes; nothing is counted
 */
gboolean
fil_address_meter_may (FilAddressMeter *self,
                       const FilEndpoint *address,
                       gint64 now_us)
{
  FilGuid key = key_of (address);
  const Meter *meter = current (self, fil_guid_table_find (self->table, &key, now_us), now_us);

  return meter == NULL || meter->count < self->max;
}

/**
 * fil_address_meter_take:
 *
 * Returns: whether it may be done once more now; then it is counted
 */
gboolean
fil_address_meter_take (FilAddressMeter *self,
                        const FilEndpoint *address,
                        gint64 now_us)
{
  FilGuid key = key_of (address);
  gboolean is_new;
  Meter *meter = fil_guid_table_add (self->table, &key, now_us, &is_new);

  if (is_new || current (self, meter, now_us) == NULL)
    *meter = (Meter){ .since_us = now_us };
  if (meter->count >= self->max)
    return FALSE;
  meter->count++;
  return TRUE;
}

/**
 * fil_address_meter_clear:
 *
 * Begins to count anew, for all addresses.
 */
void
fil_address_meter_clear (FilAddressMeter *self,
                         gint64 now_us)
{
  self->cleared_us = now_us;
}
