/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "carrier.h"
#include "download.h"
#include "endpoint.h"
#include "guid.h"
#include "head-ping.h"
#include "mesh.h"
#include "push-headers.h"
#include "session.h"
#include "storage.h"

G_BEGIN_DECLS

/**
 * FilDownloadsDelegate:
 *
 * What the downloads ask of the node. No call may come back into FilDownloads, except that dial()
 * may fail at once by fil_session_hung_up() and fil_session_free().
 */
typedef struct
{
  /* Connects and pumps session (transfer full). When the connection fails, or no address may be
   * dialled: fil_session_hung_up() with one sentence, then fil_session_free(). A session that says it
   * changed and is closed before the connection stands is to be dropped: the dial took too long. */
  void (*dial) (gpointer data, const FilEndpoint *to, gboolean tls, FilSession *session);

  /* Sends one PUSH message. to is NULL for FIL_PUSH_WAY_ROUTE. FALSE: there is no such way. */
  gboolean (*push) (gpointer data, const FilPush *push, const FilGuid *muid, FilPushWay way, const FilEndpoint *to);

  /* Says where we are to be called: endpoint, endpoint6 or both, and port. */
  void (*call_at) (gpointer data, FilPush *push);

  /* Says how we can be reached; may be NULL. */
  void (*describe) (gpointer data, FilPushSelf *self);

  /* A new random GUID. */
  void (*make_guid) (gpointer data, FilGuid *guid);

  /* As dial(), for a push proxy that a stranger named. */
  void (*dial_proxy) (gpointer data, const FilEndpoint *to, gboolean tls, FilSession *session);

  /* A step on the way of a push, for a trace; what and detail are constants; peer may be NULL. May be NULL. */
  void (*push_step) (gpointer data, const FilGuid *servent, const char *what, const FilEndpoint *peer,
                     const char *detail);

  /* Whether strangers can connect to us. */
  gboolean (*is_reachable) (gpointer data);

  /* What stands before us when both sides have to open a way; NULL: we cannot. May be NULL. */
  const FilNatSide *(*nat) (gpointer data);

  /* Begins to open a way to a source that nobody can connect to: then fil_downloads_punched(), or
   * fil_downloads_punch_failed(), but later. FALSE: nothing to try. May be NULL. */
  gboolean (*punch) (gpointer data, const FilDownload *download, const FilFileSource *source);

  /* Nobody waits for that way any more. May be NULL. */
  void (*stop_punch) (gpointer data, const FilGuid *guid);

  /* Whether an address that a stranger named may be dialled. */
  gboolean (*may_dial) (gpointer data, const FilEndpoint *to);

  /* A host that we connected to has such a file and serves it, or is the push proxy that somebody said it is:
   * going there harms nobody. May be NULL. */
  void (*answered) (gpointer data, const FilEndpoint *from);

  /* No byte came from somebody who was sending. That may be his doing, or that of our own network. May be NULL. */
  void (*quiet) (gpointer data);

  /* A host that we connected to tells at which address it sees us; may be NULL. */
  void (*seen_as) (gpointer data, const FilEndpoint *by, const FilEndpoint *address);

  /* Sends a HEAD ping by UDP and tells its message id; FALSE: not now. May be NULL. */
  gboolean (*ping) (gpointer data, const FilEndpoint *to, const FilSha1 *sha1, FilGuid *muid);

  /* Where we serve what is there of download, when we do and can be connected to; may be NULL. */
  gboolean (*own_place) (gpointer data, const FilDownload *download, FilHost *place);

  /* More sources are wanted; asked sparingly. FALSE: cannot search now, ask again later. */
  gboolean (*search) (gpointer data, const FilDownload *download);

  /* Something a person sees changed. */
  void (*changed) (gpointer data, const FilDownload *download);

  /* To be kept over a restart. The bytes that record->received names are safely on disk. */
  void (*save) (gpointer data, const FilDownloadRecord *record);

  /* The tree that the blocks are compared with, to be kept too; NULL: none any more. */
  void (*save_tree) (gpointer data, const FilDownload *download, const FilTigerTree *tree);

  /* It is done: path and finished are set. Comes after changed and save. */
  void (*finished) (gpointer data, const FilDownload *download);

  /* What was received is not the file. Source has sent wrong bytes (is_liar), or it sends again what came
   * from others. May be NULL. */
  void (*wrong_bytes) (gpointer data, const FilDownload *download, const FilFileSource *source, gboolean is_liar);

  /* The disk is full: gives up something that nobody waits for, if the download can get its room that way. FALSE: it
   * cannot. May be NULL. */
  gboolean (*make_room) (gpointer data, const FilDownload *download);

  /* fil_downloads_wake() became sooner: look again. */
  void (*reschedule) (gpointer data);

  /* Unix seconds. */
  gint64 (*wall) (gpointer data);
} FilDownloadsDelegate;

