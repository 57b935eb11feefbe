/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "node-private.h"

#include <glib/gi18n.h>

#include "local-route.h"
#include "route-watch.h"

/* Where the node stands in the network: what the overlay finds out is judged in sentences, kept over a
 * restart, and asked for again when this machine's own address changes. */

#define LOOK_EVERY (5 * FIL_SEC)
#define NOTE_MAX_S (10 * 365 * 24 * 3600LL)

/* Our own address */

static gboolean
is_fixed (const FilNode *self)
{
  return fil_endpoint_class (&self->local) != FIL_ADDRESS_NONE;
}

/* The address that we send from: the one we were told to use, or the kernel's choice. */
static FilEndpoint
find_route (FilNode *self)
{
  g_autofree char *interface = fil_settings_get (self->settings, "bind-interface");
  FilEndpoint route;

  if (is_fixed (self))
    {
      route = self->local;
      route.port = 0;
    }
  else if (!fil_local_route (4, interface, &route) && !fil_local_route (6, interface, &route))
    route = (FilEndpoint){ 0 };
  return route;
}

static void
tell_local (FilNode *self)
{
  FilEndpoint inside = self->route;

  inside.port = self->local.port;
  fil_overlay_set_local (self->overlay, &inside);
}

/* Whether others can come by IPv6 at all, and at which address: that may change while the other one stays. */
static void
tell_local6 (FilNode *self)
{
  g_autofree char *interface = fil_settings_get (self->settings, "bind-interface");
  FilEndpoint six = { 0 };

  if (self->local.family == 6 && is_fixed (self))
    six = self->local;
  else if (!is_fixed (self) && fil_udp_port_has_family (self->udp, 6) && fil_local_route (6, interface, &six) &&
           fil_endpoint_class (&six) != FIL_ADDRESS_PUBLIC)
    six = (FilEndpoint){ 0 };
  six.port = fil_endpoint_is_set (&six) ? self->local.port : 0;
  fil_overlay_set_local6 (self->overlay, &six);
}

/**
 * _fil_node_reach_look:
 *
 * Looks whether this machine has another address than before. If so, links and proofs are of the past.
 */
void
_fil_node_reach_look (FilNode *self)
{
  FilEndpoint route = find_route (self);

  tell_local6 (self);
  /* Without any, the old one may come back, and so may the links. */
  if (!fil_endpoint_is_set (&route) || fil_endpoint_equal (&route, &self->route))
    return;
  if (fil_endpoint_is_set (&self->route))
    {
      _fil_node_event (self, "moved", 0, _("This computer has another address now; the network is looked for anew."));
      self->outside = (FilEndpoint){ 0 };
      fil_overlay_moved (self->overlay, _fil_node_now (self));
      fil_downloads_moved (self->downloads, _fil_node_now (self));
      _fil_node_port_map_restart (self);
    }
  self->route = route;
  tell_local (self);
}

/**
 * _fil_node_doubt_network:
 *
 * A connection broke or fell silent. That may be because of us: whether our address is still the same is looked at
 * now, and the neighbours are asked for a sign of life.
 */
void
_fil_node_doubt_network (FilNode *self)
{
  if (self->is_stopped)
    return;
  _fil_node_reach_look (self);
  fil_overlay_doubt_links (self->overlay, _fil_node_now (self));
}

/**
 * _fil_node_note_outside:
 *
 * Looks whether others see us at another address than before. If so, our router has forgotten all connections.
 */
void
_fil_node_note_outside (FilNode *self)
{
  const FilEndpoint *outside = fil_reachability_external (fil_overlay_reachability (self->overlay), 4);

  if (!fil_endpoint_is_set (outside) || fil_endpoint_equal (outside, &self->outside))
    return;
  if (fil_endpoint_is_set (&self->outside))
    {
      _fil_node_event (self, "moved", 0,
                       _("Others see this computer at another address now; connections that were cut off are made "
                         "anew."));
      fil_downloads_moved (self->downloads, _fil_node_now (self));
      _fil_node_port_map_restart (self);
    }
  self->outside = *outside;
}

static void
route_changed (gpointer data)
{
  FilNode *self = data;

  if (!self->is_stopped)
    _fil_node_reach_look (self);
}

/* For kernels that do not tell. */
static void
route_cb (gpointer data,
          gint64 now_us)
{
  FilNode *self = data;

  if (self->is_stopped)
    return;
  _fil_node_reach_look (self);
  fil_timer_set (self->route_timer, now_us + LOOK_EVERY);
}

/* Notes */

