/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "row.h"

G_BEGIN_DECLS

/**
 * FilDoctorRow:
 *
 * One verdict of the doctor: a tick, a cross or a dash, one sentence, what would help, at most one button.
 */
#define FIL_TYPE_DOCTOR_ROW (fil_doctor_row_get_type ())
G_DECLARE_FINAL_TYPE (FilDoctorRow, fil_doctor_row, FIL, DOCTOR_ROW, AdwPreferencesRow)

GtkWidget *fil_doctor_row_new (FilRow *line);

G_END_DECLS
