/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "show-transfers.h"

/* What the make-believe node downloads and uploads; with FILBERT_SHOW_TRANSFERS=states one of every state that
 * there is, for pictures of them all. */

static const FilDownloadInfo old_downloads[] = {
  { .id = 400, .name = "hazel-linux-12.1-amd64.iso", .size = G_GUINT64_CONSTANT (2104000000), .state = FIL_DOWNLOAD_DOWNLOADING,
    .verified_bytes = G_GUINT64_CONSTANT (1290000000), .received_bytes = G_GUINT64_CONSTANT (1304500000), .bps = 2400000, .eta_s = 333,
    .sources = 3, .active_sources = 2, .reach = FIL_REACH_PUNCH, .sha1 = SHA1 ("C2"), .added = 1700000000 },
  { .id = 401, .name = "Hazel catkins in the March wind.webm", .size = 48120000, .state = FIL_DOWNLOAD_QUEUED, .eta_s = -1,
    .reason = "The only source is busy: place 4 in its queue, about 6 min.", .reason_code = "remote-queue", .sources = 1,
    .received_bytes = 12030000, .reach = FIL_REACH_DIRECT, .sha1 = SHA1 ("D2"), .added = 1700000100 },
  { .id = 402, .name = "hazelnut harvest 1931 (restored).mkv", .size = G_GUINT64_CONSTANT (731000000), .state = FIL_DOWNLOAD_PAUSED,
    .received_bytes = G_GUINT64_CONSTANT (402000000), .eta_s = -1, .sources = 2, .reach = FIL_REACH_PUNCH, .added = 1700000200 },
  { .id = 403, .name = "The Hazel Wood - a radio play.flac", .size = 212400000, .state = FIL_DOWNLOAD_FAILED, .eta_s = -1,
    .reason = FORBIDDEN, .reason_code = "unreachable",
    .sources = 1, .reach = FIL_REACH_UNREACHABLE, .added = 1700000250 },
  { .id = 404, .name = "purple_hazel_field_notes.pdf", .size = 310400, .verified_bytes = 310400, .received_bytes = 310400, .eta_s = -1,
    .state = FIL_DOWNLOAD_DONE, .path = "/tmp/purple_hazel_field_notes.pdf", .sha1 = SHA1 ("B2"), .added = 1699990000, .finished = 1699990060 },
  { .id = 405, .name = "hazel grafting handbook.epub", .size = 5310000, .verified_bytes = 5310000, .received_bytes = 5310000, .eta_s = -1,
    .state = FIL_DOWNLOAD_DONE, .path = "/tmp/hazel grafting handbook.epub", .sha1 = SHA1 ("I2"), .added = 1699980000, .finished = 1699980060 },
};

static const FilUploadInfo old_uploads[] = {
  { .id = 300, .name = "dawn chorus, oak wood.flac", .peer = "198.51.100.24:50211", .state = "sending", .sent_bytes = 61200000,
    .size = 148000000, .bps = 140000, .reach = FIL_REACH_DIRECT },
  { .id = 301, .name = "walking notes 2024.pdf", .peer = "192.0.2.61:41211", .state = "sending", .sent_bytes = 120000, .size = 910000,
    .bps = 40000, .reach = FIL_REACH_PUSH },
};

