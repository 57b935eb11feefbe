/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "bus.h"
#include "filbertd-desktop.h"
#include "filbertd-log.h"
#include "filbertd-options.h"
#include "node.h"
#include "profile.h"
#include "random.h"
#include "reactor.h"
#include "secret-hash.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <glib-unix.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <locale.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

/* Of the command line's contract. */
#define EXIT_USAGE 2
#define EXIT_CANNOT_START 4

/* A node that cannot save is better ended than waited for. */
#define STOP_SECONDS 5

typedef struct
{
  FilbertdOptions options;
  FilbertdLog *log;
  FilProfile *profile;
  FilClock *clock;
  FilReactor *reactor;
  FilNode *node;
  FilBus *bus;
  FilbertdDesktop *desktop; /* NULL: headless */
  GMainLoop *loop;
  int while_fd;             /* -1: none */
} Daemon;

static gboolean
write_all (int fd,
           const char *text)
{
  gsize len = strlen (text);

  while (len > 0)
    {
      gssize n = write (fd, text, len);

      if (n < 0 && errno != EINTR)
        return FALSE;
      if (n > 0)
        {
          text += n;
          len -= (gsize) n;
        }
    }
  return TRUE;
}

/* The starter waits for one line: "ready", or why not. */
static void
tell_starter (Daemon *self,
              const char *sentence)
{
  g_autofree char *line = g_strconcat (sentence, "\n", NULL);

  if (self->options.ready_fd < 0)
    return;
  write_all (self->options.ready_fd, line);
  g_close (self->options.ready_fd, NULL);
  self->options.ready_fd = -1;
}

static int
cannot_start (Daemon *self,
              const GError *error)
{
  g_autofree char *line = g_strdelimit (g_strdup (error->message), "\n", ' ');

  if (self->options.ready_fd >= 0)
    g_message ("cannot start: %s", line);
  tell_starter (self, line);
  g_printerr ("filbertd: %s\n", line);
  return g_error_matches (error, FIL_NODE_ERROR, FIL_NODE_ERROR_USAGE) ? EXIT_USAGE : EXIT_CANNOT_START;
}

/* Leaves the terminal and the starter's group behind. Before any thread is made. */
static gboolean
detach (Daemon *self,
        GError **error)
{
  int null_fd;

  if (fcntl (self->options.ready_fd, F_SETFD, FD_CLOEXEC) != 0)
    {
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, _("--ready-fd %d is not an open descriptor"),
                   self->options.ready_fd);
      return FALSE;
    }
  if (setsid () < 0)
    {
      /* The leader of a group cannot leave it; its child can. */
      pid_t pid = fork ();

      if (pid > 0)
        _exit (0);
      if (pid < 0 || setsid () < 0)
        g_info ("cannot leave the session: %s", g_strerror (errno));
    }
  null_fd = open ("/dev/null", O_RDWR | O_CLOEXEC);
  if (null_fd >= 0)
    {
      for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        if (fd != self->options.ready_fd)
          dup2 (null_fd, fd);
      if (null_fd > STDERR_FILENO)
        g_close (null_fd, NULL);
    }
  if (g_chdir ("/") != 0)
    g_info ("cannot go to /: %s", g_strerror (errno));
  return filbertd_log_open_file (self->log, fil_profile_log_path (self->profile), error);
}

static gboolean
start (Daemon *self,
       GError **error)
{
  const FilNodeOptions options = {
    .profile = fil_profile_dir (self->profile),
    .listen = self->options.listen,
    .role = self->options.role,
    .downloads = self->options.downloads,
    .connect = (const char *const *) self->options.connect,
    .share = (const char *const *) self->options.share,
    .no_bootstrap = self->options.no_bootstrap,
    .private_network = self->options.private_network,
  };

  self->node = fil_node_new (&options, error);
  if (self->node == NULL)
    return FALSE;
  self->clock = fil_clock_new_real ();
  self->reactor = fil_reactor_new (NULL, self->clock);
  self->bus = fil_bus_new (self->node, self->profile, self->reactor, (FilBusQuitFunc) g_main_loop_quit, self->loop,
                           error);
  if (self->bus == NULL)
    return FALSE;

  if (!self->options.headless)
    {
      g_autofree char *app_id = fil_profile_app_id (self->profile);

      self->desktop = filbertd_desktop_new (self->node, self->bus, app_id, self->loop);
    }
  return TRUE;
}

