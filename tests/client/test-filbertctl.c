/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "client.h"
#include "fake-node.h"

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>

/* The real command line against a node of make-believe, both as programs of their own. */
typedef struct
{
  char *dir;
  char *profile;
  char *out;
  char *err;
  int status;
} Fixture;

static const char *
program (const char *variable)
{
  const char *path = g_getenv (variable);

  g_assert_nonnull (path);
  return path;
}

static void
run_argv (Fixture *f,
          const char *const *argv)
{
  GError *error = NULL;
  int wait_status;

  g_free (f->out);
  g_free (f->err);
  g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_DEFAULT, NULL, NULL, &f->out, &f->err, &wait_status, &error);
  g_assert_no_error (error);
  g_assert_true (WIFEXITED (wait_status));
  f->status = WEXITSTATUS (wait_status);
}

/* @line: what would be typed after "filbertctl"; the profile is put in. */
static void
run (Fixture *f,
     const char *line)
{
  g_auto (GStrv) words = NULL;
  g_autoptr (GPtrArray) argv = g_ptr_array_new ();

  g_assert_true (*line == '\0' || g_shell_parse_argv (line, NULL, &words, NULL));
  g_ptr_array_add (argv, (gpointer) program ("FILBERTCTL"));
  g_ptr_array_add (argv, (gpointer) "--profile");
  g_ptr_array_add (argv, f->profile);
  for (guint i = 0; words != NULL && words[i] != NULL; i++)
    g_ptr_array_add (argv, words[i]);
  g_ptr_array_add (argv, NULL);
  run_argv (f, (const char *const *) argv->pdata);
}

static void
assert_one_line (const char *text)
{
  g_assert_cmpuint (strlen (text), >, 0);
  g_assert_true (strchr (text, '\n') == text + strlen (text) - 1);
}

static void
assert_run (Fixture *f,
            const char *line,
            int status)
{
  run (f, line);
  if (f->status != status)
    g_error ("filbertctl %s: exit %d, not %d: %s%s", line, f->status, status, f->out, f->err);
  if (status == 0)
    g_assert_cmpstr (f->err, ==, "");
  else
    assert_one_line (f->err);
}

static void
assert_prints (Fixture *f,
               const char *line,
               const char *out)
{
  assert_run (f, line, 0);
  g_assert_cmpstr (f->out, ==, out);
}

static void
set_up (Fixture *f,
        gconstpointer data)
{
  f->dir = g_dir_make_tmp ("fil-ctl-XXXXXX", NULL);
  f->profile = g_build_filename (f->dir, "profile", NULL);
}

static void
remove_tree (const char *path)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *child = g_build_filename (path, name, NULL);

      remove_tree (child);
    }
  g_remove (path);
}

static void
tear_down (Fixture *f,
           gconstpointer data)
{
  run (f, "stop");
  g_assert_true (f->status == 0 || f->status == 4);
  remove_tree (f->dir);
  g_free (f->dir);
  g_free (f->profile);
  g_free (f->out);
  g_free (f->err);
}

/* What is wrong with the line itself comes before the question whether a node runs. */
static void
test_without_node (Fixture *f,
                   gconstpointer data)
{
  static const char *const wrong[] = { "",         "nonsense",  "results",        "results x",     "results 0",
                                       "pause",    "pause 1 2", "pause 1 --all",  "status more",   "status --nonsense",
                                       "set role", "get x",     "priority 1 x",   "shares add",    "shares nonsense /",
                                       "limit 1",  "limit 1 x", "limit 1 -1",     "limit --upload 1", "history --clear x",
                                       "demo x",   "search",    "search a --max 0", "search a --wait -1" };
  static const char *const unavailable[] = {
    "status", "stop",      "doctor",   "monitor",  "settings", "set role leaf",  "peers",     "connect 1.2.3.4:5",
    "ban 1.2.3.4", "searches", "results 1", "close 1",  "trace 1",  "downloads",      "pause 1",   "pause --all",
    "resume 1",  "cancel 1",  "retry 1",  "verify 1", "priority 1 2", "uploads", "history",   "clear",
    "history --clear", "limit 1 2000", "limit --upload 1 2000", "link 1",
    "removed", "restore 1", "forget --all", "preview 1",
    "shares", "shares add /", "shares check /", "library", "disconnect 1", "--json status",
  };

  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      assert_run (f, wrong[i], 2);
      g_assert_cmpstr (f->out, ==, "");
    }
  for (guint i = 0; i < G_N_ELEMENTS (unavailable); i++)
    {
      assert_run (f, unavailable[i], 4);
      g_assert_cmpstr (f->out, ==, "");
      g_assert_nonnull (strstr (f->err, "filbertctl start"));
    }
  /* A question leaves no trace. */
  g_assert_false (g_file_test (f->profile, G_FILE_TEST_EXISTS));

  assert_run (f, "serch x", 2);
  g_assert_nonnull (strstr (f->err, "did you mean search?"));
}

