/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "pump.h"
#include "reactor.h"

G_BEGIN_DECLS

/* A main loop with sockets for one test. Its clock stands still until the test moves it, unless it is real. */
typedef struct
{
  FilClock *clock;
  FilReactor *reactor;
  FilShaper *shaper;
  FilPumps *pumps;
  FilTls *tls;
} Loop;

void loop_init (Loop *self);
void loop_init_real (Loop *self);
void loop_clear (Loop *self);
void loop_advance (Loop *self, gint64 by_us);
void loop_settle (Loop *self);

/* Runs the loop until condition holds; the harness' time limit ends a test that waits in vain. */
#define loop_until(condition)                       \
  G_STMT_START                                      \
  {                                                 \
    while (!(condition))                            \
      g_main_context_iteration (NULL, TRUE);        \
  }                                                 \
  G_STMT_END

void loop_pair (int fds[2]);
FilEndpoint loop_listen (int *fd);
int loop_connect (const FilEndpoint *to);
void loop_write (int fd, const char *text);

/* A session that a test plays: it says what it is given and keeps what it hears. */
typedef struct
{
  FilSession parent;
  GByteArray *heard;
  GString *to_say;
  gsize said;
  gsize appetite;       /* takes at most so many bytes, then wants no more */
  int file;             /* said after to_say; -1: none */
  goffset file_offset;
  gsize file_left;
  gsize endless;        /* bytes of x still to say after all that */
  gboolean is_echo;
  gboolean keeps_heard; /* else only counts */
  guint64 n_heard;
  gint64 wake_us;
  guint ticks;
  guint hang_ups;
  char *hang_up_error;
  FilSession *next_at_newline; /* handed over to when a line ended */
  gboolean *freed;      /* set when the session is freed */
} Actor;

Actor *actor_new (const char *to_say);
void actor_say (Actor *self, const char *text);

G_END_DECLS
