/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "ctl-live.h"
#include "ctl-step.h"
#include "ctl.h"
#include "demo-process.h"

G_BEGIN_DECLS

/* The nodes of the demo network that the story asks what they saw; ours first. */
typedef enum
{
  CTL_DEMO_ME,
  CTL_DEMO_OAK,
  CTL_DEMO_ELM,
  CTL_DEMO_ANNA,
  CTL_DEMO_BEA,
  CTL_DEMO_CARL,
  CTL_DEMO_DORA,
  CTL_DEMO_N_HOSTS,
} CtlDemoHost;

/* One run of the story. */
typedef struct
{
  Ctl *ctl;
  CtlLive live;
  GMainLoop *loop;
  FilDemoProcess *network;
  FilClient *hosts[CTL_DEMO_N_HOSTS];
  char *addresses[CTL_DEMO_N_HOSTS]; /* without ports; NULL: accepts no connections */
  gint64 search;
  guint signal_ids[3];
  GCancellable *interrupt;           /* Ctrl+C */
} CtlDemo;

const char *_ctl_demo_host_name (CtlDemoHost host);
char *_ctl_demo_name_hosts (const CtlDemo *self, const char *text) G_GNUC_WARN_UNUSED_RESULT;
gboolean _ctl_demo_pause (CtlDemo *self, GError **error);
void _ctl_demo_say (CtlDemo *self, const char *format, ...) G_GNUC_PRINTF (2, 3);

gboolean _ctl_demo_connect (CtlDemo *self, GError **error);
gboolean _ctl_demo_search_and_get (CtlDemo *self, GError **error);
gboolean _ctl_demo_trace_push (CtlDemo *self, const char *guid, GError **error);

G_END_DECLS
