/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "doctor.h"

#include <glib/gi18n-lib.h>

/* Tells in plain words what works, what does not, why, and the one thing that would help. It only looks at
 * what strangers have shown, never at what ought to be. */

static gboolean
is_carrier (const FilEndpoint *endpoint)
{
  /* RFC 6598. */
  return endpoint->family == 4 && endpoint->addr[0] == 100 && (endpoint->addr[1] & 0xc0) == 64;
}

/* Whether a provider's NAT stands in front of the router, so that no port of ours can be opened: the router's outside
 * address is none of the Internet, or is not the one that others see. */
static gboolean
is_shared (const FilDoctorFacts *facts)
{
  const FilEndpoint *router = &facts->router_outside;

  if (is_carrier (&facts->inside) || is_carrier (router))
    return TRUE;
  if (!fil_endpoint_is_set (router) || !fil_endpoint_is_set (&facts->outside) || router->family != 4)
    return FALSE;
  return fil_endpoint_class (router) == FIL_ADDRESS_PRIVATE || !fil_endpoint_same_address (router, &facts->outside);
}

/* Nothing translates our address: only a firewall can be in the way. */
static gboolean
is_public (const FilDoctorFacts *facts)
{
  return facts->nat.mapping == FIL_NAT_MAPPING_NONE || fil_endpoint_class (&facts->inside) == FIL_ADDRESS_PUBLIC;
}

/* What has to be let in still. */
static const char *
name_transports (const FilDoctorFacts *facts)
{
  return facts->tcp == FIL_VERDICT_YES ? _("UDP") : _("TCP and UDP");
}

static char *
help_by_hand (const FilDoctorFacts *facts)
{
  char inside[FIL_ENDPOINT_TEXT_LEN];

  if (!fil_endpoint_is_set (&facts->inside))
    return g_strdup_printf (_("Open port %u for %s in your router."), facts->port, name_transports (facts));
  return g_strdup_printf (_("Open port %u for %s in your router, towards %s."), facts->port, name_transports (facts),
                          fil_endpoint_address_text (&facts->inside, inside));
}

/* The one thing that would let others in. */
static void
remedy (const FilDoctorFacts *facts,
        FilDiagnosis *out)
{
  if (!facts->accepts)
    return;
  if (facts->tcp == FIL_VERDICT_YES && facts->udp_passes == FIL_VERDICT_NO)
    {
      out->help = g_strdup (_("Let UDP through your firewall or router, in both directions."));
      return;
    }
  if (is_shared (facts))
    {
      out->help = facts->has_ipv6 ? g_strdup_printf (_("Open port %u for IPv6 in your router."), facts->port)
                                  : g_strdup (_("Ask your provider for IPv6 or for an address of your own."));
      return;
    }
  if (is_public (facts) || facts->router == FIL_ROUTER_MAPPED)
    {
      out->help = g_strdup_printf (_("Allow port %u for %s in the firewall."), facts->port, name_transports (facts));
      return;
    }
  if (facts->router == FIL_ROUTER_OFF)
    {
      out->help = g_strdup_printf (_("Let Filbert ask your router to open port %u."), facts->port);
      out->setting = "port-mapping";
      out->value = "true";
      out->action = g_strdup (_("Ask the Router"));
      return;
    }
  out->help = help_by_hand (facts);
}

/* Why nobody gets in. */
static const char *
cause (const FilDoctorFacts *facts)
{
  if (is_shared (facts))
    return _("Your provider lets several customers share one address.");
  if (is_public (facts))
    return _("Your address is a public one, so a firewall keeps them out.");
  if (facts->router == FIL_ROUTER_MAPPED)
    return _("Your router says that it opened the port, so a firewall behind it keeps them out.");
  if (facts->router == FIL_ROUTER_REFUSED)
    return _("Your router keeps them out, and refused to open the port.");
  if (facts->router == FIL_ROUTER_SILENT)
    return _("A router or a firewall keeps them out, and no router answered when it was asked to open the port.");
  return _("A router or a firewall keeps them out.");
}

static void
examine_tcp (const FilDoctorFacts *facts,
             FilDiagnosis *out)
{
  out->name = "tcp";
  out->verdict = facts->accepts ? facts->tcp : FIL_VERDICT_NO;
  if (!facts->accepts)
    out->text = g_strdup (_("This node was started so that it accepts no connections. Whoever wants its files asks it "
                            "by push to connect to them."));
  else if (out->verdict == FIL_VERDICT_YES && facts->router == FIL_ROUTER_MAPPED)
    out->text = g_strdup (_("Others have connected to you through the port that your router opened for Filbert: they "
                            "get your files directly, and hosts behind a firewall connect to you when asked (push)."));
  else if (out->verdict == FIL_VERDICT_YES)
    out->text = g_strdup (_("Others have connected to you: they get your files directly, and hosts behind a firewall "
                            "connect to you when asked (push)."));
  else if (out->verdict == FIL_VERDICT_NO)
    out->text = g_strdup_printf (_("Nobody could connect to you. %s Whoever can be connected to gets your files all "
                                   "the same: you are asked by push to connect to them."),
                                 cause (facts));
  else
    out->text = g_strdup (facts->has_neighbours ? _("Neighbours are trying; nobody has connected to you yet.")
                                                : _("There is no neighbour yet who could try."));
}

