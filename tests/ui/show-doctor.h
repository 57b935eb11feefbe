/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "doctor.h"

G_BEGIN_DECLS

void show_doctor_facts (FilDoctorFacts *facts);

G_END_DECLS
