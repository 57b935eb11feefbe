/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "node-private.h"

#include <glib/gi18n.h>
#include <string.h>

#include "browse-session.h"
#include "resolver.h"

/* What is asked at the same time; more would only be slower. */
#define BROWSES_MAX 8

/* One host that is asked for its list. */
typedef struct
{
  FilNode *node;
  gint64 search;           /* that shows the list */
  char *host;              /* as it was asked for */
  FilSourceSpec source;    /* who; its proxies lie below */
  FilHost proxies[FIL_RESULT_MAX_PROXIES];
  FilEndpoint at;          /* where it answers; unset when it connects to us */
  FilSession *session;     /* not owned; NULL: no connection yet */
  GCancellable *resolving;
  FilNodePush *push;       /* while it is asked to connect to us */
  gboolean was_pushed;
} Browse;

static void
browse_free (gpointer data)
{
  Browse *self = data;

  if (self->session != NULL)
    fil_browse_session_disown (self->session, "nobody wants the list any more");
  g_cancellable_cancel (self->resolving);
  g_object_unref (self->resolving);
  _fil_node_push_free (self->push);
  g_free (self->host);
  g_free (self);
}

/* @reason: translated and static, NULL when the list is whole. Frees the browse. */
static void
browse_end (Browse *self,
            const char *reason)
{
  FilNode *node = self->node;
  FilSearch *search = fil_searches_get (node->searches, self->search);

  search->is_active = FALSE;
  search->reason = reason;
  fil_searches_touch (node->searches, search);
  _fil_node_mark (node, FIL_LIST_SEARCHES, 0);
  g_info ("the list of %s: %u files, %s", self->host, search->results->len, reason != NULL ? reason : "complete");
  g_ptr_array_remove (node->browses, self);
}

static const char *
sentence_of (FilBrowseEnd end)
{
  switch (end)
    {
    case FIL_BROWSE_NOT_CONNECTED:
      return _("No connection to the host comes about.");
    case FIL_BROWSE_REFUSED:
      return _("The host shows its list to nobody.");
    case FIL_BROWSE_TOO_OFTEN:
      return _("The host was asked for its list lately; try again in an hour.");
    case FIL_BROWSE_BUSY:
      return _("The host is busy; try again later.");
    case FIL_BROWSE_CUT:
      return _("The list broke off.");
    case FIL_BROWSE_NOT_UNDERSTOOD:
      return _("The host gives no list that can be read.");
    case FIL_BROWSE_WHOLE:
    default:
      return NULL;
    }
}

static void start_push (Browse *self);

static void
session_hit (gpointer data,
             const FilQueryHit *hit,
             gint64 now_us)
{
  Browse *self = data;
  gboolean is_direct = fil_endpoint_is_set (&self->at);

  /* Whoever was asked speaks for himself only. */
  if (!is_direct && !fil_guid_equal (&hit->servent, &self->source.guid))
    return;
  /* Ends the browse when it was the last hit that the search has room for. */
  _fil_node_browse_hit (self->node, self->search, hit, is_direct ? &self->at : NULL);
}

static void
session_ended (gpointer data,
               FilBrowseEnd end,
               gint64 now_us)
{
  Browse *self = data;

  self->session = NULL;
  if (end == FIL_BROWSE_NOT_CONNECTED && !fil_guid_is_zero (&self->source.guid) && !self->was_pushed)
    start_push (self);
  else
    browse_end (self, sentence_of (end));
}

static const FilBrowseDelegate session_delegate = {
  .hit = session_hit,
  .ended = session_ended,
};

/* Asks the host for a connection */

static void
push_failed (gpointer data,
             gboolean was_sent)
{
  browse_end (data, was_sent ? _("The host was asked to connect, and did not come.")
                             : _("No way to this host is known: search for one of its files first."));
}

static void
start_push (Browse *self)
{
  if (!_fil_node_is_reachable (self->node))
    {
      browse_end (self, _("Neither the host nor you can be reached from outside."));
      return;
    }
  self->at = (FilEndpoint){ 0 };
  self->was_pushed = TRUE;
  self->push = _fil_node_push_new (self->node, &self->source, push_failed, self);
}

static void
start_direct (Browse *self,
              FilGateUse named_by)
{
  FilNode *node = self->node;
  char host[FIL_ENDPOINT_TEXT_LEN];

  self->at = self->source.endpoint;
  self->session = fil_browse_session_new (fil_endpoint_to_text (&self->at, host), node->user_agent, FALSE,
                                          &session_delegate, self, _fil_node_now (node));
  /* May end the browse at once. */
  _fil_node_dial (node, &self->at, FIL_DIAL_TRANSFER, named_by, self->source.tls, FIL_TRAFFIC_TRANSFER,
                  self->session);
}

/**
 * _fil_node_browse_giv:
 * @guid: of the GIV line
 *
 * Somebody connected to us with GIV who is not wanted for a download.
 *
 * Returns: (transfer full) (nullable): the session that asks it for its list, if that is wanted
 */
FilSession *
_fil_node_browse_giv (FilNode *self,
                      const FilGuid *guid,
                      const FilEndpoint *from)
{
  char host[FIL_ENDPOINT_TEXT_LEN];

  for (guint i = 0; i < self->browses->len; i++)
    {
      Browse *browse = g_ptr_array_index (self->browses, i);

      if (browse->session != NULL || browse->push == NULL || !fil_guid_equal (&browse->source.guid, guid))
        continue;
      g_clear_pointer (&browse->push, _fil_node_push_free);
      _fil_node_push_step (self, guid, "giv-received", from, "the servent connected to us");
      browse->session = fil_browse_session_new (fil_endpoint_to_text (from, host), self->user_agent, TRUE,
                                                &session_delegate, browse, _fil_node_now (self));
      return browse->session;
    }
  return NULL;
}