static void
examine_udp (const FilDoctorFacts *facts,
             FilDiagnosis *out)
{
  out->name = "udp";
  out->verdict = facts->udp_passes == FIL_VERDICT_NO ? FIL_VERDICT_NO : facts->udp;
  if (facts->udp_passes == FIL_VERDICT_NO)
    out->text = g_strdup (_("No message by UDP is answered: something between you and the others blocks it."));
  else if (out->verdict == FIL_VERDICT_YES)
    out->text = g_strdup (_("Messages from strangers reach you."));
  else if (out->verdict == FIL_VERDICT_NO)
    out->text = g_strdup (_("Only those whom you have called can answer; strangers do not get through."));
  else
    out->text = g_strdup (facts->has_neighbours ? _("No stranger has sent you a message yet.")
                                                : _("There is no neighbour yet who could try."));
}

/* Nothing changes our port: it is a matter of who is let in. */
static const char *
describe_filter (FilNatFilter filter)
{
  switch (filter)
    {
    case FIL_NAT_FILTER_OPEN:
      return _("No router changes your port, and messages come in from everybody: everybody can be met halfway.");
    case FIL_NAT_FILTER_ADDRESS:
      return _("A firewall lets in whom you have called, from any port: everybody can be met halfway.");
    case FIL_NAT_FILTER_PORT:
      return _("A firewall lets in whom you have called: others behind a firewall can be met halfway, except those "
               "whose router takes ports at random.");
    case FIL_NAT_FILTER_UNKNOWN:
    default:
      return _("No router changes your port: others behind a firewall can be met halfway. Whether that goes for those "
               "whose router takes ports at random is not known yet.");
    }
}

static const char *
describe_cone (FilNatFilter filter)
{
  switch (filter)
    {
    case FIL_NAT_FILTER_OPEN:
    case FIL_NAT_FILTER_ADDRESS:
      return _("Your router keeps one port for all contacts and lets them answer from any port of theirs: "
               "everybody can be met halfway.");
    case FIL_NAT_FILTER_PORT:
      return _("Your router keeps one port for all contacts: others behind a firewall can be met halfway, "
               "except those whose router takes ports at random.");
    case FIL_NAT_FILTER_UNKNOWN:
    default:
      return _("Your router keeps one port for all contacts: others behind a firewall can be met halfway. Whether that "
               "goes for those whose router takes ports at random is not known yet.");
    }
}

static char *
describe_mapping (const FilNat *nat)
{
  switch (nat->mapping)
    {
    case FIL_NAT_MAPPING_SEQUENTIAL:
      return g_strdup_printf (_("Your router takes another port for each contact, %+d from the one before, so the next "
                                "one can be guessed. Only those whose router changes its ports, too, cannot be met."),
                              nat->delta);
    case FIL_NAT_MAPPING_RANDOM:
      return g_strdup (_("Your router takes another port at random for each contact, which nobody can guess. Only those "
                         "whose router lets in answers from any port can be met halfway."));
    case FIL_NAT_MAPPING_NONE:
      return g_strdup (describe_filter (nat->filter));
    case FIL_NAT_MAPPING_INDEPENDENT:
    case FIL_NAT_MAPPING_UNKNOWN:
    default:
      return g_strdup (describe_cone (nat->filter));
    }
}

static void
examine_punch (const FilDoctorFacts *facts,
               FilDiagnosis *out)
{
  out->name = "punch";
  if (facts->accepts && facts->tcp == FIL_VERDICT_YES)
    {
      out->verdict = FIL_VERDICT_YES;
      out->text = g_strdup (_("You need none: whoever cannot be connected to is asked by push to connect to you."));
    }
  else if (facts->udp_passes == FIL_VERDICT_NO)
    {
      out->verdict = FIL_VERDICT_NO;
      out->text = g_strdup (_("They begin with messages by UDP, and these are blocked. You still get files from those "
                              "who can be connected to."));
    }
  else if (facts->nat.mapping == FIL_NAT_MAPPING_UNKNOWN)
    {
      out->verdict = FIL_VERDICT_UNKNOWN;
      out->text = g_strdup (_("Three hosts have to tell how they see you before it is known what your router does."));
    }
  else
    {
      out->verdict = facts->nat.mapping == FIL_NAT_MAPPING_RANDOM ? FIL_VERDICT_NO : FIL_VERDICT_YES;
      out->text = describe_mapping (&facts->nat);
    }
}

/* Nothing that could be mended: it tells that somebody tries to use this node against others, in vain. */
static void
examine_calls (const FilDoctorFacts *facts,
               FilDiagnosis *out)
{
  if (facts->strangers_refused < FIL_STRANGERS_MANY)
    return;
  out->name = "calls";
  out->verdict = FIL_VERDICT_YES;
  out->text = g_strdup_printf (_("Of the requests of strangers to connect to somebody, %u were followed and %u refused: "
                                 "they came too often, or named whom nobody should be made to call."),
                               (guint) MIN (facts->strangers_followed, G_MAXUINT),
                               (guint) MIN (facts->strangers_refused, G_MAXUINT));
}

/**
 * fil_doctor_examine:
 * @out: (out): each to be cleared by fil_diagnosis_clear()
 *
 * Judges. What would help stands once, with the first thing that does not work: it mends the others too.
 */
void
fil_doctor_examine (const FilDoctorFacts *facts,
                    FilDiagnosis out[FIL_DIAGNOSES])
{
  for (guint i = 0; i < FIL_DIAGNOSES; i++)
    out[i] = (FilDiagnosis){ 0 };
  examine_tcp (facts, &out[0]);
  examine_udp (facts, &out[1]);
  examine_punch (facts, &out[2]);
  examine_calls (facts, &out[3]);
  for (guint i = 0; i < FIL_DIAGNOSES; i++)
    if (out[i].verdict == FIL_VERDICT_NO)
      {
        remedy (facts, &out[i]);
        return;
      }
}

void
fil_diagnosis_clear (FilDiagnosis *self)
{
  g_clear_pointer (&self->text, g_free);
  g_clear_pointer (&self->help, g_free);
  g_clear_pointer (&self->action, g_free);
}