/* Its times of retry are seconds from now. */
static const FilDownloadInfo every_state[] = {
  { .id = 400, .name = "nightingale, two hours before dawn.flac", .size = 212400000, .state = FIL_DOWNLOAD_QUEUED, .eta_s = -1,
    .reason = "Waits until another download ends.", .reason_code = "waits-turn", .sources = 2, .reach = FIL_REACH_DIRECT },
  { .id = 401, .name = "hedgerow atlas, sheet 14.png", .size = 9120000, .state = FIL_DOWNLOAD_SEARCHING, .eta_s = -1,
    .reason = "Nobody is known who has this file; others are being looked for.", .reason_code = "no-sources", .retry = 95 },
  { .id = 402, .name = "seed-catalogue-hazels.zip", .size = 18700000, .state = FIL_DOWNLOAD_CONNECTING, .eta_s = -1,
    .reason = "Opening a way through your router and the source's at the same moment.", .reason_code = "punching", .sources = 1,
    .reach = FIL_REACH_PUNCH },
  { .id = 403, .name = "hazel-linux-12.1-amd64.iso", .size = G_GUINT64_CONSTANT (2104000000), .state = FIL_DOWNLOAD_DOWNLOADING,
    .verified_bytes = G_GUINT64_CONSTANT (1290000000), .received_bytes = G_GUINT64_CONSTANT (1304500000), .bps = 2400000, .eta_s = 333,
    .sources = 3, .active_sources = 2, .reach = FIL_REACH_PUNCH, .sha1 = SHA1 ("C2"), .limit_bps = 2500000 },
  { .id = 404, .name = "Corylus maxima Purpurea.jpg", .size = 1120000, .received_bytes = 1120000, .verified_bytes = 640000,
    .state = FIL_DOWNLOAD_VERIFYING, .eta_s = -1, .sources = 1, .reach = FIL_REACH_DIRECT },
  { .id = 405, .name = "Hazel catkins in the March wind.webm", .size = 48120000, .received_bytes = 12030000, .state = FIL_DOWNLOAD_CONNECTING,
    .eta_s = -1, .reason = "Waiting at place 3 of 12 in the queue of the source.", .reason_code = "remote-queue", .sources = 1,
    .reach = FIL_REACH_DIRECT, .queue_position = 3, .queue_length = 12, .retry = 75 },
  { .id = 406, .name = "hazelnut harvest 1931 (restored).mkv", .size = G_GUINT64_CONSTANT (731000000), .state = FIL_DOWNLOAD_PAUSED,
    .received_bytes = G_GUINT64_CONSTANT (402000000), .eta_s = -1, .reason = "Paused.", .reason_code = "paused", .sources = 2,
    .reach = FIL_REACH_PUNCH },
  { .id = 407, .name = "woodland soundscapes, 24 hours.wav", .size = G_GUINT64_CONSTANT (14800000000), .state = FIL_DOWNLOAD_PAUSED,
    .received_bytes = G_GUINT64_CONSTANT (9100000000), .eta_s = -1, .reason = "There is no room left on the disk.",
    .reason_code = "disk-full", .sources = 4, .reach = FIL_REACH_DIRECT },
  { .id = 408, .name = "The Hazel Wood - a radio play.flac", .size = 212400000, .state = FIL_DOWNLOAD_FAILED, .eta_s = -1,
    .reason = FORBIDDEN, .reason_code = "unreachable", .sources = 1, .reach = FIL_REACH_UNREACHABLE },
  { .id = 409, .name = "purple_hazel_field_notes.pdf", .size = 310400, .verified_bytes = 310400, .received_bytes = 310400, .eta_s = -1,
    .state = FIL_DOWNLOAD_DONE, .path = "/tmp/purple_hazel_field_notes.pdf", .finished = 1699990060 },
  { .id = 410, .name = "hazel grafting handbook.epub", .size = 5310000, .verified_bytes = 5310000, .received_bytes = 5310000, .eta_s = -1,
    .state = FIL_DOWNLOAD_DONE, .path = "/tmp/hazel grafting handbook.epub", .finished = 1699980060,
    .reason = "The file is not what was downloaded any more.", .reason_code = "changed" },
};

static const FilUploadInfo every_upload[] = {
  { .id = 300, .name = "dawn chorus, oak wood.flac", .peer = "198.51.100.24:50211", .state = "sending", .sent_bytes = 61200000,
    .size = 148000000, .bps = 140000, .reach = FIL_REACH_DIRECT, .limit_bps = 150000 },
  { .id = 301, .name = "walking notes 2024.pdf", .peer = "192.0.2.61:41211", .state = "sending", .sent_bytes = 120000, .size = 910000,
    .bps = 40000, .reach = FIL_REACH_PUSH },
  { .id = 302, .name = "rain on a tin roof.ogg", .peer = "203.0.113.99:6348", .state = "waiting", .sent_bytes = 2100000, .size = 8210000,
    .reach = FIL_REACH_PUNCH },
  { .id = 303, .name = "map of the north wood.png", .peer = "192.0.2.190:50021", .state = "queued", .size = 3410000,
    .reach = FIL_REACH_DIRECT, .queue_position = 1 },
  { .id = 304, .name = "timelapse, first frost.webm", .peer = "203.0.113.40:40112", .state = "queued", .size = 61200000,
    .reach = FIL_REACH_DIRECT, .queue_position = 2 },
  { .id = 305, .name = "stars over the ridge.jpg", .peer = "198.51.100.77:6346", .state = "done", .sent_bytes = 5120000, .size = 5120000,
    .reach = FIL_REACH_DIRECT },
};

static gboolean
wants_states (void)
{
  return g_strcmp0 (g_getenv ("FILBERT_SHOW_TRANSFERS"), "states") == 0;
}

/**
 * show_transfers_downloads:
 *
 * Returns: (transfer full) (element-type FilDownloadInfo): strings are static
 */
GArray *
show_transfers_downloads (void)
{
  GArray *downloads = g_array_new (FALSE, TRUE, sizeof (FilDownloadInfo));

  if (!wants_states ())
    return g_array_append_vals (downloads, old_downloads, G_N_ELEMENTS (old_downloads));
  g_array_append_vals (downloads, every_state, G_N_ELEMENTS (every_state));
  for (guint i = 0; i < downloads->len; i++)
    {
      FilDownloadInfo *download = &g_array_index (downloads, FilDownloadInfo, i);

      download->added = 1700000000 + i;
      if (download->retry != 0)
        download->retry += g_get_real_time () / G_USEC_PER_SEC;
    }
  return downloads;
}

/**
 * show_transfers_uploads:
 * @n_uploads: (out): how many
 *
 * Returns: (transfer none):
 */
const FilUploadInfo *
show_transfers_uploads (guint *n_uploads)
{
  *n_uploads = wants_states () ? G_N_ELEMENTS (every_upload) : G_N_ELEMENTS (old_uploads);
  return wants_states () ? every_upload : old_uploads;
}