static void
test_help (Fixture *f,
           gconstpointer data)
{
  static const char *const commands[] = {
    "start", "stop", "status", "doctor", "demo", "monitor", "settings", "set", "peers", "connect", "disconnect", "ban",
    "search", "searches", "results", "close", "trace", "get", "downloads", "pause", "resume", "cancel", "retry", "sources",
    "link", "limit", "verify", "priority", "uploads", "history", "clear", "removed", "restore", "forget", "preview", "browse", "shares", "library",
  };
  g_autofree char *all = NULL;

  assert_prints (f, "--version", "filbertctl " FIL_VERSION "\n");
  assert_run (f, "--help", 0);
  all = g_strdup (f->out);
  g_assert_nonnull (strstr (all, "\n  history [WORDS…] | --clear             Files"));
  g_assert_nonnull (strstr (all, "\n  removed                                Downloads"));
  for (guint i = 0; i < G_N_ELEMENTS (commands); i++)
    {
      g_autofree char *line = g_strconcat (commands[i], " --help", NULL);
      g_autofree char *entry = g_strconcat ("\n  ", commands[i], " ", NULL);

      g_assert_nonnull (strstr (all, entry));
      assert_run (f, line, 0);
      g_assert_nonnull (strstr (f->out, commands[i]));
    }
}

#define STATUS                                                                                                  \
  "{\"state\":\"online\",\"role\":\"leaf\",\"guid\":\"00112233445566778899aabbccddeeff\",\"version\":\"" FIL_VERSION \
  "\",\"listen\":\"0.0.0.0:23451\",\"external\":null,\"peers\":4,\"leaves\":0,\"tcp_reachable\":false,"           \
  "\"udp_reachable\":null,\"nat\":null,\"shared_files\":0,\"shared_bytes\":1234567,\"hashing\":0,"                \
  "\"down_bps\":2400000,\"up_bps\":0,\"sentence\":null,\"sharing_paused\":false}\n"

#define WAY(id, search, name, reach, reason)                                                                \
  "{\"id\":" id ",\"search\":" search ",\"name\":\"" name "\",\"size\":4200000,\"sha1\":\"" FAKE_SHA1         \
  "\",\"tth\":null,\"address\":\"10.0.0.7:6346\",\"guid\":\"ffeeddccbbaa99887766554433221100\",\"vendor\":"    \
  "\"FLBT\",\"hops\":2,\"reach\":\"" reach "\",\"sources\":1,\"needs_push\":true,\"kind\":\"audio\","               \
  "\"in_library\":false,\"download\":null,\"reason\":" reason "}\n"

#define RESULT(id, search, name) WAY (id, search, name, "push", "null")
#define UNREACHABLE(id, search, name) WAY (id, search, name, "unreachable", "\"" FAKE_REASON "\"")
#define FAKE_REASON "Both routers use another port for each connection."

#define DOWNLOAD(id, name, state, reason, code, bytes, path, finished)                                        \
  "{\"id\":" id ",\"name\":\"" name "\",\"size\":4200000,\"sha1\":\"" FAKE_SHA1 "\",\"tth\":\"" FAKE_TTH        \
  "\",\"state\":\"" state "\",\"reason\":" reason ",\"reason_code\":" code ",\"verified_bytes\":" bytes         \
  ",\"received_bytes\":" bytes ",\"bps\":0,\"eta_s\":null,\"sources\":1,\"reach\":\"direct\",\"path\":" path    \
  ",\"added\":1700000000,\"finished\":" finished ",\"active_sources\":0,\"priority\":0,\"retry\":null,\"queue_position\":null,\"queue_length\":null,\"limit_bps\":null}\n"

