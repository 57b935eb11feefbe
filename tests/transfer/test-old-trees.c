/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "world.h"

#include <stdio.h>
#include <string.h>

#include "dime.h"
#include "sha1.h"
#include "tiger-context.h"
#include "transfer-limits.h"

/* Trees as other programs serve them (hashes.md §3): how they are announced, how they are wrapped, how deep they are. */

#define MIB (1024 * 1024)
#define DONE FIL_DOWNLOAD_STATE_DONE
#define SIZE (3 * MIB + 5)
#define LEAVES 3073
#define FULL_DEPTH 12
#define TREE_TYPE "http://open-content.net/spec/thex/breadthfirst"
#define UUID "uuid:6a8b7c1e-0000-4000-8000-000000000001"

/* A message: its description, in which {size} and {depth} are replaced, and what the records are called. */
typedef struct
{
  const char *xml;
  const char *id;
  gboolean has_more; /* records behind the tree */
} Layout;

#define LIMEWIRE_XML                                                                                                     \
  "<?xml version=\"1.0\" encoding=\"UTF-8\"?>"                                                                           \
  "<!DOCTYPE hashtree SYSTEM \"http://open-content.net/spec/thex/thex.dtd\">"                                            \
  "<hashtree><file size='{size}' segmentsize='1024'/>"                                                                   \
  "<digest algorithm='http://open-content.net/spec/digest/tiger' outputsize='24'/>"                                      \
  "<serializedtree depth='{depth}' type='" TREE_TYPE "' uri='" UUID "'/></hashtree>"

static const Layout limewire = { LIMEWIRE_XML, UUID, FALSE };

static const Layout layouts[] = {
  { LIMEWIRE_XML, UUID, FALSE },
  { LIMEWIRE_XML, UUID, TRUE },
  { LIMEWIRE_XML, "", FALSE },
  /* BearShare 5.2 */
  { LIMEWIRE_XML, "\"" UUID, FALSE },
  /* GnucDNA leaves out the end; the numbers may be missing, and words in another case. */
  { "<?xml version=\"1.0\"?>\r\n<!DOCTYPE hashtree system \"http://open-content.net/spec/thex/thex.dtd\">\r\n<hashtree>\r\n"
    "<file size=\"{size}\" segmentsize=\"1024\" />\r\n<digest algorithm=\"http://open-content.net/spec/digest/tiger\" "
    "outputsize=\"24\" />\r\n<serializedtree depth=\"{depth}\" type=\"" TREE_TYPE "\" uri=\"" UUID "\" />\r\n",
    UUID, FALSE },
  { "<hashtree><file size='{size}' segmentsize='1024'/></hashtree>", UUID, FALSE },
  /* Shareaza says 9 whatever it sends. */
  { "<hashtree><file size='{size}' segmentsize='1024'/><serializedtree depth='9' type='" TREE_TYPE "'/></hashtree>", UUID,
    FALSE },
  { "", UUID, FALSE },
};

/* Down to the leaves of 1024 bytes. */
static FilTigerTree *
tree_of (GBytes *content)
{
  gsize size;
  const guint8 *bytes = g_bytes_get_data (content, &size);
  g_autofree FilTth *leaves = g_new (FilTth, LEAVES);

  g_assert_cmpuint (size, ==, SIZE);
  for (gsize i = 0; i < LEAVES; i++)
    fil_tth_of (&leaves[i], bytes + 1024 * i, MIN (1024, size - 1024 * i));
  return fil_tiger_tree_new_from_row (size, leaves, LEAVES);
}

static GBytes *
nodes_of (GBytes *content,
          guint depth)
{
  g_autoptr (FilTigerTree) tree = tree_of (content);

  return fil_tiger_tree_serialise (tree, depth);
}

static void
replace_number (GString *text,
                const char *place,
                guint64 number)
{
  g_autofree char *digits = g_strdup_printf ("%" G_GUINT64_FORMAT, number);

  g_string_replace (text, place, digits, 0);
}

static GBytes *
message_of (const Layout *layout,
            guint64 size,
            guint depth,
            GBytes *nodes)
{
  g_autoptr (GString) xml = g_string_new (layout->xml);
  FilDimeRecord record = { .is_first = TRUE, .format = FIL_DIME_MEDIA_TYPE, .type = fil_slice_text ("text/xml") };
  g_auto (FilWriter) out;

  fil_writer_init (&out);
  replace_number (xml, "{size}", size);
  replace_number (xml, "{depth}", depth);
  record.data = fil_slice (xml->str, xml->len);
  fil_dime_write (&record, &out);
  record = (FilDimeRecord){ .is_last = !layout->has_more, .format = FIL_DIME_URI, .type = fil_slice_text (TREE_TYPE) };
  record.id = fil_slice_text (layout->id);
  record.data = fil_slice (g_bytes_get_data (nodes, NULL), g_bytes_get_size (nodes));
  fil_dime_write (&record, &out);
  if (layout->has_more)
    {
      record = (FilDimeRecord){ .is_last = TRUE, .format = FIL_DIME_URI, .type = fil_slice_text ("http://example.org/more") };
      record.data = fil_slice_text ("whatever");
      fil_dime_write (&record, &out);
    }
  return fil_writer_steal_bytes (&out);
}