static void
stop (Daemon *self)
{
  /* The default action of SIGALRM ends the process. */
  alarm (STOP_SECONDS);
  g_clear_pointer (&self->desktop, filbertd_desktop_free);
  g_clear_pointer (&self->bus, fil_bus_free);
  if (self->node != NULL)
    {
      fil_node_stop (self->node);
      while (!fil_node_is_settled (self->node))
        g_main_context_iteration (NULL, TRUE);
    }
  g_clear_object (&self->node);
  g_clear_pointer (&self->reactor, fil_reactor_free);
  g_clear_pointer (&self->clock, fil_clock_free);
}

static gboolean
starter_gone (int fd,
              GIOCondition condition,
              gpointer data)
{
  char byte;

  /* Nobody is expected to write; who does is still there. */
  if (read (fd, &byte, 1) != 0)
    return G_SOURCE_CONTINUE;
  g_message ("whoever started this node has ended");
  g_main_loop_quit (data);
  return G_SOURCE_REMOVE;
}

/* Ends with the process that holds the pipe open, however that ends. */
static gboolean
watch_starter (Daemon *self,
               GError **error)
{
  char byte;

  if (self->options.while_open == NULL)
    return TRUE;
  self->while_fd = open (self->options.while_open, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOFOLLOW);
  /* A writer that had gone before would never be missed. */
  if (self->while_fd < 0 || read (self->while_fd, &byte, 1) == 0)
    {
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, _("Nobody holds %s open"),
                   self->options.while_open);
      return FALSE;
    }
  g_unix_fd_add (self->while_fd, G_IO_IN | G_IO_HUP | G_IO_ERR, starter_gone, self->loop);
  return TRUE;
}

static gboolean
signalled (gpointer data)
{
  g_main_loop_quit (data);
  return G_SOURCE_CONTINUE;
}

static int
run (Daemon *self)
{
  g_autoptr (GError) error = NULL;

  self->log = filbertd_log_new (self->options.log_level);
  filbertd_log_install (self->log);
  self->profile = fil_profile_new (self->options.profile, g_getenv ("XDG_RUNTIME_DIR"));
  if (!fil_profile_make (self->profile, &error) || !fil_profile_lock (self->profile, &error) ||
      (self->options.ready_fd >= 0 && !detach (self, &error)))
    return cannot_start (self, error);

  self->loop = g_main_loop_new (NULL, FALSE);
  /* Never taken back: a second signal would end the process before everything is saved. */
  g_unix_signal_add_full (G_PRIORITY_DEFAULT, SIGTERM, signalled, g_main_loop_ref (self->loop),
                          (GDestroyNotify) g_main_loop_unref);
  g_unix_signal_add_full (G_PRIORITY_DEFAULT, SIGINT, signalled, g_main_loop_ref (self->loop),
                          (GDestroyNotify) g_main_loop_unref);
  if (!watch_starter (self, &error) || !start (self, &error))
    {
      int status = cannot_start (self, error);

      stop (self);
      return status;
    }
  g_message ("version %s runs with the profile %s", FIL_VERSION, fil_profile_dir (self->profile));
  tell_starter (self, "ready");

  g_main_loop_run (self->loop);

  g_message ("saving and ending");
  stop (self);
  return 0;
}

int
main (int argc,
      char *argv[])
{
  Daemon self = { .while_fd = -1 };
  g_autoptr (FilRandom) random = fil_random_new ();
  g_autoptr (GError) error = NULL;
  int status;

  setlocale (LC_ALL, "");
  bindtextdomain (GETTEXT_PACKAGE, g_getenv ("FILBERT_LOCALEDIR") != NULL ? g_getenv ("FILBERT_LOCALEDIR") : FIL_LOCALEDIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);
  signal (SIGPIPE, SIG_IGN);
  fil_secret_hash_set_secret (random);

  if (!filbertd_options_parse (&self.options, &argc, &argv, &error))
    {
      tell_starter (&self, error->message);
      g_printerr ("filbertd: %s\n", error->message);
      status = EXIT_USAGE;
    }
  else if (self.options.wants_version)
    {
      g_print ("filbertd %s\n", FIL_VERSION);
      status = 0;
    }
  else
    {
      status = run (&self);
    }

  if (self.while_fd >= 0)
    g_close (self.while_fd, NULL);
  g_clear_pointer (&self.loop, g_main_loop_unref);
  g_clear_pointer (&self.profile, fil_profile_free);
  filbertd_options_clear (&self.options);
  return status;
}