#define MOVING(id, name, state) DOWNLOAD (id, name, state, "null", "null", "0", "null", "null")

static void
test_json (Fixture *f,
           gconstpointer data)
{
  assert_prints (f, "--json start", STATUS);
  assert_prints (f, "--json start", STATUS);
  assert_prints (f, "--json status", STATUS);
  assert_prints (f, "status --json", STATUS);
  assert_prints (f, "--json search purple hazel --max 2",
                 RESULT ("5", "4", "Purple Hazel - Walnut.ogg") RESULT ("6", "4", "purple_hazel.pdf"));
  assert_prints (f, "--json search nothing --wait 0", "");
  assert_prints (f, "--json results 4",
                 RESULT ("5", "4", "Purple Hazel - Walnut.ogg") RESULT ("6", "4", "purple_hazel.pdf")
                     UNREACHABLE ("7", "4", "bad-hazel.iso"));
  assert_run (f, "results 4", 0);
  g_assert_nonnull (strstr (f->out, "bad-hazel.iso              " FAKE_REASON "\n"));
  assert_prints (f, "--json searches",
                 "{\"id\":4,\"text\":\"purple hazel\",\"kind\":null,\"active\":true,\"results\":3,\"hosts_asked\":240,"
                 "\"started\":1700000000,\"reason\":null}\n"
                 "{\"id\":8,\"text\":\"nothing\",\"kind\":null,\"active\":true,\"results\":3,\"hosts_asked\":240,"
                 "\"started\":1700000000,\"reason\":null}\n");
  assert_prints (f, "--json trace 4",
                 "{\"time\":1700000000,\"time_us\":1700000000123456,\"what\":\"query-sent\",\"peer\":\"10.0.0.1:6346\","
                 "\"ttl\":4,\"hops\":0,\"text\":\"Asked an ultrapeer.\"}\n");
  assert_prints (f, "--json peers",
                 "{\"id\":1,\"address\":\"10.0.0.1:6346\",\"user_agent\":\"Filbert/0.1.0\",\"role\":\"ultrapeer\","
                 "\"direction\":\"out\",\"compressed\":true,\"encrypted\":false,\"uptime_s\":3725,\"in_messages\":17,"
                 "\"out_messages\":4,\"established\":true}\n");
  assert_prints (f, "--json uploads",
                 "{\"id\":2,\"name\":\"a\\\"b\\\\c.pdf\",\"peer\":\"10.0.0.9:6346\",\"state\":\"sending\","
                 "\"sent_bytes\":1000,\"bps\":180000,\"reach\":\"punch\",\"size\":310000,\"queue_position\":null,\"limit_bps\":null}\n");
  assert_prints (f, "--json library",
                 "{\"id\":1,\"name\":\"caf\357\277\275.ogg\",\"folder\":\"/music\",\"kind\":\"audio\",\"size\":4200000,"
                 "\"sha1\":\"" FAKE_SHA1 "\",\"tth\":null,\"asked\":5,\"sent\":1}\n");
  assert_prints (f, "--json library zzz", "");
  assert_prints (f, "--json history",
                 "{\"id\":9,\"name\":\"walnut.ogg\",\"size\":4200000,\"sha1\":\"" FAKE_SHA1
                 "\",\"path\":\"/downloads/walnut.ogg\",\"finished\":1700000060}\n");
  assert_prints (f, "history --clear", "The history is empty now; the files stay.\n");
  assert_prints (f, "--json history", "");
  assert_prints (f, "--json removed",
                 "{\"id\":3,\"name\":\"hazel.iso\",\"size\":4200000,\"received_bytes\":1000000,"
                 "\"removed\":1700000000,\"kept_until\":1702592000}\n");
  assert_prints (f, "--json preview 3", "{\"id\":3,\"path\":\"/downloads/hazel.iso\"}\n");
  assert_prints (f, "preview 3", "/downloads/hazel.iso\n");
  assert_prints (f, "--json doctor",
                 "{\"name\":\"tcp\",\"verdict\":false,\"text\":\"Nobody could connect to you.\",\"help\":\"Let Filbert ask "
                 "your router.\",\"setting\":\"port-mapping\",\"value\":\"true\",\"action\":\"Ask the Router\"}\n"
                 "{\"name\":\"udp\",\"verdict\":null,\"text\":\"Not known yet.\",\"help\":null,\"setting\":null,"
                 "\"value\":null,\"action\":null}\n");
  assert_prints (f, "doctor",
                 "✗ Others can reach you (TCP)\n"
                 "  Nobody could connect to you.\n"
                 "  What would help: Let Filbert ask your router.\n"
                 "    filbertctl set port-mapping true\n"
                 "– Others can reach you (UDP)\n"
                 "  Not known yet.\n");
  assert_prints (f, "--json set role leaf", "");
  assert_prints (f, "--json settings",
                 "{\"key\":\"download-limit\",\"value\":\"0\"}\n{\"key\":\"role\",\"value\":\"leaf\"}\n");
  assert_prints (f, "--json shares add /music",
                 "{\"path\":\"/music\",\"files\":3,\"bytes\":1234567,\"state\":\"watching\",\"reason\":null,\"id\":1000,"
                 "\"to_hash\":0}\n");
  assert_prints (f, "--json shares remove /music", "");
  assert_prints (f, "--json shares", "");
  assert_prints (f, "--json shares check /music",
                 "{\"path\":\"/music\",\"refusal\":null,\"files\":2,\"bytes\":4510000,\"audio\":1,\"video\":0,\"image\":0,"
                 "\"document\":1,\"archive\":0,\"program\":0,\"other\":0,\"private_files\":1,\"names\":[\"walnut.ogg\","
                 "\"hazel.pdf\"],\"private_names\":[\"passwords.kdbx\"]}\n");
  assert_prints (f, "--json browse 10.0.0.7:6346",
                 RESULT ("10", "9", "Purple Hazel - Walnut.ogg") RESULT ("11", "9", "purple_hazel.pdf")
                     UNREACHABLE ("12", "9", "bad-hazel.iso"));
  assert_run (f, "--json browse slow:1 --wait 0", 5);
  g_assert_nonnull (strstr (f->err, "filbertctl results 13"));
  assert_run (f, "--json browse refuses:1", 1);
  g_assert_cmpstr (f->err, ==, "filbertctl: It shows its list to nobody.\n");
  assert_prints (f, "--json close 9", "");
  assert_run (f, "--json close 9", 3);
}

