/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "acceptor.h"
#include "bootstrap.h"
#include "clock.h"
#include "database.h"
#include "crowd.h"
#include "dialer.h"
#include "disk-storage.h"
#include "disk.h"
#include "doctor.h"
#include "downloads-table.h"
#include "downloads.h"
#include "event-log.h"
#include "gate.h"
#include "hasher.h"
#include "id-map.h"
#include "ids.h"
#include "library.h"
#include "listener.h"
#include "node.h"
#include "overlay.h"
#include "port-mapping.h"
#include "pumps.h"
#include "punches.h"
#include "push-proxy.h"
#include "random.h"
#include "reactor.h"
#include "route-watch.h"
#include "rudp-port.h"
#include "searches.h"
#include "settings.h"
#include "shaper.h"
#include "snapshots.h"
#include "tcp-punch.h"
#include "tls.h"
#include "udp-port.h"
#include "uploads.h"
#include "web-cache.h"
#include "words.h"
#include "worker.h"

#include <gio/gio.h>

G_BEGIN_DECLS

#define FIL_N_LISTS (FIL_LIST_EVENTS + 1)

struct _FilNode
{
  GObject parent_instance;

  char *profile;
  char *user_agent;
  char *listen;           /* as asked for: ADDR:PORT, or "none" */
  FilRole role;
  GStrv connect_to;       /* HOST:PORT from the command line, tried until they answer */
  gboolean is_private;
  gboolean has_bootstrap;
  gboolean is_network_down; /* as the machine says */
  gboolean is_stopped;
  gboolean was_reachable;   /* when it was looked last */
  gint64 started_us;

  /* What everything stands on. */
  FilClock *clock;
  FilRandom *random;
  FilReactor *reactor;
  FilDatabase *database;
  FilSnapshots *snapshots;
  char *database_story;   /* what became of a damaged database, or NULL */
  gint64 clock_offset_s;  /* between the clock and the one that only counts … */
  gint64 steady_since_us; /* … and since when; 0: not looked yet */
  gboolean has_unsaved;   /* the database refused something since the last look */
  FilIds *ids;
  FilSettings *settings;
  FilEventLog *events;
  FilGuid guid;

  /* Network. */
  FilShaper *shaper;
  FilPumps *pumps;
  FilGate *gate;
  FilTls *tls;
  FilListener *listener;
  FilAcceptor *acceptor;  /* NULL: accepts no connections */
  FilDialer *dialer;
  FilUdpPort *udp;
  FilRudpPort *rudp;
  FilTcpPunch *tcp_punch;  /* NULL: accepts no connections */
  FilBootstrap *bootstrap; /* NULL: nobody is asked for hosts */
  FilWebCache *web_cache;
  char *web_cache_url;    /* that is being asked */
  FilBootstrapKind web_cache_kind;
  GCancellable *resolving;
  GHashTable *encrypted;  /* FilEndpoint of neighbours who came by TLS, owned */
  FilEndpoint local;      /* where it listens */
  FilEndpoint route;      /* the address that this machine sends from to the world; family 0: none */
  FilEndpoint outside;    /* the one of IPv4 that others saw us at last; family 0: not known in this network */
  FilPortMapping *port_mapping; /* NULL: the router is not asked */
  FilRouterState router;  /* what became of asking it for our port */
  FilEndpoint router_outside; /* its own outside address, if it told */
  gboolean is_reach_news; /* what is known of reachability is not noted down yet */

  /* The mind. */
  FilOverlay *overlay;
  GArray *failed_dials;   /* of FilEndpoint, to be told to the overlay */
  FilSearches *searches;
  FilMesh *mesh;           /* who has which file */
  FilDownloads *downloads;
  GHashTable *forgotten;   /* cancelled downloads that were deleted in this life, owned */
  guint n_forgetting;      /* of them wait for the disk */
  struct _FilNodeVerify *verify; /* of files that are done */
  FilWorker *previewer;        /* NULL until somebody wants a look */
  FilUploads *uploads;
  GPtrArray *browses;          /* of hosts that are asked for their list, owned */
  FilPushProxy *push_proxy;
  FilCrowd crowd;              /* of connections */
  guint64 strangers_told;      /* refused wishes of strangers that the log of events has told of … */
  gint64 strangers_told_us;    /* … and when, 0: never */
  FilPunches *punches;
  GPtrArray *punch_streams;    /* RUDP connections that are being opened, owned */
  FilNatSide punch_nat;        /* what stands before us */
  FilOwnReach told_reach;      /* what the rows of results that were told rest on */
  GPtrArray *punch_heads;      /* HEAD pings that wait until we know how others see us, owned */
  FilTimer *punch_heads_timer;
  GHashTable *source_searches; /* overlay search → SourceSearch, owned; for downloads without sources */