static const char *const verdict_names[] = {
  [FIL_REACHABLE_UNKNOWN] = "unknown",
  [FIL_REACHABLE_YES] = "yes",
  [FIL_REACHABLE_NO] = "no",
};

static FilReachable
verdict_from_note (FilNode *self,
                   const char *key)
{
  g_autofree char *text = fil_settings_get_note (self->settings, key);

  for (guint i = 0; i < G_N_ELEMENTS (verdict_names); i++)
    if (g_strcmp0 (text, verdict_names[i]) == 0)
      return (FilReachable) i;
  return FIL_REACHABLE_UNKNOWN;
}

static gint64
number_from_note (FilNode *self,
                  const char *key)
{
  g_autofree char *text = fil_settings_get_note (self->settings, key);
  gint64 number;

  return text != NULL && g_ascii_string_to_signed (text, 10, -NOTE_MAX_S, G_MAXINT64 / FIL_SEC, &number, NULL) ? number : 0;
}

/* A clock that was set back must not make a proof younger than it is. */
static gint64
age_from_note (FilNode *self,
               const char *key)
{
  gint64 time_s = number_from_note (self, key);
  gint64 now_s = _fil_node_wall_s (self);

  return time_s > 0 && time_s <= now_s ? (now_s - time_s) * FIL_SEC : FIL_NEVER;
}

static FilEndpoint
address_from_note (FilNode *self,
                   const char *key)
{
  g_autofree char *text = fil_settings_get_note (self->settings, key);
  FilEndpoint address;

  if (text == NULL || !fil_endpoint_parse (&address, text, -1, 1))
    return (FilEndpoint){ 0 };
  address.port = 0;
  return address;
}

static gint64
since (gint64 age_us,
       gint64 before_us)
{
  return age_us == FIL_NEVER ? FIL_NEVER : MAX (age_us - before_us, 0);
}

/* What an earlier run has found out here, if this is the same network still. */
static void
recall (FilNode *self)
{
  FilEndpoint inside = address_from_note (self, "inside");
  g_autofree char *nat = fil_settings_get_note (self->settings, "nat");
  FilReachMemory memory = {
    .age_us = age_from_note (self, "time"),
    .tcp = verdict_from_note (self, "tcp"),
    .udp = verdict_from_note (self, "udp"),
    .external = { address_from_note (self, "external"), address_from_note (self, "external6") },
  };

  if (memory.age_us == FIL_NEVER || !fil_endpoint_is_set (&inside) ||
      !fil_endpoint_same_address (&inside, &self->route))
    return;
  memory.tcp_age_us = since (age_from_note (self, "tcp-proof"), memory.age_us);
  memory.udp_age_us = since (age_from_note (self, "udp-proof"), memory.age_us);
  fil_nat_from_name (&memory.nat, nat);
  memory.nat.delta = (gint16) CLAMP (number_from_note (self, "nat-step"), -128, 127);
  memory.nat.keeps_port = number_from_note (self, "nat-keeps-port") != 0;
  fil_overlay_recall (self->overlay, &memory, _fil_node_now (self));
}

static void
note (GPtrArray *notes,
      const char *key,
      char *value)
{
  g_ptr_array_add (notes, g_strdup (key));
  g_ptr_array_add (notes, value);
}

static void
note_time (GPtrArray *notes,
           const char *key,
           gint64 now_s,
           gint64 age_us)
{
  if (age_us != FIL_NEVER)
    note (notes, key, g_strdup_printf ("%" G_GINT64_FORMAT, now_s - age_us / FIL_SEC));
}

static void
note_address (GPtrArray *notes,
              const char *key,
              const FilEndpoint *address)
{
  char text[FIL_ENDPOINT_TEXT_LEN];

  if (fil_endpoint_is_set (address))
    note (notes, key, g_strdup (fil_endpoint_address_text (address, text)));
}

/**
 * _fil_node_reach_save:
 *
 * Notes down what is known of reachability, with the times of its proofs.
 */
