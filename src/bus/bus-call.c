/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "bus-call.h"

/* An answer that waits for the database. */
typedef struct
{
  GDBusMethodInvocation *invocation; /* NULL: answered */
  GVariant *value;
} Answer;

static void
saved_cb (gpointer data)
{
  Answer *answer = data;

  fil_bus_client_reply (g_steal_pointer (&answer->invocation), answer->value);
}

static void
answer_free (Answer *answer)
{
  g_clear_object (&answer->invocation);
  g_clear_pointer (&answer->value, g_variant_unref);
  g_free (answer);
}

/**
 * fil_bus_call_succeed:
 * @value: (transfer floating) (nullable): a tuple
 *
 * Answers, now or when what was done is saved. @self is not needed any more.
 */
void
fil_bus_call_succeed (FilBusCall *self,
                      GVariant *value)
{
  Answer *answer;

  if (!self->lasts)
    {
      fil_bus_client_reply (self->invocation, value);
      return;
    }
  answer = g_new0 (Answer, 1);
  answer->invocation = self->invocation;
  answer->value = value != NULL ? g_variant_ref_sink (value) : NULL;
  fil_node_when_saved (self->node, saved_cb, answer, (GDestroyNotify) answer_free);
}

/**
 * fil_bus_call_refuse:
 * @invocation: (transfer full): of a call that may be over
 *
 * Answers with an error, of the node or of the bus.
 */
void
fil_bus_call_refuse (GDBusMethodInvocation *invocation,
                     const GError *error)
{
  int code = FIL_API_ERROR_FAILED;

  if (error->domain == FIL_API_ERROR ||
      (error->domain == FIL_NODE_ERROR && error->code >= FIL_NODE_ERROR_FAILED &&
       error->code <= FIL_NODE_ERROR_TIMED_OUT))
    code = error->code;
  g_dbus_method_invocation_return_error_literal (invocation, FIL_API_ERROR, code, error->message);
}

/**
 * fil_bus_call_finish:
 * @value: (transfer floating) (nullable): the answer, unless there is an error
 * @error: (transfer full) (nullable):
 */
void
fil_bus_call_finish (FilBusCall *self,
                     GVariant *value,
                     GError *error)
{
  if (error == NULL)
    {
      fil_bus_call_succeed (self, value);
      return;
    }
  if (value != NULL)
    g_variant_unref (g_variant_ref_sink (value));
  fil_bus_call_refuse (self->invocation, error);
  g_error_free (error);
}

void
fil_bus_call_fail (FilBusCall *self,
                   FilApiError code,
                   const char *message)
{
  g_dbus_method_invocation_return_error_literal (self->invocation, FIL_API_ERROR, code, message);
}