  /* Files. */
  FilDisk *disk;
  FilDownloadFolders *folders;
  FilDiskStorage *storage;
  FilLibrary *library;
  GHashTable *away_shares;     /* ids of those that were told to be away, owned */
  gboolean is_route_table_old; /* the index has changed since */
  gint64 route_table_us;       /* when the overlay was given one */
  FilWords *words;
  gboolean is_sharing_paused;

  /* Timers. */
  FilTimer *overlay_timer;
  FilTimer *downloads_timer;
  FilTimer *uploads_timer;
  FilTimer *punch_timer;
  FilTimer *bootstrap_timer;
  FilTimer *limits_timer;  /* the hours of the second set of limits */
  FilTimer *save_timer;
  FilTimer *connect_timer;
  FilTimer *notify_timer;
  FilTimer *route_timer;
  FilRouteWatch *route_watch; /* or NULL */

  /* Lists and what of them is still to be told. */
  FilJournal *journals[FIL_N_LISTS]; /* NULL for those that keep their own */
  FilIdMap *peer_ids;
  FilIdMap *upload_ids;
  guint dirty;             /* bit per FilList */
  GHashTable *dirty_scopes; /* searches whose results changed */
  gboolean is_status_dirty;

  /* Text that rows borrow until the main loop turns. */
  GPtrArray *borrowed;     /* of char *, owned */
};

/* node.c */
gint64 _fil_node_now (FilNode *self);
gint64 _fil_node_wall_s (FilNode *self);

/* node-database.c */
gboolean _fil_node_database_open (FilNode *self, GError **error);
void _fil_node_database_free (FilNode *self);
void _fil_node_database_tidy (FilNode *self);
void _fil_node_database_tell (FilNode *self);
void _fil_node_database_retry (FilNode *self);
gboolean _fil_node_clock_is_sure (const FilNode *self);

/* node-lists.c */
void _fil_node_lists_start (FilNode *self);
void _fil_node_lists_stop (FilNode *self);
void _fil_node_lists_free (FilNode *self);
void _fil_node_mark (FilNode *self, FilList list, gint64 scope);
void _fil_node_touch (FilNode *self, FilList list, gint64 id);
void _fil_node_gone (FilNode *self, FilList list, gint64 id);
void _fil_node_mark_status (FilNode *self);
void _fil_node_event (FilNode *self, const char *kind, gint64 subject, const char *format, ...)
    G_GNUC_PRINTF (4, 5);
const char *_fil_node_lend (FilNode *self, char *text);
const char *_fil_node_lend_endpoint (FilNode *self, const FilEndpoint *endpoint);
gboolean _fil_node_not_found (GError **error, const char *format, gint64 id);

/* node-network.c: sockets */
gboolean _fil_node_network_start (FilNode *self, GError **error);
void _fil_node_network_stop (FilNode *self);
void _fil_node_network_free (FilNode *self);
void _fil_node_pump (FilNode *self, FilStream *stream, FilSession *session, FilTraffic traffic,
                     const FilEndpoint *peer);
void _fil_node_dial (FilNode *self, const FilEndpoint *to, FilDialPurpose purpose, FilGateUse named_by, gboolean tls,
                     FilTraffic traffic, FilSession *session);

/* node-port-map.c: asking the router for our port */
void _fil_node_port_map_apply (FilNode *self);
void _fil_node_port_map_restart (FilNode *self);
void _fil_node_port_map_stop (FilNode *self);
gboolean _fil_node_port_map_is_stopped (FilNode *self);