#define LINK "magnet:?xt=urn:bitprint:" FAKE_SHA1 "." FAKE_TTH "&dn=from-magnet.ogg&xl=4200000"

static void
test_downloads (Fixture *f,
                gconstpointer data)
{
  static const char *const good = "from-magnet.ogg";
  static const char *const bad = "bad-hazel.iso";

  /* No node runs: getting starts one. */
  assert_prints (f, "--json get 'magnet:?xt=urn:sha1:" FAKE_SHA1 "' --wait",
                 MOVING ("4", "from-magnet.ogg", "queued") MOVING ("4", "from-magnet.ogg", "searching")
                     MOVING ("4", "from-magnet.ogg", "connecting") MOVING ("4", "from-magnet.ogg", "downloading")
                         MOVING ("4", "from-magnet.ogg", "verifying")
                             DOWNLOAD ("4", "from-magnet.ogg", "done", "null", "null", "4200000",
                                       "\"/downloads/walnut.ogg\"", "1700000060"));
  assert_run (f, "--json search hazel --max 3", 0);
  assert_run (f, "--json get 8 --wait", 1);
  g_assert_true (g_str_has_suffix (f->out, DOWNLOAD ("9", "bad-hazel.iso", "failed",
                                                     "\"Every source sent wrong bytes.\"", "\"hash-mismatch\"", "0",
                                                     "null", "null")));
  g_assert_cmpstr (f->err, ==, "filbertctl: Every source sent wrong bytes.\n");
  assert_prints (f, "--json get 6", MOVING ("10", "Purple Hazel - Walnut.ogg", "queued"));
  assert_prints (f, "--json sources 10",
                 "{\"id\":1,\"address\":\"10.0.0.9:6346\",\"vendor\":\"FLBT\",\"state\":\"active\",\"reach\":\"punch\","
                 "\"hops\":3,\"bps\":1000,\"delivered_bytes\":4096,\"queue_position\":null,\"reason_code\":null,"
                 "\"via\":[\"10.0.0.1:6346\"],\"queue_length\":null,\"reason\":null,\"nat\":\"port-restricted\",\"transport\":\"udp\","
                 "\"encrypted\":true,\"rtt_us\":34200}\n");
  assert_run (f, "sources 10", 0);
  g_assert_nonnull (strstr (f->out, "udp        34 ms  port-restricted  10.0.0.1:6346"));
  assert_run (f, "downloads", 0);
  g_assert_nonnull (strstr (f->out, good));
  g_assert_nonnull (strstr (f->out, bad));
  assert_run (f, "get magnet:nonsense", 2);
  assert_run (f, "get 99", 3);
  assert_prints (f, "link 4", LINK "\n");
  assert_prints (f, "--json link 4",
                 "{\"id\":4,\"link\":\"" LINK "\"}\n");
  assert_run (f, "link 99", 3);
  assert_run (f, "get MAGNET:?XT=URN:SHA1:" FAKE_SHA1 " --wait", 0);
  assert_prints (f, "cancel 11", "It has left the list; the file stays.\n");
  assert_prints (f, "cancel 9", "Cancelled; what is there is kept for 30 days. See: filbertctl removed\n");
  assert_run (f, "cancel 9", 3);
  assert_prints (f, "--json pause --all", "");
  assert_prints (f, "resume 4", "Resumed.\n");
  assert_prints (f, "priority 4 7", "The priority is now 7.\n");
  assert_prints (f, "priority 4 -7", "The priority is now -7.\n");
  assert_prints (f, "priority -- 4 -8", "The priority is now -8.\n");
  assert_prints (f, "priority 4 -9 --json", "");
  assert_prints (f, "limit 4 2500000", "It takes at most 2.5\302\240MB/s now.\n");
  assert_prints (f, "limit 4 0", "It has no limit of its own.\n");
  assert_prints (f, "limit 4 50000 --json", "");
  assert_prints (f, "limit --upload 2 30000", "It is sent at 30.0\302\240kB/s at most now.\n");
  assert_prints (f, "--json uploads",
                 "{\"id\":2,\"name\":\"a\\\"b\\\\c.pdf\",\"peer\":\"10.0.0.9:6346\",\"state\":\"sending\","
                 "\"sent_bytes\":1000,\"bps\":180000,\"reach\":\"punch\",\"size\":310000,\"queue_position\":null,"
                 "\"limit_bps\":30000}\n");
  assert_run (f, "uploads", 0);
  g_assert_nonnull (strstr (f->out, "30.0\302\240kB/s"));
  assert_prints (f, "limit 2 0 --upload", "It has no limit of its own.\n");
  assert_run (f, "limit --upload 4 30000", 3);
  assert_run (f, "verify 99", 3);
  assert_run (f, "shares add /", 1);
  assert_run (f, "shares check /", 1);
  assert_run (f, "set nonsense 1", 2);
}

