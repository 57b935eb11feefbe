/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "doctor.h"

#include <string.h>

/* Each combination of what can be known, and what a person reads. */

#define U FIL_VERDICT_UNKNOWN
#define Y FIL_VERDICT_YES
#define N FIL_VERDICT_NO

typedef struct
{
  const char *what;
  FilVerdict tcp, udp, passes;
  FilNatMapping mapping;
  FilNatFilter filter;
  int delta;
  FilRouterState router;
  const char *inside, *outside, *router_outside;
  gboolean has_ipv6, is_deaf, is_alone;

  FilVerdict verdicts[FIL_DIAGNOSES];
  const char *texts[FIL_DIAGNOSES]; /* a part of each */
  int helps;                        /* which of them says what would help; -1: none */
  const char *help;
  const char *setting;
} Case;

#define NONE FIL_NAT_MAPPING_NONE
#define CONE FIL_NAT_MAPPING_INDEPENDENT
#define SEQ FIL_NAT_MAPPING_SEQUENTIAL
#define RND FIL_NAT_MAPPING_RANDOM
#define OPEN FIL_NAT_FILTER_OPEN
#define ADDR FIL_NAT_FILTER_ADDRESS
#define PORT FIL_NAT_FILTER_PORT

static const Case cases[] = {
  { .what = "just started", .is_alone = TRUE, .helps = -1,
    .verdicts = { U, U, U }, .texts = { "no neighbour yet", "no neighbour yet", "Three hosts" } },
  { .what = "first minute", .passes = Y, .helps = -1,
    .verdicts = { U, U, U }, .texts = { "Neighbours are trying", "No stranger has sent", "Three hosts" } },
  { .what = "public", .tcp = Y, .udp = Y, .passes = Y, .mapping = NONE, .filter = OPEN, .inside = "24.5.5.5", .helps = -1,
    .verdicts = { Y, Y, Y }, .texts = { "Others have connected", "strangers reach you", "You need none" } },
  { .what = "TCP works, UDP is filtered", .tcp = Y, .udp = N, .passes = Y, .mapping = NONE, .filter = PORT, .helps = 1,
    .verdicts = { Y, N, Y }, .texts = { "Others have connected to you: they", "strangers do not get through", "You need none" },
    .help = "Allow port 23451 for UDP in the firewall." },
  { .what = "TCP works through a router, UDP is filtered", .tcp = Y, .udp = N, .passes = Y, .mapping = CONE, .filter = PORT, .helps = 1,
    .inside = "192.168.1.7", .verdicts = { Y, N, Y }, .texts = { "connect to you when asked", "strangers do not", "You need none" },
    .help = "Open port 23451 for UDP in your router, towards 192.168.1.7." },
  { .what = "the router opened the port", .tcp = Y, .udp = Y, .passes = Y, .mapping = CONE, .filter = OPEN, .router = FIL_ROUTER_MAPPED,
    .helps = -1, .verdicts = { Y, Y, Y },
    .texts = { "through the port that your router opened", "strangers reach you", "You need none" } },
  { .what = "no NAT, TCP is filtered", .tcp = N, .udp = Y, .passes = Y, .mapping = NONE, .filter = OPEN, .inside = "24.5.5.5",
    .verdicts = { N, Y, Y }, .texts = { "a firewall keeps them out", "strangers reach you", "No router changes your port, and messages come in" },
    .help = "Allow port 23451 for TCP and UDP in the firewall." },
  { .what = "a firewall that lets in whom we called, from any port", .tcp = N, .udp = N, .passes = Y, .mapping = NONE, .filter = ADDR,
    .verdicts = { N, N, Y }, .texts = { "a firewall keeps them out", "strangers do not", "from any port: everybody" },
    .help = "Allow port 23451" },
  { .what = "no NAT, filter unknown", .tcp = N, .passes = Y, .mapping = NONE, .inside = "24.5.5.5",
    .verdicts = { N, U, Y }, .texts = { "a firewall keeps them out", "No stranger", "is not known yet" }, .help = "Allow port 23451" },
  { .what = "a firewall alone", .tcp = N, .udp = N, .passes = Y, .mapping = NONE, .filter = PORT, .inside = "24.5.5.5",
    .verdicts = { N, N, Y }, .texts = { "a firewall keeps them out", "strangers do not", "except those whose router takes ports at random" },
    .help = "Allow port 23451 for TCP and UDP in the firewall." },
  { .what = "a public address, nothing measured", .tcp = N, .passes = Y, .inside = "24.5.5.5",
    .verdicts = { N, U, U }, .texts = { "a firewall keeps them out", "No stranger", "Three hosts" },
    .help = "Allow port 23451 for TCP and UDP in the firewall." },
  { .what = "full cone", .tcp = N, .udp = Y, .passes = Y, .mapping = CONE, .filter = OPEN, .inside = "192.168.1.7",
    .verdicts = { N, Y, Y }, .texts = { "A router or a firewall", "strangers reach you", "everybody can be met halfway" },
    .help = "Open port 23451 for TCP and UDP in your router, towards 192.168.1.7." },
  { .what = "address-restricted", .tcp = N, .udp = N, .passes = Y, .mapping = CONE, .filter = ADDR,
    .verdicts = { N, N, Y }, .texts = { "Whoever can be connected to gets your files", "strangers do not", "everybody can be met halfway" },
    .help = "Open port 23451 for TCP and UDP in your router." },
  { .what = "port-restricted", .tcp = N, .udp = N, .passes = Y, .mapping = CONE, .filter = PORT,
    .verdicts = { N, N, Y }, .texts = { "A router or a firewall", "strangers do not", "except those whose router takes ports at random" },
    .help = "Open port 23451" },
  { .what = "cone, filter unknown", .tcp = N, .passes = Y, .mapping = CONE,
    .verdicts = { N, U, Y }, .texts = { "A router or a firewall", "No stranger", "is not known yet" }, .help = "Open port 23451" },
  { .what = "symmetric, upwards", .tcp = N, .udp = N, .passes = Y, .mapping = SEQ, .delta = 2,
    .verdicts = { N, N, Y }, .texts = { "", "", "+2 from the one before" }, .help = "Open port 23451" },
  { .what = "symmetric, downwards", .tcp = N, .udp = N, .passes = Y, .mapping = SEQ, .delta = -1,
    .verdicts = { N, N, Y }, .texts = { "", "", "-1 from the one before" }, .help = "Open port 23451" },
  { .what = "symmetric, random", .tcp = N, .udp = N, .passes = Y, .mapping = RND,
    .verdicts = { N, N, N }, .texts = { "", "", "nobody can guess" }, .help = "Open port 23451" },
  { .what = "symmetric, TCP not known yet", .passes = Y, .mapping = RND, .inside = "10.0.0.4", .helps = 2,
    .verdicts = { U, U, N }, .texts = { "Neighbours are trying", "No stranger", "nobody can guess" },
    .help = "Open port 23451 for TCP and UDP in your router, towards 10.0.0.4." },
  { .what = "no UDP", .tcp = N, .udp = N, .passes = N,
    .verdicts = { N, N, N }, .texts = { "A router or a firewall", "something between you and the others blocks it", "these are blocked" },
    .help = "Open port 23451" },
  { .what = "no UDP, but TCP", .tcp = Y, .passes = N, .mapping = CONE, .helps = 1,
    .verdicts = { Y, N, Y }, .texts = { "Others have", "blocks it", "You need none" }, .help = "Let UDP through" },
  { .what = "the router was never asked", .tcp = N, .udp = N, .passes = Y, .mapping = CONE, .filter = PORT, .router = FIL_ROUTER_OFF,
    .verdicts = { N, N, Y }, .texts = { "A router or a firewall", "", "" },
    .help = "Let Filbert ask your router to open port 23451.", .setting = "port-mapping" },
  { .what = "the router refused", .tcp = N, .udp = N, .passes = Y, .mapping = CONE, .filter = PORT, .router = FIL_ROUTER_REFUSED,
    .verdicts = { N, N, Y }, .texts = { "refused to open the port", "", "" }, .help = "Open port 23451" },
  { .what = "no router answers", .tcp = N, .udp = N, .passes = Y, .mapping = CONE, .filter = PORT, .router = FIL_ROUTER_SILENT,
    .verdicts = { N, N, Y }, .texts = { "no router answered", "", "" }, .help = "Open port 23451" },
  { .what = "the router opened it, this machine did not", .tcp = N, .udp = N, .passes = Y, .mapping = CONE, .filter = PORT,
    .router = FIL_ROUTER_MAPPED, .outside = "24.5.5.9", .router_outside = "24.5.5.9",
    .verdicts = { N, N, Y }, .texts = { "a firewall behind it keeps them out", "", "" }, .help = "Allow port 23451" },
  { .what = "carrier NAT: inside", .tcp = N, .udp = N, .passes = Y, .mapping = RND, .inside = "100.72.1.9",
    .verdicts = { N, N, N }, .texts = { "several customers share one address", "", "" },
    .help = "Ask your provider for IPv6 or for an address of your own." },
  { .what = "carrier NAT: the router's outside is private", .tcp = N, .udp = N, .passes = Y, .mapping = CONE, .filter = PORT,
    .router = FIL_ROUTER_MAPPED, .inside = "192.168.1.7", .outside = "24.5.5.9", .router_outside = "10.11.12.13",
    .verdicts = { N, N, Y }, .texts = { "several customers", "", "" }, .help = "Ask your provider" },
  { .what = "carrier NAT: the router has another address than others see", .tcp = N, .udp = N, .passes = Y, .mapping = CONE,
    .router = FIL_ROUTER_MAPPED, .outside = "24.5.5.9", .router_outside = "24.5.5.10",
    .verdicts = { N, N, Y }, .texts = { "several customers", "", "" }, .help = "Ask your provider" },
  { .what = "carrier NAT, but IPv6", .tcp = N, .udp = N, .passes = Y, .mapping = RND, .router_outside = "100.127.1.1", .has_ipv6 = TRUE,
    .verdicts = { N, N, N }, .texts = { "several customers", "", "" }, .help = "Open port 23451 for IPv6 in your router." },
  { .what = "a neighbour of the carrier's range", .tcp = N, .udp = N, .passes = Y, .mapping = CONE, .inside = "100.128.1.1",
    .verdicts = { N, N, Y }, .texts = { "Your address is a public one", "", "" }, .help = "Allow port 23451" },
  { .what = "started deaf", .is_deaf = TRUE, .tcp = U, .passes = Y, .mapping = CONE, .filter = PORT, .helps = -1,
    .verdicts = { N, U, Y }, .texts = { "accepts no connections", "No stranger", "can be met halfway" } },
};

