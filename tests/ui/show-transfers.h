/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "node.h"

G_BEGIN_DECLS

#define SHA1(letter) letter "STHIPQGSSZTS5FJUPAKUZWUGYQYPFB"

#define FORBIDDEN                                                                                                  \
  "The other router uses another port for each connection and yours lets nobody in who was not called; a port "    \
  "mapping in your router would help."

GArray *show_transfers_downloads (void) G_GNUC_WARN_UNUSED_RESULT;
const FilUploadInfo *show_transfers_uploads (guint *n_uploads);

G_END_DECLS