/* Finds out who is meant */

static void
host_resolved (gpointer data,
               const FilEndpoint *endpoints,
               guint n,
               const char *error)
{
  Browse *self = data;

  if (n == 0)
    {
      browse_end (self, _("There is no host of this name."));
      return;
    }
  self->source.endpoint = endpoints[0];
  start_direct (self, FIL_GATE_USER);
}

typedef struct
{
  const FilGuid *guid;
  const FilHit *hit;
} Wanted;

static void
look_for_servent (gpointer item,
                  gpointer data)
{
  const FilSearch *search = item;
  Wanted *wanted = data;

  for (guint i = 0; i < search->results->len && wanted->hit == NULL; i++)
    {
      const FilResult *result = g_ptr_array_index (search->results, i);

      if (fil_guid_equal (&result->hit.guid, wanted->guid))
        wanted->hit = &result->hit;
    }
}

/* What results tell of the servent: without any, it may still be a neighbour's neighbour. */
static void
learn_servent (Browse *self)
{
  Wanted wanted = { .guid = &self->source.guid };

  fil_searches_foreach (self->node->searches, look_for_servent, &wanted);
  if (wanted.hit == NULL)
    return;
  self->source.endpoint = wanted.hit->endpoint;
  self->source.index = wanted.hit->index;
  self->source.needs_push = wanted.hit->needs_push;
  self->source.tls = wanted.hit->is_tls;
  self->source.n_proxies = wanted.hit->n_proxies;
  memcpy (self->proxies, wanted.hit->proxies, sizeof self->proxies);
}

static Browse *
browse_new (FilNode *node,
            const char *host)
{
  const FilGuid no_query = { 0 };
  FilSearch *search = fil_searches_add (node->searches, 0, &no_query, host, FIL_N_KINDS, _fil_node_wall_s (node));
  Browse *self = g_new0 (Browse, 1);

  search->is_browse = TRUE;
  search->hosts_asked = 1;
  _fil_node_mark (node, FIL_LIST_SEARCHES, 0);
  self->node = node;
  self->search = search->id;
  self->host = g_strdup (host);
  self->source.proxies = self->proxies;
  self->resolving = g_cancellable_new ();
  g_ptr_array_add (node->browses, self);
  return self;
}

static gboolean
may_browse (FilNode *self,
            GError **error)
{
  if (self->browses->len >= BROWSES_MAX)
    {
      g_set_error (error, FIL_NODE_ERROR, FIL_NODE_ERROR_FAILED,
                   _("%d hosts are being asked for their lists; wait for one of them."), BROWSES_MAX);
      return FALSE;
    }
  if (fil_searches_count (self->searches) >= FIL_SEARCHES_MAX)
    {
      g_set_error (error, FIL_NODE_ERROR, FIL_NODE_ERROR_FAILED, _("%d searches are open. Close one first."),
                   FIL_SEARCHES_MAX);
      return FALSE;
    }
  return TRUE;
}

/**
 * fil_node_browse:
 * @host: HOST:PORT or the GUID of a servent, 32 hex digits
 *
 * Asks a host for the list of its files, which become the results of a search. One that is known by its
 * GUID only, or does not answer, is asked to connect to us.
 *
 * Returns: the id of the search, 0 with a #FilNodeError
 */
gint64
fil_node_browse (FilNode *self,
                 const char *host,
                 GError **error)
{
  FilGuid guid = { 0 };
  gboolean is_guid = fil_guid_parse_hex (&guid, host, -1) && !fil_guid_is_zero (&guid);
  gint64 search;
  Browse *browse;

  if (!is_guid && !_fil_node_is_host_and_port (host))
    {
      g_set_error (error, FIL_NODE_ERROR, FIL_NODE_ERROR_USAGE, _("%s is neither HOST:PORT nor the GUID of a host."),
                   host);
      return 0;
    }
  if (!may_browse (self, error))
    return 0;

  browse = browse_new (self, host);
  search = browse->search;
  if (!is_guid)
    {
      fil_resolve (host, 6346, browse->resolving, host_resolved, browse);
      return search;
    }
  browse->source.guid = guid;
  learn_servent (browse);
  if (fil_endpoint_is_set (&browse->source.endpoint) && !browse->source.needs_push)
    start_direct (browse, FIL_GATE_SOURCE);
  else
    start_push (browse);
  return search;
}

/**
 * _fil_node_browse_cancel:
 *
 * Asks no more for the list that @search shows.
 */
void
_fil_node_browse_cancel (FilNode *self,
                         gint64 search)
{
  for (guint i = 0; i < self->browses->len; i++)
    if (((Browse *) g_ptr_array_index (self->browses, i))->search == search)
      {
        g_ptr_array_remove_index (self->browses, i);
        return;
      }
}

void
_fil_node_browse_start (FilNode *self)
{
  self->browses = g_ptr_array_new_with_free_func (browse_free);
}

void
_fil_node_browse_stop (FilNode *self)
{
  g_clear_pointer (&self->browses, g_ptr_array_unref);
}