void
_fil_node_reach_save (FilNode *self)
{
  g_autoptr (GPtrArray) notes = g_ptr_array_new_with_free_func (g_free);
  gint64 now_s = _fil_node_wall_s (self);
  FilReachMemory memory;

  fil_reachability_remember (fil_overlay_reachability (self->overlay), &memory, _fil_node_now (self));
  note_time (notes, "time", now_s, 0);
  note_address (notes, "inside", &self->route);
  note_address (notes, "external", &memory.external[0]);
  note_address (notes, "external6", &memory.external[1]);
  note (notes, "tcp", g_strdup (verdict_names[memory.tcp]));
  note_time (notes, "tcp-proof", now_s, memory.tcp_age_us);
  note (notes, "udp", g_strdup (verdict_names[memory.udp]));
  note_time (notes, "udp-proof", now_s, memory.udp_age_us);
  if (fil_nat_name (&memory.nat) != NULL)
    {
      note (notes, "nat", g_strdup (fil_nat_name (&memory.nat)));
      note (notes, "nat-step", g_strdup_printf ("%d", memory.nat.delta));
      note (notes, "nat-keeps-port", g_strdup (memory.nat.keeps_port ? "1" : "0"));
    }
  g_ptr_array_add (notes, NULL);
  fil_settings_set_notes (self->settings, (const char *const *) notes->pdata);
  self->is_reach_news = FALSE;
}

/**
 * _fil_node_reach_start:
 *
 * Tells the overlay, before it starts, where this machine is and what is known from before.
 */
void
_fil_node_reach_start (FilNode *self)
{
  self->route = find_route (self);
  tell_local (self);
  tell_local6 (self);
  recall (self);
  self->route_timer = fil_timer_new (fil_reactor_timers (self->reactor), route_cb, self);
  if (is_fixed (self))
    return;
  self->route_watch = fil_route_watch_new (self->reactor, route_changed, self);
  if (self->route_watch == NULL)
    fil_timer_set (self->route_timer, _fil_node_now (self) + LOOK_EVERY);
}

/* Verdicts */

/**
 * _fil_node_nat_name:
 *
 * Returns: (nullable): what is in front of us, as status tells it: fil_nat_name(), or "udp-blocked"
 */
const char *
_fil_node_nat_name (FilNode *self)
{
  const FilReachability *reach = fil_overlay_reachability (self->overlay);

  if (fil_reachability_udp_passes (reach, _fil_node_now (self)) == FIL_REACHABLE_NO)
    return "udp-blocked";
  return fil_nat_name (&reach->probe.nat);
}

/**
 * _fil_node_set_router:
 * @outside: (nullable): the router's own outside address, if it told
 *
 * Takes what became of asking the router for our port. The doctor uses it to say what would help.
 */
void
_fil_node_set_router (FilNode *self,
                      FilRouterState state,
                      const FilEndpoint *outside)
{
  self->router = state;
  self->router_outside = outside != NULL ? *outside : (FilEndpoint){ 0 };
  _fil_node_mark_status (self);
}

static void
gather (FilNode *self,
        FilDoctorFacts *facts)
{
  const FilReachability *reach = fil_overlay_reachability (self->overlay);
  FilEndpoint v6;

  *facts = (FilDoctorFacts){
    .accepts = self->acceptor != NULL,
    .port = self->local.port,
    .has_neighbours = fil_overlay_state (self->overlay) == FIL_OVERLAY_ONLINE,
    .tcp = _fil_node_verdict (reach->tcp.state),
    .udp = _fil_node_verdict (reach->udp.state),
    .udp_passes = _fil_node_verdict (fil_reachability_udp_passes (reach, _fil_node_now (self))),
    .nat = reach->probe.nat,
    .inside = self->route,
    .outside = *fil_reachability_external (reach, 4),
    .has_ipv6 = fil_local_route (6, NULL, &v6) && fil_endpoint_class (&v6) == FIL_ADDRESS_PUBLIC,
    .router = fil_settings_get_bool (self->settings, "port-mapping") ? self->router : FIL_ROUTER_OFF,
    .router_outside = self->router_outside,
  };
  _fil_node_strangers_count (self, &facts->strangers_followed, &facts->strangers_refused);
}

/**
 * fil_node_doctor:
 *
 * Tells in sentences what works, what does not, and what would help.
 */
void
fil_node_doctor (FilNode *self,
                 FilDoctorFunc func,
                 gpointer data)
{
  FilDiagnosis diagnoses[FIL_DIAGNOSES];
  FilDoctorFacts facts;

  gather (self, &facts);
  fil_doctor_examine (&facts, diagnoses);
  for (guint i = 0; i < FIL_DIAGNOSES; i++)
    {
      const FilDoctorLine line = {
        .name = diagnoses[i].name,
        .verdict = diagnoses[i].verdict,
        .text = diagnoses[i].text,
        .help = diagnoses[i].help,
        .setting = diagnoses[i].setting,
        .value = diagnoses[i].value,
        .action = diagnoses[i].action,
      };

      if (line.name != NULL)
        func (&line, data);
      fil_diagnosis_clear (&diagnoses[i]);
    }
}