static void
test_tables (Fixture *f,
             gconstpointer data)
{
  assert_run (f, "start", 0);
  g_assert_true (g_str_has_prefix (f->out, "The node has started.\nState "));
  assert_run (f, "start", 0);
  g_assert_true (g_str_has_prefix (f->out, "The node was running already.\nState "));
  assert_prints (f, "search purple --max 3",
                 "ID    Size  Sources  Reach        Kind   Name                       Note\n"
                 " 5  4.2\302\240MB        1  push         audio  Purple Hazel - Walnut.ogg\n"
                 " 6  4.2\302\240MB        1  push         audio  purple_hazel.pdf\n"
                 " 7  4.2\302\240MB        1  unreachable  audio  bad-hazel.iso              " FAKE_REASON "\n");
  assert_prints (f, "search nothing --wait 0",
                 "No results yet. The search goes on: filbertctl results 8\n");
  assert_prints (f, "shares", "You share nothing. Others see only your searches.\n");
  assert_prints (f, "stop", "The node has saved its state and ended.\n");
  assert_run (f, "status", 4);
}

static GPid
node_pid (Fixture *f)
{
  g_autoptr (FilClient) client = fil_client_new (f->profile);
  g_autoptr (GVariant) reply = NULL;
  g_autoptr (GVariant) info = NULL;
  GError *error = NULL;
  gint64 pid;

  g_assert_true (fil_client_attach (client, FIL_ATTACH_DEFAULT, &error));
  g_assert_no_error (error);
  reply = fil_client_call (client, "Hello", g_variant_new ("(s)", FIL_VERSION), &error);
  g_assert_no_error (error);
  info = g_variant_get_child_value (reply, 1);
  g_assert_true (g_variant_lookup (info, "pid", "x", &pid));
  return (GPid) pid;
}

