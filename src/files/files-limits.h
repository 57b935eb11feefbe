/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* Everything on a disk that can be larger than it should be. */

#define FIL_SCAN_MAX_DEPTH 64        /* folders below a shared folder */
#define FIL_SCAN_MAX_FILES 2000000   /* files of one shared folder */
#define FIL_SCAN_MAX_PATH 4096       /* bytes of a path below the shared folder */
#define FIL_SCAN_BATCH 500           /* files handed over at a time */

#define FIL_PREVIEW_MAX_NAMES 500    /* names in each list of a preview */

#define FIL_WATCH_MAX_FOLDERS 4096   /* folders with a monitor; the rest waits for the next full scan */

#define FIL_FILE_NAME_MAX 255        /* bytes of one name on disk */
