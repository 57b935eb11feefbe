/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "api-error.h"
#include "json.h"
#include "row-builder.h"

#include <string.h>

/* What travels is private to a version, but its order is the order of the JSON that scripts read. */
static void
test_types (void)
{
  static const struct
  {
    const FilSchema *schema;
    const char *type;
  } cases[] = {
    { &fil_schema_status, "(ssssssxxyysxxxxxsb)" }, { &fil_schema_search, "(xssbxxxs)" },
    { &fil_schema_result, "(xxsxsssssxsxbsbxs)" },  { &fil_schema_download, "(xsxsssssxxxxxssxxxxxxxx)" },
    { &fil_schema_upload, "(xsssxxsxxx)" },         { &fil_schema_share, "(sxxssxx)" },
    { &fil_schema_peer, "(xssssbbxxxb)" },          { &fil_schema_event, "(xxssx)" },
    { &fil_schema_library, "(xsssxssxx)" },         { &fil_schema_history, "(xsxssx)" },
    { &fil_schema_trace, "(xxssxxs)" },             { &fil_schema_doctor, "(sysssss)" },
    { &fil_schema_setting, "(ss)" },                { &fil_schema_preview, "(ssxxxxxxxxxxasas)" },
    { &fil_schema_download_source, "(xssssxxxxsasxsssbx)" }, { &fil_schema_removed, "(xsxxxx)" },
    { &fil_schema_beginning, "(xs)" },
  };
  guint n;

  fil_schemas (&n);
  g_assert_cmpuint (n, ==, G_N_ELEMENTS (cases));
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *type = g_variant_type_dup_string (fil_schema_type (cases[i].schema));
      g_autofree char *array = g_variant_type_dup_string (fil_schema_array_type (cases[i].schema));

      g_assert_cmpstr (type, ==, cases[i].type);
      g_assert_cmpint (array[0], ==, 'a');
      g_assert_cmpstr (array + 1, ==, type);
    }
}

static void
test_lists (void)
{
  static const char *const lists[] = { "searches", "results", "downloads", "uploads", "shares", "peers", "events" };

  for (guint i = 0; i < G_N_ELEMENTS (lists); i++)
    {
      const FilSchema *schema = fil_schema_of_list (lists[i]);

      g_assert_nonnull (schema);
      g_assert_cmpint (fil_schema_find (schema, "id"), >=, 0);
    }
  g_assert_null (fil_schema_of_list ("nonsense"));
  g_assert_cmpint (fil_schema_find (&fil_schema_peer, "nonsense"), ==, -1);
}

static void
test_row (void)
{
  FilRowBuilder builder;
  g_autoptr (GVariant) row = NULL;
  g_autofree char *json = NULL;

  fil_row_builder_init (&builder, &fil_schema_history);
  fil_row_builder_int (&builder, "id", 7);
  fil_row_builder_string (&builder, "name", "caf\xe9 \xf0\x9f\x8c\xb0");
  fil_row_builder_size (&builder, "size", G_MAXUINT64);
  fil_row_builder_string (&builder, "sha1", NULL);
  fil_row_builder_string (&builder, "path", "");
  fil_row_builder_known (&builder, "finished", 0);
  row = g_variant_ref_sink (fil_row_builder_end (&builder));

  g_assert_cmpint (fil_schema_get_int (&fil_schema_history, row, "id"), ==, 7);
  g_assert_cmpint (fil_schema_get_int (&fil_schema_history, row, "size"), ==, G_MAXINT64);
  g_assert_cmpint (fil_schema_get_int (&fil_schema_history, row, "finished"), ==, FIL_NULL_INT);
  g_assert_null (fil_schema_get_string (&fil_schema_history, row, "sha1"));
  json = fil_json_of_row (&fil_schema_history, row);
  g_assert_cmpstr (json, ==,
                   "{\"id\":7,\"name\":\"caf\357\277\275 \xf0\x9f\x8c\xb0\",\"size\":9223372036854775807,\"sha1\":null,"
                   "\"path\":null,\"finished\":null}");
}