static void
test_killed (Fixture *f,
             gconstpointer data)
{
  g_autofree char *address = g_build_filename (f->profile, "node", NULL);
  GPid pid;

  assert_run (f, "start", 0);
  pid = node_pid (f);
  g_assert_cmpint (kill (pid, SIGKILL), ==, 0);
  do
    run (f, "status");
  while (f->status == 0);
  g_assert_cmpint (f->status, ==, 4);
  /* Its address and its socket are still there, and in nobody's way. */
  g_assert_true (g_file_test (address, G_FILE_TEST_EXISTS));
  assert_run (f, "start", 0);
  g_assert_cmpint (node_pid (f), !=, pid);

  g_assert_cmpint (kill (node_pid (f), SIGTERM), ==, 0);
  while (g_file_test (address, G_FILE_TEST_EXISTS))
    run (f, "status");
  assert_run (f, "status", 4);
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

/* Many programs that all find no node: one node, and everybody is served. */
static void
test_race (Fixture *f,
           gconstpointer data)
{
  GSubprocess *starters[6];
  g_autofree char *log_path = g_build_filename (f->profile, "log", NULL);
  g_autofree char *log = NULL;
  GError *error = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (starters); i++)
    {
      starters[i] = g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_SILENCE, &error, program ("FILBERTCTL"), "--profile",
                                      f->profile, "start", NULL);
      g_assert_no_error (error);
    }
  for (guint i = 0; i < G_N_ELEMENTS (starters); i++)
    {
      g_assert_true (g_subprocess_wait_check (starters[i], NULL, &error));
      g_assert_no_error (error);
      g_object_unref (starters[i]);
    }
  g_assert_true (g_file_get_contents (log_path, &log, NULL, NULL));
  g_assert_cmpuint (count (log, "runs with the profile"), ==, 1);
}

static void
test_cannot_start (Fixture *f,
                   gconstpointer data)
{
  const char *const second[] = { program ("FILBERTD"), "--profile", f->profile, NULL };
  const char *const wrong[] = { program ("FILBERTD"), "--profile", f->profile, "--role", "king", NULL };
  const char *const unknown[] = { program ("FILBERTD"), "--nonsense", NULL };
  const char *const extra[] = { program ("FILBERTD"), "word", NULL };
  const char *const level[] = { program ("FILBERTD"), "--log", "loud", NULL };
  const char *const version[] = { program ("FILBERTD"), "--version", NULL };
  const char *const help[] = { program ("FILBERTD"), "--help", NULL };
  const char *const *usages[] = { wrong, unknown, extra, level };
  static const char *const options[] = { "--profile", "--listen", "--role", "--connect", "--share", "--downloads",
                                         "--no-bootstrap", "--private", "--headless", "--log", "--ready-fd" };

  assert_run (f, "start -- --listen 127.0.0.1:1", 4);
  g_assert_cmpstr (f->err, ==, "filbertctl: Port 1 is in use; choose another with --listen\n");
  for (guint i = 0; i < G_N_ELEMENTS (usages); i++)
    {
      run_argv (f, usages[i]);
      g_assert_cmpint (f->status, ==, 2);
      assert_one_line (f->err);
    }
  run_argv (f, version);
  g_assert_cmpint (f->status, ==, 0);
  g_assert_cmpstr (f->out, ==, "filbertd " FIL_VERSION "\n");
  run_argv (f, help);
  g_assert_cmpint (f->status, ==, 0);
  for (guint i = 0; i < G_N_ELEMENTS (options); i++)
    g_assert_nonnull (strstr (f->out, options[i]));

  assert_run (f, "start", 0);
  run_argv (f, second);
  g_assert_cmpint (f->status, ==, 4);
  assert_one_line (f->err);
  g_assert_nonnull (strstr (f->err, "already running"));
}