/* node-limits.c: how fast, and when */
void _fil_node_limits_start (FilNode *self);
void _fil_node_apply_limits (FilNode *self);
void _fil_node_limit_download (FilNode *self, gint64 id, gint64 bytes_per_s);
gboolean _fil_node_check_limit (gint64 bytes_per_s, GError **error);

/* node-bootstrap.c: finding the network */
void _fil_node_bootstrap_start (FilNode *self);
void _fil_node_bootstrap_stop (FilNode *self);
void _fil_node_reschedule_bootstrap (FilNode *self);
gboolean _fil_node_is_host_and_port (const char *text);

/* node-overlay.c: the overlay's delegate */
void _fil_node_overlay_start (FilNode *self);
void _fil_node_overlay_save_hosts (FilNode *self);
gboolean _fil_node_is_reachable (FilNode *self);

/* node-strangers.c: what strangers asked for and did not get */
void _fil_node_strangers_count (FilNode *self, guint64 *followed, guint64 *refused);
void _fil_node_strangers_watch (FilNode *self, gint64 now_us);

/* node-status.c */
FilVerdict _fil_node_verdict (FilReachable state);

/* node-reach.c: where we stand in the network */
void _fil_node_reach_start (FilNode *self);
void _fil_node_reach_save (FilNode *self);
void _fil_node_reach_look (FilNode *self);
void _fil_node_doubt_network (FilNode *self);
void _fil_node_note_outside (FilNode *self);
const char *_fil_node_nat_name (FilNode *self);
void _fil_node_set_router (FilNode *self, FilRouterState state, const FilEndpoint *outside);

/* node-searches.c: own searches */
void _fil_node_search_hit (FilNode *self, guint32 handle, const FilQueryHit *hit, const FilSource *source);
void _fil_node_search_progress (FilNode *self);
gboolean _fil_node_search_sources (FilNode *self, const FilDownload *download);
void _fil_node_browse_hit (FilNode *self, gint64 search, const FilQueryHit *hit, const FilEndpoint *at);

/* node-search-rows.c: what is told of searches */
void _fil_node_results_reach_changed (FilNode *self);
void _fil_node_results_file_changed (FilNode *self, const FilSha1 *sha1);

/* node-browse.c: a host's list of files */
void _fil_node_browse_start (FilNode *self);
void _fil_node_browse_stop (FilNode *self);
void _fil_node_browse_cancel (FilNode *self, gint64 search);
FilSession *_fil_node_browse_giv (FilNode *self, const FilGuid *guid, const FilEndpoint *from) G_GNUC_WARN_UNUSED_RESULT;

/* node-downloads.c */
void _fil_node_downloads_start (FilNode *self);
gboolean _fil_node_restore_downloads (FilNode *self, GError **error);
gboolean _fil_node_restore_download (FilNode *self, const FilDownloadRow *row);
void _fil_node_restore_source (FilNode *self, gint64 download, const FilSourceRow *row);
void _fil_node_add_source (FilNode *self, gint64 download, const FilHit *hit);

/* node-removed.c: downloads that were cancelled */
void _fil_node_removed_expire (FilNode *self, gboolean is_clock_sure);
gboolean _fil_node_removed_make_room (gpointer data, const FilDownload *download);

/* node-preview.c: a look into files that are still coming */
void _fil_node_preview_clear (FilNode *self);

/* node-verify.c: files that are done, read again */
typedef struct _FilNodeVerify FilNodeVerify;

void _fil_node_verify_start (FilNode *self);
void _fil_node_verify_stop (FilNode *self);
void _fil_node_verify_again (FilNode *self, const FilDownload *download);
const char *_fil_node_verify_reason (FilNode *self, const FilDownload *download, const char **code);

/* node-push.c: having hosts behind firewalls connect to us */
typedef struct _FilNodePush FilNodePush;