static void
test_other_types (void)
{
  static const char *const names[] = { "a", "b\xff", NULL };
  FilRowBuilder builder;
  g_autoptr (GVariant) doctor = NULL;
  g_autoptr (GVariant) preview = NULL;
  g_autofree char *doctor_json = NULL;
  g_autofree char *preview_json = NULL;
  g_auto (GStrv) strings = NULL;

  fil_row_builder_init (&builder, &fil_schema_doctor);
  fil_row_builder_string (&builder, "name", "tcp");
  fil_row_builder_tri (&builder, "verdict", FIL_TRI_YES);
  fil_row_builder_string (&builder, "text", NULL);
  fil_row_builder_string (&builder, "help", NULL);
  fil_row_builder_string (&builder, "setting", "role");
  fil_row_builder_string (&builder, "value", "leaf");
  fil_row_builder_string (&builder, "action", NULL);
  doctor = g_variant_ref_sink (fil_row_builder_end (&builder));
  g_assert_cmpint (fil_schema_get_tri (&fil_schema_doctor, doctor, "verdict"), ==, FIL_TRI_YES);
  doctor_json = fil_json_of_row (&fil_schema_doctor, doctor);
  g_assert_cmpstr (doctor_json, ==, "{\"name\":\"tcp\",\"verdict\":true,\"text\":\"\",\"help\":null,\"setting\":\"role\",\"value\":\"leaf\","
                   "\"action\":null}");

  fil_row_builder_init (&builder, &fil_schema_preview);
  fil_row_builder_string (&builder, "path", "/");
  fil_row_builder_string (&builder, "refusal", NULL);
  for (guint i = 2; i < 12; i++)
    fil_row_builder_int (&builder, fil_schema_preview.fields[i].name, i);
  fil_row_builder_strings (&builder, "names", names);
  fil_row_builder_strings (&builder, "private_names", NULL);
  preview = g_variant_ref_sink (fil_row_builder_end (&builder));
  strings = fil_schema_get_strings (&fil_schema_preview, preview, "names");
  g_assert_cmpuint (g_strv_length (strings), ==, 2);
  preview_json = fil_json_of_row (&fil_schema_preview, preview);
  g_assert_true (g_str_has_suffix (preview_json, ",\"names\":[\"a\",\"b\357\277\275\"],\"private_names\":[]}"));
}

/* A row in the wrong order would tell scripts a size for a speed. */
static void
test_wrong_order (void)
{
  if (g_test_subprocess ())
    {
      FilRowBuilder builder;

      fil_row_builder_init (&builder, &fil_schema_setting);
      fil_row_builder_string (&builder, "value", "x");
      return;
    }
  g_test_trap_subprocess (NULL, 0, 0);
  g_test_trap_assert_failed ();
  g_test_trap_assert_stderr ("*field 0 of a setting is not value*");
}

static void
test_strings (void)
{
  static const struct
  {
    const char *text;
    const char *json;
  } cases[] = {
    { "", "\"\"" },
    { NULL, "null" },
    { "a\"b\\c/d", "\"a\\\"b\\\\c/d\"" },
    { "\n\r\t\b\x01\x1f\x7f", "\"\\n\\r\\t\\u0008\\u0001\\u001f\\u007f\"" },
    { "\xc2\x9b[31m\xc2\xa0", "\"\\u009b[31m\xc2\xa0\"" },
    { "\xff\xfe", "\"\357\277\275\357\277\275\"" },
    { "\xed\xa0\x80", "\"\357\277\275\357\277\275\357\277\275\"" },
    { "\xe2\x82", "\"\357\277\275\357\277\275\"" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GString) out = g_string_new (NULL);
      FilJson json;

      fil_json_init (&json, out);
      fil_json_string (&json, cases[i].text);
      g_assert_cmpstr (out->str, ==, cases[i].json);
      g_assert_true (g_utf8_validate (out->str, -1, NULL));
    }
}

static void
test_nesting (void)
{
  g_autoptr (GString) out = g_string_new (NULL);
  FilJson json;

  fil_json_init (&json, out);
  fil_json_begin (&json, '{');
  fil_json_name (&json, "a\"");
  fil_json_begin (&json, '[');
  fil_json_int (&json, G_MININT64);
  fil_json_bool (&json, TRUE);
  fil_json_begin (&json, '[');
  fil_json_end (&json, ']');
  fil_json_null (&json);
  fil_json_end (&json, ']');
  fil_json_name (&json, "b");
  fil_json_bool (&json, FALSE);
  fil_json_end (&json, '}');
  g_assert_cmpstr (out->str, ==, "{\"a\\\"\":[-9223372036854775808,true,[],null],\"b\":false}");
}

static void
test_errors (void)
{
  for (int code = FIL_API_ERROR_FAILED; code <= FIL_API_ERROR_MISMATCH; code++)
    {
      g_autoptr (GError) error = g_error_new_literal (FIL_API_ERROR, code, "why");
      g_autofree char *name = g_dbus_error_encode_gerror (error);
      g_autoptr (GError) back = g_dbus_error_new_for_dbus_error (name, "why");

      g_assert_true (g_str_has_prefix (name, "org.filbert.Error."));
      g_assert_error (back, FIL_API_ERROR, code);
    }
}

int
main (int argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/schema/types", test_types);
  g_test_add_func ("/schema/lists", test_lists);
  g_test_add_func ("/schema/row", test_row);
  g_test_add_func ("/schema/other-types", test_other_types);
  g_test_add_func ("/schema/wrong-order", test_wrong_order);
  g_test_add_func ("/json/strings", test_strings);
  g_test_add_func ("/json/nesting", test_nesting);
  g_test_add_func ("/api/errors", test_errors);
  return g_test_run ();
}