/* What a host says of the tree, and the whole reply to a request for it. */
typedef struct
{
  char *headers;
  GBytes *reply;
  GBytes *junk;      /* what it sends of the file instead; NULL: the file */
} Manner;

static gboolean
serve (Host *host,
       const char *request,
       GByteArray *out)
{
  const Manner *manner = (const Manner *) host->text;
  gsize size;
  const guint8 *bytes = g_bytes_get_data (manner->junk != NULL ? manner->junk : host->content, &size);
  const char *range = strstr (request, "Range: bytes=");
  guint64 first = 0, last = 0;
  g_autofree char *head = NULL;

  if (range == NULL)
    {
      host->trees++;
      g_byte_array_append (out, g_bytes_get_data (manner->reply, NULL), (guint) g_bytes_get_size (manner->reply));
      return TRUE;
    }
  g_assert_cmpint (sscanf (range, "Range: bytes=%" G_GUINT64_FORMAT "-%" G_GUINT64_FORMAT, &first, &last), ==, 2);
  head = g_strdup_printf ("HTTP/1.1 206 OK\r\nContent-Length: %" G_GUINT64_FORMAT "\r\nContent-Range: bytes %" G_GUINT64_FORMAT
                          "-%" G_GUINT64_FORMAT "/%" G_GSIZE_FORMAT "\r\n%s\r\n",
                          last - first + 1, first, last, size, manner->headers);
  g_byte_array_append (out, (const guint8 *) head, (guint) strlen (head));
  g_byte_array_append (out, bytes + first, (guint) (last - first + 1));
  return TRUE;
}

/* A 200 with this body. */
static GBytes *
reply_with (GBytes *body)
{
  GByteArray *reply = g_byte_array_new ();
  g_autofree char *head = g_strdup_printf ("HTTP/1.1 200 OK\r\nContent-Type: application/dime\r\nContent-Length: %" G_GSIZE_FORMAT
                                           "\r\n\r\n", g_bytes_get_size (body));

  g_byte_array_append (reply, (const guint8 *) head, (guint) strlen (head));
  g_byte_array_append (reply, g_bytes_get_data (body, NULL), (guint) g_bytes_get_size (body));
  return g_byte_array_free_to_bytes (reply);
}

/* In headers {s} is the SHA-1 of the content and {t} the root of its tree. */
static char *
headers_of (GBytes *content,
            const char *headers)
{
  g_autoptr (FilTigerTree) tree = tree_of (content);
  GString *text = g_string_new (headers);
  char sha1_text[FIL_SHA1_TEXT_LEN + 1], tth_text[FIL_TTH_TEXT_LEN + 1];
  FilSha1 sha1;
  gsize size;
  const void *bytes = g_bytes_get_data (content, &size);

  fil_sha1_of (&sha1, bytes, size);
  fil_sha1_to_text (&sha1, sha1_text);
  fil_tth_to_text (fil_tiger_tree_root (tree), tth_text);
  g_string_replace (text, "{s}", sha1_text, 0);
  g_string_replace (text, "{t}", tth_text, 0);
  return g_string_free (text, FALSE);
}

#define USUAL "X-Thex-URI: /uri-res/N2X?urn:sha1:{s};{t}\r\n"

static void
manner_clear (Manner *self)
{
  g_free (self->headers);
  g_bytes_unref (self->reply);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Manner, manner_clear)

static Host *
add_host (World *world,
          const char *address,
          GBytes *content,
          const Manner *manner)
{
  Host *host = world_add_host (world, address, content);

  host->reply = serve;
  host->text = (const char *) manner;
  host->bytes_per_step = 100 * 1024;
  world_add_source (world, 1, host);
  return host;
}

