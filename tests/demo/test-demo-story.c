/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <fcntl.h>
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/file.h>

/* The demo as its users start it: real programs on loopback, in a folder for temporary files of its own
 * and without XDG_RUNTIME_DIR. Whatever happens to it, nothing may stay behind. */
typedef struct
{
  char *tmp;
} Fixture;

static const char *const hosts[] = { "oak", "elm", "anna", "bea", "carl", "dora", "me" };

static const char *
program (const char *variable)
{
  const char *path = g_getenv (variable);

  g_assert_nonnull (path);
  return path;
}

static void
set_up (Fixture *f,
        gconstpointer data)
{
  f->tmp = g_dir_make_tmp ("fil-story-XXXXXX", NULL);
  g_assert_nonnull (f->tmp);
}

/* The processes that were started for this folder. */
static guint
count_nodes (Fixture *f)
{
  g_autoptr (GDir) dir = g_dir_open ("/proc", 0, NULL);
  const char *name;
  guint n = 0;

  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename ("/proc", name, "cmdline", NULL);
      g_autofree char *line = NULL;
      gsize len;

      if (!g_ascii_isdigit (*name) || !g_file_get_contents (path, &line, &len, NULL))
        continue;
      for (gsize i = 0; i < len; i++)
        if (line[i] == '\0')
          line[i] = ' ';
      n += len > 0 && g_strstr_len (line, (gssize) len, f->tmp) != NULL;
    }
  return n;
}

static void
tear_down (Fixture *f,
           gconstpointer data)
{
  g_assert_cmpuint (count_nodes (f), ==, 0);
  /* Fails unless it is empty. */
  g_assert_cmpint (g_rmdir (f->tmp), ==, 0);
  g_free (f->tmp);
}

static GSubprocess *
start (Fixture *f,
       const char *path,
       const char *argument,
       const char *second)
{
  g_autoptr (GSubprocessLauncher) launcher =
      g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE |
                                 G_SUBPROCESS_FLAGS_STDERR_PIPE);
  const char *const argv[] = { path, argument, second, NULL };
  GError *error = NULL;
  GSubprocess *process;

  g_subprocess_launcher_setenv (launcher, "TMPDIR", f->tmp, TRUE);
  g_subprocess_launcher_setenv (launcher, "LC_ALL", "C.UTF-8", TRUE);
  g_subprocess_launcher_unsetenv (launcher, "XDG_RUNTIME_DIR");
  g_subprocess_launcher_unsetenv (launcher, "LANGUAGE");
  process = g_subprocess_launcher_spawnv (launcher, argv, &error);
  g_assert_no_error (error);
  return process;
}

static guint
count (const char *text,
       const char *part)
{
  guint n = 0;

  for (const char *p = strstr (text, part); p != NULL; p = strstr (p + 1, part))
    n++;
  return n;
}

/* What @text says next; it must say it after what it said before. */
static const char *
after (const char *text,
       const char *part)
{
  const char *found = strstr (text, part);

  if (found == NULL)
    g_error ("there is no %s in: %s", part, text);
  return found + strlen (part);
}

static void
test_story (Fixture *f,
            gconstpointer data)
{
  g_autoptr (GSubprocess) demo = start (f, program ("FILBERTCTL"), "--json", "demo");
  g_autofree char *out = NULL, *err = NULL;
  GError *error = NULL;
  const char *p;

  g_assert_true (g_subprocess_communicate_utf8 (demo, NULL, NULL, &out, &err, &error));
  g_assert_no_error (error);
  g_test_message ("%s", out);
  g_assert_cmpstr (err, ==, "");
  g_assert_true (g_subprocess_get_if_exited (demo));
  g_assert_cmpint (g_subprocess_get_exit_status (demo), ==, 0);

  p = after (out, "{\"step\":\"start\",\"nodes\":7,");
  p = after (p, "{\"step\":\"connect\",\"peers\":[\"127.0.0.");
  p = after (p, "{\"step\":\"search\",\"words\":\"sample\",\"results\":10}");
  p = after (p, "{\"step\":\"download\",");
  p = after (p, "\"name\":\"sample tone A.wav\",\"size\":12000044,\"sources\":2,\"active_sources\":2,\"reach\":\"direct\"");
  p = after (p, "{\"step\":\"verify\",\"name\":\"sample tone A.wav\",");
  p = after (p, "\"right\":true}");
  p = after (p, "\"name\":\"sample behind the router.png\",");
  p = after (p, "\"reach\":\"push\"");
  p = after (p, "\"right\":true}");
  p = after (p, "{\"step\":\"push\",");
  p = after (p, "carl hears it");
  p = after (p, "{\"step\":\"wrong-bytes-from\",");
  p = after (p, "{\"step\":\"download\",");
  p = after (p, "\"name\":\"sample chord to verify.wav\",\"size\":6000044,");
  p = after (p, "\"right\":true}");
  p = after (p, "{\"step\":\"end\",\"removed\":true}\n");
  g_assert_cmpstr (p, ==, "");
  g_assert_cmpuint (count (out, "{\"step\":\"verify\""), ==, 3);
}