void _fil_node_push_dial_proxy (gpointer data, const FilEndpoint *to, gboolean tls, FilSession *session);
void _fil_node_push_call_at (gpointer data, FilPush *push);
void _fil_node_push_describe (gpointer data, FilPushSelf *self);
void _fil_node_push_make_guid (gpointer data, FilGuid *guid);
gboolean _fil_node_push_send (gpointer data, const FilPush *push, const FilGuid *muid, FilPushWay way,
                              const FilEndpoint *to);
void _fil_node_push_step (gpointer data, const FilGuid *servent, const char *what, const FilEndpoint *peer,
                          const char *detail);
FilNodePush *_fil_node_push_new (FilNode *node, const FilSourceSpec *to,
                                 void (*failed) (gpointer data, gboolean was_sent), gpointer data)
    G_GNUC_WARN_UNUSED_RESULT;
void _fil_node_push_free (FilNodePush *self);

/* node-punch.c: ways that both sides open */
void _fil_node_punch_start (FilNode *self);
void _fil_node_punch_stop (FilNode *self);
void _fil_node_punch_free (FilNode *self);
gboolean _fil_node_punch (gpointer data, const FilDownload *download, const FilFileSource *source);
void _fil_node_punch_cancel (gpointer data, const FilGuid *guid);
void _fil_node_punch_push (FilNode *self, const FilPush *push);
FilSession *_fil_node_punch_line (FilNode *self, const FilEndpoint *peer);
void _fil_node_punch_handed_over (FilNode *self, FilPump *pump, const FilSession *from);

/* node-punch-head.c: offers in HEAD pings */
void _fil_node_punch_head (FilNode *self, const FilFrame *frame, const FilSource *source);

/* node-punch-self.c: what we have to offer */
void _fil_node_punch_update (FilNode *self);
const FilNatSide *_fil_node_punch_nat (gpointer data);
gboolean _fil_node_punch_is_fixed (FilNode *self, FilEndpoint *udp);
void _fil_node_own_reach (FilNode *self, FilOwnReach *out);

/* node-way.c: the way between a source and here, in words */
char *_fil_node_describe_self (FilNode *self) G_GNUC_WARN_UNUSED_RESULT;
char *_fil_node_describe_way (const FilDownloadSourceInfo *source) G_GNUC_WARN_UNUSED_RESULT;

/* node-listing.c: what we share, for those who ask for all of it */
void _fil_node_listing_apply (FilNode *self);
void _fil_node_listing_page (FilNode *self, const FilPageRequest *request, FilPageReply *reply);
GBytes *_fil_node_listing_more (gpointer data, guint64 *more) G_GNUC_WARN_UNUSED_RESULT;

/* node-ping.c: HEAD pings */
gboolean _fil_node_ping (FilNode *self, const FilEndpoint *to, const FilSha1 *sha1, FilGuid *muid);
void _fil_node_ping_answer (FilNode *self, const FilHeadPing *ping, const FilEndpoint *asker, FilHeadPong *pong,
                            FilWriter *r, FilWriter *r5);

/* node-partial.c */
const FilDownload *_fil_node_partial_find (FilNode *self, const FilSha1 *sha1);
gboolean _fil_node_partial_open (FilNode *self, const FilUrn *urn, FilShared *shared, gint64 *id)
    G_GNUC_WARN_UNUSED_RESULT;
gboolean _fil_node_partial_check (FilNode *self, gint64 id, FilShared *shared) G_GNUC_WARN_UNUSED_RESULT;
gboolean _fil_node_partial_place (FilNode *self, const FilDownload *download, FilHost *place);
void _fil_node_partial_heard (FilNode *self, const FilSha1 *file, const FilMeshPlace *place);

/* node-match.c: files of ours, as hits tell them */
gboolean _fil_node_local_file (FilNode *self, guint32 index, FilLocalFile *file);
guint _fil_node_match (FilNode *self, const FilLocalQuery *query, FilLocalFile *files, guint max);

/* node-uploads.c */
void _fil_node_uploads_start (FilNode *self);
void _fil_node_handle_push (FilNode *self, const FilPush *push, const FilSource *source);

/* node-shares.c */
gboolean _fil_node_shares_start (FilNode *self, GError **error);
gboolean _fil_node_share_options (FilNode *self, const char *const *folders, GError **error);

G_END_DECLS
