/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "net-error.h"

#include <errno.h>
#include <glib/gi18n-lib.h>

G_DEFINE_QUARK (fil-net-error-quark, fil_net_error)

/**
 * fil_net_error_sentence:
 * @code: an errno value
 *
 * Returns: (transfer none): what it means for a connection, in words a person can act on
 */
const char *
fil_net_error_sentence (int code)
{
  switch (code)
    {
    case ECONNREFUSED:
      return _("Nothing listens at that address and port");
    case ETIMEDOUT:
      return _("The other side does not answer");
    case EHOSTUNREACH:
    case EHOSTDOWN:
      return _("There is no way to that host");
    case ENETUNREACH:
    case ENETDOWN:
      return _("There is no network connection");
    case ECONNRESET:
    case EPIPE:
      return _("The other side broke the connection");
    case ECONNABORTED:
      return _("The connection was given up");
    case EADDRINUSE:
      return _("Another program uses this address and port");
    case EADDRNOTAVAIL:
      return _("This machine does not have that address");
    case EACCES:
    case EPERM:
      return _("The system does not allow this connection");
    case EMFILE:
    case ENFILE:
      return _("Too many files and connections are open");
    case ENOBUFS:
    case ENOMEM:
      return _("The system has no memory left for connections");
    case ENODEV:
      return _("There is no such network interface");
    case EAFNOSUPPORT:
      return _("This machine does not speak that kind of address");
    default:
      return g_strerror (code);
    }
}