static FilEndpoint
address (const char *text)
{
  FilEndpoint self = { 0 };

  if (text != NULL)
    g_assert_true (fil_endpoint_parse (&self, text, -1, 1));
  self.port = 0;
  return self;
}

static void
test_case (gconstpointer data)
{
  static const char *const names[FIL_DIAGNOSES] = { "tcp", "udp", "punch", NULL };
  const Case *c = data;
  const FilDoctorFacts facts = {
    .accepts = !c->is_deaf,
    .port = 23451,
    .has_neighbours = !c->is_alone,
    .tcp = c->tcp,
    .udp = c->udp,
    .udp_passes = c->passes,
    .nat = { .mapping = c->mapping, .filter = c->filter, .delta = (gint16) c->delta },
    .inside = address (c->inside),
    .outside = address (c->outside),
    .has_ipv6 = c->has_ipv6,
    .router = c->router,
    .router_outside = address (c->router_outside),
  };
  FilDiagnosis found[FIL_DIAGNOSES];

  fil_doctor_examine (&facts, found);
  for (guint i = 0; i < FIL_DIAGNOSES && names[i] != NULL; i++)
    {
      g_test_message ("%s: %s %s", found[i].name, found[i].text, found[i].help != NULL ? found[i].help : "");
      g_assert_cmpstr (found[i].name, ==, names[i]);
      g_assert_cmpint (found[i].verdict, ==, c->verdicts[i]);
      g_assert_nonnull (strstr (found[i].text, c->texts[i]));
      g_assert_true (g_str_has_suffix (found[i].text, "."));
      g_assert_true ((found[i].help != NULL) == ((int) i == c->helps));
      g_assert_cmpstr (found[i].setting, ==, (int) i == c->helps ? c->setting : NULL);
      g_assert_true ((found[i].action != NULL) == (found[i].setting != NULL));
      if (found[i].help != NULL)
        g_assert_true (g_str_has_prefix (found[i].help, c->help));
      fil_diagnosis_clear (&found[i]);
    }
  /* Nobody has tried to misuse the node: nothing is said of it. */
  g_assert_null (found[3].name);
  g_assert_null (found[3].text);
}

static void
test_calls (void)
{
  const FilDoctorFacts facts = { .accepts = TRUE, .strangers_followed = 8, .strangers_refused = 9992 };
  FilDiagnosis found[FIL_DIAGNOSES];

  fil_doctor_examine (&facts, found);
  g_assert_cmpstr (found[3].name, ==, "calls");
  g_assert_cmpint (found[3].verdict, ==, Y);
  g_assert_nonnull (strstr (found[3].text, "8 were followed and 9992 refused"));
  g_assert_null (found[3].help);
  for (guint i = 0; i < FIL_DIAGNOSES; i++)
    fil_diagnosis_clear (&found[i]);
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strconcat ("/node/doctor/", cases[i].what, NULL);

      g_test_add_data_func (path, &cases[i], test_case);
    }
  g_test_add_func ("/node/doctor/calls", test_calls);
  return g_test_run ();
}