/* Fetches the file from one that serves this; returns how many bytes were proved while others were still missing. */
static guint64
fetch_with (GBytes *content,
            const Manner *manner,
            guint trees)
{
  g_autoptr (World) world = world_new ();
  FilDownload *download = fil_downloads_get (world->downloads, world_add (world, 1, content));
  Host *host = add_host (world, "25.0.0.1:6346", content, manner);
  guint64 proved = 0;

  while (download->state != DONE && world->now_us < 1060 * FIL_SEC)
    {
      if (download->state == FIL_DOWNLOAD_STATE_DOWNLOADING)
        proved = fil_download_verified_bytes (download);
      world_step (world);
    }
  world_assert_done (world, 1, content);
  g_assert_cmpuint (host->trees, ==, trees);
  g_assert_cmpuint (download->received, ==, g_bytes_get_size (content));
  g_assert_false (fil_download_find_source (download, 1)->is_blamed);
  g_assert_cmpint (fil_download_find_source (download, 1)->state, !=, FIL_SOURCE_BAD);
  return proved;
}

/* However it is wrapped and however deep it is, it proves the file piece by piece; one that is only a root proves nothing
 * before the end. */
static void
test_layouts (void)
{
  static const guint depths[] = { 0, 1, 2, 4, 5, 9, FULL_DEPTH };
  g_autoptr (GBytes) content = test_content (SIZE, 1);

  for (guint i = 0; i < G_N_ELEMENTS (layouts); i++)
    for (guint j = 0; j < G_N_ELEMENTS (depths); j++)
      {
        g_auto (Manner) manner = { .headers = headers_of (content, USUAL) };
        g_autoptr (GBytes) nodes = nodes_of (content, depths[j]);
        g_autoptr (GBytes) message = message_of (&layouts[i], SIZE, depths[j], nodes);

        g_test_message ("layout %u, depth %u", i, depths[j]);
        manner.reply = reply_with (message);
        if (depths[j] == 0)
          g_assert_cmpuint (fetch_with (content, &manner, 1), ==, 0);
        else
          g_assert_cmpuint (fetch_with (content, &manner, 1), >, MIB);
      }
}

/* Where it says that the tree is, and which root it has. */
static void
test_announced (void)
{
  static const struct
  {
    const char *headers;
    gboolean is_asked;
  } cases[] = {
    { USUAL, TRUE },
    { "X-Thex-URI: /uri-res/N2X?urn:sha1:{s}; {t}\r\n", TRUE },
    { "x-thex-uri:/uri-res/N2X?urn:sha1:{s} ;\r\n {t}\r\n", TRUE },
    { "X-Thex-Uri : /thex/17;{t}\r\n", TRUE },
    { "X-Thex-URI: /uri-res/N2X?urn:sha1:{s}\r\nX-Content-URN: urn:bitprint:{s}.{t}\r\n", TRUE },
    { "X-Thex-URI: /uri-res/N2X?urn:sha1:{s}\r\nX-Gnutella-Content-URN: urn:bitprint:{s}.{t}\r\n", TRUE },
    { "X-Thex-URI: /uri-res/N2X?urn:sha1:{s}\r\nX-Gnutella-Content-URN: urn:sha1:{s}, urn:tree:tiger:{t}\r\n", TRUE },
    { "X-Thex-URI: /uri-res/N2X?urn:sha1:{s}\r\nX-Gnutella-Content-URN: urn:sha1:{s}\r\nX-Content-URN: urn:tree:tiger/:{t},"
      " urn:sha1:{s}\r\n", TRUE },
    { USUAL "X-Content-URN: urn:bitprint:{s}.{t}\r\nX-Gnutella-Content-URN: urn:sha1:{s}\r\n", TRUE },
    { "X-Thex-URI: /uri-res/N2X?urn:sha1:{s}\r\n", FALSE },
    { "X-Thex-URI: /uri-res/N2X?urn:sha1:{s};SHORT\r\n", FALSE },
    { "X-Thex-URI: ;{t}\r\n", FALSE },
    { "X-Thex-URI: http://26.0.0.1:6346/uri-res/N2X?urn:sha1:{s};{t}\r\n", FALSE },
    { "X-Content-URN: urn:bitprint:{s}.{t}\r\n", FALSE },
    /* It contradicts itself. */
    { USUAL "X-Content-URN: urn:bitprint:{s}.LWPNACQDBZRYXW3VHJVCJ64QBZNGHOHHHZWCLNQ\r\n", FALSE },
  };
  g_autoptr (GBytes) content = test_content (SIZE, 2);
  g_autoptr (GBytes) nodes = nodes_of (content, 4);
  g_autoptr (GBytes) message = message_of (&limewire, SIZE, 4, nodes);

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_auto (Manner) manner = { .headers = headers_of (content, cases[i].headers), .reply = reply_with (message) };
      guint64 proved;

      g_test_message ("%s", cases[i].headers);
      proved = fetch_with (content, &manner, cases[i].is_asked);
      g_assert_cmpint (proved > MIB, ==, cases[i].is_asked);
    }
}