static char *
next_line (GDataInputStream *lines)
{
  return g_data_input_stream_read_line (lines, NULL, NULL, NULL);
}

static void
test_monitor (Fixture *f,
              gconstpointer data)
{
  static const char *const endings[] = { "interrupt", "stop" };

  assert_run (f, "start", 0);
  for (guint i = 0; i < G_N_ELEMENTS (endings); i++)
    {
      GError *error = NULL;
      g_autoptr (GSubprocess) monitor =
          g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_SILENCE, &error,
                            program ("FILBERTCTL"), "--profile", f->profile, "monitor", "--json", NULL);
      g_autoptr (GDataInputStream) lines = g_data_input_stream_new (g_subprocess_get_stdout_pipe (monitor));
      gboolean is_search_seen = FALSE, is_status_seen = FALSE, is_removal_seen = FALSE;

      g_assert_no_error (error);
      assert_run (f, "--json search purple --max 1", 0);
      while (!is_search_seen || !is_status_seen)
        {
          g_autofree char *line = next_line (lines);

          g_assert_nonnull (line);
          is_search_seen |= g_str_has_prefix (line, "{\"event\":\"search\",\"id\":");
          is_status_seen |= g_str_has_prefix (line, "{\"event\":\"status\",\"id\":null,\"state\":\"online\",");
          g_assert_null (strstr (line, "\"event\":\"started\""));
        }
      run (f, i == 0 ? "close 4" : "close 8");
      while (!is_removal_seen)
        {
          g_autofree char *line = next_line (lines);

          g_assert_nonnull (line);
          is_removal_seen = g_str_equal (line, i == 0 ? "{\"event\":\"search-removed\",\"id\":4}"
                                                      : "{\"event\":\"search-removed\",\"id\":8}");
        }

      if (i == 0)
        g_subprocess_send_signal (monitor, SIGINT);
      else
        assert_run (f, "stop", 0);
      g_assert_true (g_subprocess_wait (monitor, NULL, &error));
      g_assert_true (g_subprocess_get_if_exited (monitor));
      g_assert_cmpint (g_subprocess_get_exit_status (monitor), ==, i == 0 ? 0 : 4);
    }
}

int
main (int argc,
      char *argv[])
{
  g_autofree char *runtime_dir = g_dir_make_tmp ("fil-run-XXXXXX", NULL);
  int status;

  g_setenv ("XDG_RUNTIME_DIR", runtime_dir, TRUE);
  g_setenv ("LC_ALL", "C.UTF-8", TRUE);
  g_unsetenv ("LANGUAGE");
  g_test_init (&argc, &argv, NULL);
#define ADD(path, func) g_test_add (path, Fixture, NULL, set_up, func, tear_down)
  ADD ("/filbertctl/without-node", test_without_node);
  ADD ("/filbertctl/help", test_help);
  ADD ("/filbertctl/json", test_json);
  ADD ("/filbertctl/downloads", test_downloads);
  ADD ("/filbertctl/tables", test_tables);
  ADD ("/filbertctl/killed", test_killed);
  ADD ("/filbertctl/race", test_race);
  ADD ("/filbertctl/cannot-start", test_cannot_start);
  ADD ("/filbertctl/monitor", test_monitor);
  status = g_test_run ();
  remove_tree (runtime_dir);
  return status;
}