/**
 * FilDownloads:
 *
 * All downloads: who may run, which source is tried next, what goes to disk, and what is done when
 * a disk is full or a source lies. It has no thread, clock or socket of its own.
 */
typedef struct _FilDownloads FilDownloads;

FilDownloads *fil_downloads_new (const FilDownloadsDelegate *delegate, gpointer data, const FilStorage *storage,
                                 gpointer storage_data, const char *user_agent) G_GNUC_WARN_UNUSED_RESULT;
void fil_downloads_free (FilDownloads *self);
void fil_downloads_shutdown (FilDownloads *self, gint64 now_us);
gboolean fil_downloads_is_settled (const FilDownloads *self);

gint64 fil_downloads_wake (const FilDownloads *self);
void fil_downloads_save_all (FilDownloads *self);
void fil_downloads_tick (FilDownloads *self, gint64 now_us);

void fil_downloads_set_mesh (FilDownloads *self, FilMesh *mesh);
void fil_downloads_set_salt (FilDownloads *self, guint32 salt);
void fil_downloads_set_max_active (FilDownloads *self, guint max, gint64 now_us);
void fil_downloads_set_limits (FilDownloads *self, gint64 bytes_per_s, gint64 each_bytes_per_s, gint64 now_us);
void fil_downloads_moved (FilDownloads *self, gint64 now_us);
void fil_downloads_network_changed (FilDownloads *self, gboolean is_available, gint64 now_us);

FilDownload *fil_downloads_add (FilDownloads *self, const FilDownloadSpec *spec, gint64 now_us);
FilDownload *fil_downloads_restore (FilDownloads *self, const FilDownloadRecord *row, gint64 now_us);
gboolean fil_downloads_add_source (FilDownloads *self, gint64 id, const FilSourceSpec *spec, gint64 now_us);
void fil_downloads_add_alts (FilDownloads *self, gint64 id, const FilHost *hosts, guint n_hosts, gint64 now_us);
gboolean fil_downloads_pong (FilDownloads *self, const FilGuid *ping, const FilEndpoint *from, const FilHeadPong *pong,
                             gint64 now_us);
FilDownload *fil_downloads_get (const FilDownloads *self, gint64 id);
FilDownload *fil_downloads_find (const FilDownloads *self, const FilSha1 *sha1);
const FilDownload *fil_downloads_find_part (const FilDownloads *self, const FilSha1 *sha1, FilPart **part);
GPtrArray *fil_downloads_list (const FilDownloads *self);
guint64 fil_downloads_bps (const FilDownloads *self, gint64 now_us);
void fil_download_get_carrier (const FilDownload *download, const FilFileSource *source, FilCarrier *out);

gboolean fil_downloads_pause (FilDownloads *self, gint64 id, gint64 now_us);
gboolean fil_downloads_resume (FilDownloads *self, gint64 id, gint64 now_us);
gboolean fil_downloads_retry (FilDownloads *self, gint64 id, gint64 now_us);
void fil_downloads_want_head (FilDownloads *self, gint64 id);
gboolean fil_downloads_verify (FilDownloads *self, gint64 id, gint64 now_us);
gboolean fil_downloads_remove (FilDownloads *self, gint64 id, gint64 now_us);
gboolean fil_downloads_set_aside (FilDownloads *self, gint64 id, gint64 now_us);
gboolean fil_downloads_set_priority (FilDownloads *self, gint64 id, int priority, gint64 now_us);
gboolean fil_downloads_set_changed (FilDownloads *self, gint64 id, gboolean is_changed, gint64 now_us);
gboolean fil_downloads_set_limit (FilDownloads *self, gint64 id, gint64 bytes_per_s, gint64 now_us);

FilSession *fil_downloads_giv (FilDownloads *self, const FilGuid *guid, guint32 index,
                               const FilEndpoint *from, gint64 now_us) G_GNUC_WARN_UNUSED_RESULT;

FilSession *fil_downloads_punched (FilDownloads *self, const FilGuid *guid, guint32 index, const FilEndpoint *from,
                                   gint64 now_us) G_GNUC_WARN_UNUSED_RESULT;
FilSession *fil_downloads_called (FilDownloads *self, const char *id, const FilEndpoint *from,
                                  gint64 now_us) G_GNUC_WARN_UNUSED_RESULT;
void fil_downloads_punch_failed (FilDownloads *self, const FilGuid *guid, gboolean is_hopeless, const char *sentence,
                                 gint64 now_us);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FilDownloads, fil_downloads_free)

G_END_DECLS