/* The profile of the network that says so. */
static char *
read_ready (GSubprocess *network)
{
  g_autoptr (GDataInputStream) lines = g_data_input_stream_new (g_subprocess_get_stdout_pipe (network));
  g_autofree char *line = g_data_input_stream_read_line_utf8 (lines, NULL, NULL, NULL);

  g_assert_nonnull (line);
  if (!g_str_has_prefix (line, "ready "))
    g_error ("not ready: %s", line);
  return g_strdup (line + strlen ("ready "));
}

static char *
top_of (const char *profile)
{
  g_autofree char *host = g_path_get_dirname (profile);

  return g_path_get_dirname (host);
}

/* Its lock is free when a node has ended. */
static void
wait_for_nodes (const char *top)
{
  for (guint i = 0; i < G_N_ELEMENTS (hosts); i++)
    {
      g_autofree char *path = g_build_filename (top, hosts[i], "profile", "lock", NULL);
      int fd = g_open (path, O_RDONLY | O_CLOEXEC);

      g_assert_cmpint (fd, >=, 0);
      g_assert_cmpint (flock (fd, LOCK_EX), ==, 0);
      g_close (fd, NULL);
    }
}

static void
end_network (GSubprocess *network)
{
  GError *error = NULL;

  g_assert_true (g_output_stream_close (g_subprocess_get_stdin_pipe (network), NULL, &error));
  g_assert_true (g_subprocess_wait_check (network, NULL, &error));
  g_assert_no_error (error);
}

/* Killed by force, the network takes its nodes with it, and the next one tidies up. */
static void
test_killed (Fixture *f,
             gconstpointer data)
{
  g_autoptr (GSubprocess) killed = start (f, program ("DEMO_NETWORK"), NULL, NULL);
  g_autofree char *profile = read_ready (killed);
  g_autofree char *top = top_of (profile);
  g_autoptr (GSubprocess) next = NULL;
  g_autofree char *next_profile = NULL;

  g_assert_cmpuint (count_nodes (f), ==, G_N_ELEMENTS (hosts));
  g_subprocess_force_exit (killed);
  g_assert_true (g_subprocess_wait (killed, NULL, NULL));
  wait_for_nodes (top);

  next = start (f, program ("DEMO_NETWORK"), NULL, NULL);
  next_profile = read_ready (next);
  g_assert_false (g_file_test (top, G_FILE_TEST_EXISTS));
  end_network (next);
}

/* Two at once leave each other alone. */
static void
test_two (Fixture *f,
          gconstpointer data)
{
  g_autoptr (GSubprocess) first = start (f, program ("DEMO_NETWORK"), NULL, NULL);
  g_autofree char *first_profile = read_ready (first);
  g_autoptr (GSubprocess) second = start (f, program ("DEMO_NETWORK"), NULL, NULL);
  g_autofree char *second_profile = read_ready (second);

  g_assert_true (g_file_test (first_profile, G_FILE_TEST_IS_DIR));
  end_network (first);
  g_assert_false (g_file_test (first_profile, G_FILE_TEST_EXISTS));
  g_assert_true (g_file_test (second_profile, G_FILE_TEST_IS_DIR));
  end_network (second);
}

/* Whoever tells the story is killed: its network hears the end of its input. Ctrl+C: it ends itself. */
static void
test_teller_ends (Fixture *f,
                  gconstpointer data)
{
  static const int signals[] = { SIGINT, SIGTERM, SIGKILL };

  for (guint i = 0; i < G_N_ELEMENTS (signals); i++)
    {
      g_autoptr (GSubprocess) demo = start (f, program ("FILBERTCTL"), "--json", "demo");
      g_autoptr (GDataInputStream) lines = g_data_input_stream_new (g_subprocess_get_stdout_pipe (demo));
      g_autofree char *line = g_data_input_stream_read_line_utf8 (lines, NULL, NULL, NULL);
      g_autofree char *rest = NULL;
      gsize len;

      g_assert_nonnull (line);
      g_assert_true (g_str_has_prefix (line, "{\"step\":\"start\""));
      g_subprocess_send_signal (demo, signals[i]);
      g_assert_true (g_subprocess_wait (demo, NULL, NULL));
      if (signals[i] != SIGKILL)
        {
          g_assert_true (g_subprocess_get_if_exited (demo));
          g_assert_cmpint (g_subprocess_get_exit_status (demo), ==, 1);
          g_assert_cmpuint (count_nodes (f), ==, 0);
        }
      /* The network inherits standard error: that ends with the last of them. */
      {
        g_autoptr (GDataInputStream) errors = g_data_input_stream_new (g_subprocess_get_stderr_pipe (demo));

        rest = g_data_input_stream_read_upto (errors, "", 0, &len, NULL, NULL);
      }
    }
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
#define ADD(path, func) g_test_add (path, Fixture, NULL, set_up, func, tear_down)
  ADD ("/demo/story", test_story);
  ADD ("/demo/killed", test_killed);
  ADD ("/demo/two", test_two);
  ADD ("/demo/teller-ends", test_teller_ends);
  return g_test_run ();
}