/* Some of the nodes, some of them twice, or those of another file. */
static GBytes *
some_nodes (GBytes *nodes,
            gsize skip,
            gsize n,
            const char *more)
{
  GByteArray *out = g_byte_array_new ();

  g_byte_array_append (out, (const guint8 *) g_bytes_get_data (nodes, NULL) + 24 * skip, (guint) (24 * n));
  if (more != NULL)
    g_byte_array_append (out, (const guint8 *) more, (guint) strlen (more));
  return g_byte_array_free_to_bytes (out);
}

/* The reply to the request for the tree in all ways that are none. */
static GPtrArray *
bad_replies (GBytes *content)
{
  GPtrArray *replies = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  static const char *const texts[] = {
    "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n",
    "HTTP/1.1 503 Tigertree is being computed\r\nContent-Length: 0\r\nRetry-After: 10\r\n\r\n",
    "HTTP/1.1 503 Busy\r\nX-Queue: position=2,length=5,limit=4,pollMin=45,pollMax=120\r\nContent-Length: 0\r\n\r\n",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
    "HTTP/1.1 200 OK\r\nContent-Encoding: deflate\r\nContent-Length: 3\r\n\r\nabc",
    "HTTP/1.1 200 OK\r\nContent-Length: 3, 4\r\n\r\nabc",
    "HTTP/1.1 200 OK\r\n\r\n",
    "what?\r\n\r\n",
  };
  static const struct
  {
    gsize skip, n; /* of the 27 nodes of depth 4 */
    const char *more;
    guint64 size;
  } shapes[] = {
    { 0, 26, NULL, SIZE },
    { 0, 15, NULL, SIZE },
    { 0, 1, NULL, SIZE }, /* a root proves nothing that the end does not */
    { 0, 27, "123456789012345678901234", SIZE },
    { 0, 27, "12345678", SIZE },
    { 1, 26, NULL, SIZE },
    { 0, 27, NULL, SIZE + 1 },
    { 0, 0, NULL, SIZE },
  };
  g_autoptr (GBytes) nodes = nodes_of (content, 4);

  g_assert_cmpuint (g_bytes_get_size (nodes), ==, 24 * 27);
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    g_ptr_array_add (replies, g_bytes_new_static (texts[i], strlen (texts[i])));
  for (guint i = 0; i < G_N_ELEMENTS (shapes); i++)
    {
      g_autoptr (GBytes) some = some_nodes (nodes, shapes[i].skip, shapes[i].n, shapes[i].more);
      g_autoptr (GBytes) message = message_of (&limewire, shapes[i].size, 4, some);

      g_ptr_array_add (replies, reply_with (message));
    }
  return replies;
}

/* What is no tree of this file costs nobody anything: who sent it goes on, is not asked for it again, and another one's
 * is used. */
static void
test_none (void)
{
  g_autoptr (GBytes) content = test_content (SIZE, 3);
  g_autoptr (GBytes) nodes = nodes_of (content, 5);
  g_autoptr (GBytes) message = message_of (&limewire, SIZE, 5, nodes);
  g_autoptr (GPtrArray) replies = bad_replies (content);
  g_auto (Manner) good = { .headers = headers_of (content, USUAL), .reply = reply_with (message) };

  for (guint i = 0; i < replies->len; i++)
    {
      g_autoptr (World) world = world_new ();
      FilDownload *download = fil_downloads_get (world->downloads, world_add (world, 1, content));
      g_auto (Manner) manner = { .headers = headers_of (content, USUAL), .reply = g_bytes_ref (replies->pdata[i]) };
      Host *host = add_host (world, "25.0.0.1:6346", content, &manner), *other;
      guint64 before;

      g_test_message ("reply %u", i);
      host->bytes_per_step = 20 * 1024;
      world_run (world, 5);
      g_assert_cmpuint (host->trees, ==, 1);
      g_assert_cmpuint (fil_download_verified_bytes (download), ==, 0);
      before = host->sent;
      other = add_host (world, "26.0.0.1:6346", content, &good);
      other->bytes_per_step = 20 * 1024;
      world_run (world, 3);
      g_assert_cmpuint (fil_download_verified_bytes (download), >, MIB / 2);
      g_assert_cmpuint (host->sent, >, before);
      g_assert_true (world_run_until (world, download, DONE, 60));
      world_assert_done (world, 1, content);
      g_assert_cmpuint (host->trees, ==, 1);
      g_assert_cmpuint (other->trees, ==, 1);
      g_assert_cmpuint (world->liars, ==, 0);
      g_assert_cmpint (fil_download_find_source (download, 1)->state, !=, FIL_SOURCE_BAD);
    }
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/transfer/old-trees/layouts", test_layouts);
  g_test_add_func ("/transfer/old-trees/announced", test_announced);
  g_test_add_func ("/transfer/old-trees/none", test_none);
  return g_test_run ();
}
