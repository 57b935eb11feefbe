/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "words.h"

#include "words-private.h"

#include <string.h>

/* Room for the words of one text: as many bytes as are read, and a NUL for each word. What grows by
 * being taken apart (a ligature, say) is cut off there. */
#define BUFFER_SIZE (FIL_WORDS_MAX_NAME_BYTES + FIL_WORDS_MAX_NAME)

/* Longest decomposition of one character in Unicode. */
#define MAX_DECOMPOSED 18

#define DAKUTEN 0x3099
#define HANDAKUTEN 0x309a

/* Writing without blanks between the words is split where the script changes, as others do. */
typedef enum
{
  KIND_NONE,   /* no word yet */
  KIND_SPACED, /* letters of scripts that put blanks between words; digits */
  KIND_HAN,
  KIND_HIRAGANA,
  KIND_KATAKANA,
  KIND_HANGUL,
} Kind;

struct _FilWords
{
  FilWord words[FIL_WORDS_MAX_NAME];
  guint n_words;
  guint max_words;
  char buffer[BUFFER_SIZE];
  gsize used;

  /* The word being read. */
  gsize start;
  guint n_chars;
  gunichar last; /* its last character, when another may still join it */
  gsize last_at;
  Kind kind;
  gboolean excluded;
};

G_STATIC_ASSERT (FIL_WORDS_MAX_QUERY <= FIL_WORDS_MAX_NAME);
G_STATIC_ASSERT (FIL_WORDS_MAX_QUERY_BYTES <= FIL_WORDS_MAX_NAME_BYTES);

/* What an ASCII byte becomes in a word; 0: it ends the word. */
static const char ascii_folded[128] = {
  ['0'] = '0', ['1'] = '1', ['2'] = '2', ['3'] = '3', ['4'] = '4', ['5'] = '5', ['6'] = '6', ['7'] = '7',
  ['8'] = '8', ['9'] = '9', ['a'] = 'a', ['b'] = 'b', ['c'] = 'c', ['d'] = 'd', ['e'] = 'e', ['f'] = 'f',
  ['g'] = 'g', ['h'] = 'h', ['i'] = 'i', ['j'] = 'j', ['k'] = 'k', ['l'] = 'l', ['m'] = 'm', ['n'] = 'n',
  ['o'] = 'o', ['p'] = 'p', ['q'] = 'q', ['r'] = 'r', ['s'] = 's', ['t'] = 't', ['u'] = 'u', ['v'] = 'v',
  ['w'] = 'w', ['x'] = 'x', ['y'] = 'y', ['z'] = 'z', ['A'] = 'a', ['B'] = 'b', ['C'] = 'c', ['D'] = 'd',
  ['E'] = 'e', ['F'] = 'f', ['G'] = 'g', ['H'] = 'h', ['I'] = 'i', ['J'] = 'j', ['K'] = 'k', ['L'] = 'l',
  ['M'] = 'm', ['N'] = 'n', ['O'] = 'o', ['P'] = 'p', ['Q'] = 'q', ['R'] = 'r', ['S'] = 's', ['T'] = 't',
  ['U'] = 'u', ['V'] = 'v', ['W'] = 'w', ['X'] = 'x', ['Y'] = 'y', ['Z'] = 'z',
};

/**
 * fil_words_new:
 *
 * Returns: (transfer full): an object without words
 */
FilWords *
fil_words_new (void)
{
  FilWords *self = g_new (FilWords, 1);

  self->n_words = 0;
  return self;
}

void
fil_words_free (FilWords *self)
{
  g_free (self);
}

static void
end_word (FilWords *self)
{
  if (self->n_chars > 0 && self->n_words < self->max_words && self->used < BUFFER_SIZE)
    {
      FilWord *word = &self->words[self->n_words++];

      word->text = self->buffer + self->start;
      word->len = (guint16) (self->used - self->start);
      word->n_chars = (guint16) self->n_chars;
      word->excluded = self->excluded;
      self->buffer[self->used++] = '\0';
    }
  else
    {
      self->used = self->start;
    }
  self->start = self->used;
  self->n_chars = 0;
  self->last = 0;
  self->kind = KIND_NONE;
}

static void
append (FilWords *self,
        gunichar c)
{
  char utf8[6];
  gsize len = (gsize) g_unichar_to_utf8 (c, utf8);

  self->last = 0;
  if (self->used - self->start + len > FIL_WORD_MAX_BYTES || self->used + len >= BUFFER_SIZE)
    return;
  self->last = c;
  self->last_at = self->used;
  memcpy (self->buffer + self->used, utf8, len);
  self->used += len;
  self->n_chars++;
}

/* Joins a voiced sound mark, or a part of a Hangul syllable, with the character before it. */
static gboolean
join (FilWords *self,
      gunichar c)
{
  gunichar joined;

  if (self->last == 0 || !g_unichar_compose (self->last, c, &joined))
    return FALSE;
  self->used = self->last_at;
  self->n_chars--;
  append (self, joined);
  return TRUE;
}

static Kind
kind_of (gunichar c)
{
  switch (g_unichar_get_script (c))
    {
    case G_UNICODE_SCRIPT_HAN:
      return KIND_HAN;
    case G_UNICODE_SCRIPT_HIRAGANA:
      return KIND_HIRAGANA;
    case G_UNICODE_SCRIPT_KATAKANA:
      return KIND_KATAKANA;
    case G_UNICODE_SCRIPT_HANGUL:
      return KIND_HANGUL;
    default:
      return KIND_SPACED;
    }
}

/* Puts one character that is fully taken apart at the end of the word, or ends the word with it. */
static void
take_decomposed (FilWords *self,
                 gunichar c)
{
  Kind kind;

  switch (g_unichar_type (c))
    {
    case G_UNICODE_NON_SPACING_MARK:
    case G_UNICODE_ENCLOSING_MARK:
      /* Accents go; the marks that make か into が are part of the letter. */
      if (c == DAKUTEN || c == HANDAKUTEN)
        join (self, c);
      return;
    case G_UNICODE_FORMAT:
      return; /* soft hyphen, joiners, direction marks: invisible inside a word */
    case G_UNICODE_SPACING_MARK:
      if (self->n_chars > 0)
        append (self, c);
      return;
    default:
      break;
    }
  if (!g_unichar_isalnum (c))
    {
      end_word (self);
      return;
    }

  c = g_unichar_tolower (c);
  /* The long vowel mark and its kind belong to no script of their own. */
  kind = g_unichar_get_script (c) == G_UNICODE_SCRIPT_COMMON && c > 0x7f && self->kind != KIND_NONE
           ? self->kind
           : kind_of (c);
  if (kind != self->kind && self->kind != KIND_NONE)
    end_word (self);
  self->kind = kind;
  if (kind != KIND_HANGUL || !join (self, c))
    append (self, c);
}

static void
take_char (FilWords *self,
           gunichar c)
{
  gunichar parts[MAX_DECOMPOSED];
  gsize n;

  /* One character at a time: sorting a long run of marks, as whole-text normalisation does, takes a
   * time that grows with its square, and all but two of the marks are dropped. */
  if (c >= 0xac00 && c <= 0xd7a3)
    {
      take_decomposed (self, c);
      return;
    }
  n = g_unichar_fully_decompose (c, TRUE, parts, G_N_ELEMENTS (parts));
  for (gsize i = 0; i < MIN (n, G_N_ELEMENTS (parts)); i++)
    take_decomposed (self, parts[i]);
}

static void
take_ascii (FilWords *self,
            char c)
{
  if (self->kind != KIND_SPACED)
    {
      if (self->kind != KIND_NONE)
        end_word (self);
      self->kind = KIND_SPACED;
    }
  if (self->used - self->start >= FIL_WORD_MAX_BYTES || self->used + 1 >= BUFFER_SIZE)
    return;
  self->buffer[self->used++] = c;
  self->n_chars++;
  self->last = 0;
}

/* A blank or the border of the text ends what a '-' excludes. */
static void
split (FilWords *self,
       const char *text,
       gsize len,
       gboolean is_query)
{
  gboolean after_blank = TRUE;
  const char *end = text + len;

  for (const char *p = text; p < end;)
    {
      guint8 byte = (guint8) *p;

      if (byte < 0x80)
        {
          char folded = ascii_folded[byte];

          p++;
          if (folded != 0)
            {
              take_ascii (self, folded);
              after_blank = FALSE;
              continue;
            }
          end_word (self);
          if (!is_query)
            continue;
          if (after_blank && byte == '-')
            self->excluded = TRUE;
          after_blank = g_ascii_isspace (byte);
          if (after_blank)
            self->excluded = FALSE;
        }
      else
        {
          gunichar c = g_utf8_get_char_validated (p, end - p);

          after_blank = FALSE;
          if (c == (gunichar) -1 || c == (gunichar) -2)
            {
              end_word (self);
              p++;
              continue;
            }
          take_char (self, c);
          p = g_utf8_next_char (p);
          if (g_unichar_isspace (c))
            {
              after_blank = TRUE;
              self->excluded = FALSE;
            }
        }
    }
  end_word (self);
}

static void
start (FilWords *self,
       guint max_words)
{
  self->n_words = 0;
  self->max_words = max_words;
  self->used = 0;
  self->start = 0;
  self->n_chars = 0;
  self->last = 0;
  self->kind = KIND_NONE;
  self->excluded = FALSE;
}

static gsize
text_len (const char *text,
          gssize len,
          gsize max)
{
  return len < 0 ? strnlen (text, max) : MIN ((gsize) len, max);
}

/**
 * fil_words_split_name:
 * @text: the name or path of a file, at best UTF-8; a bad byte separates words
 * @len: bytes of @text, or -1 when it ends with NUL
 *
 * Replaces the words by those of @text: at most FIL_WORDS_MAX_NAME of its first
 * FIL_WORDS_MAX_NAME_BYTES.
 *
 * Returns: how many there are
 */
guint
fil_words_split_name (FilWords *self,
                      const char *text,
                      gssize len)
{
  start (self, FIL_WORDS_MAX_NAME);
  split (self, text, text_len (text, len, FIL_WORDS_MAX_NAME_BYTES), FALSE);
  return self->n_words;
}

/* The form under which a word is found. What goes over the network is in lower case only, because that
 * is what the others hash; here ß also equals ss, and the final sigma the other one. As chance has it
 * they take the same number of bytes. */
const char *
_fil_word_key (const FilWord *word,
               char buffer[FIL_WORD_MAX_BYTES + 1])
{
  static const char *const pairs[][2] = { { "\xc3\x9f", "ss" }, { "\xcf\x82", "\xcf\x83" } };
  const char *key = word->text;

  if (word->n_chars == word->len)
    return key;
  for (guint i = 0; i < G_N_ELEMENTS (pairs); i++)
    for (const char *p = strstr (key, pairs[i][0]); p != NULL; p = strstr (key, pairs[i][0]))
      {
        gsize at = (gsize) (p - key);

        if (key == word->text)
          key = memcpy (buffer, word->text, word->len + 1);
        memcpy (buffer + at, pairs[i][1], 2);
      }
  return key;
}

static gboolean
key_equal (const FilWord *a,
           const FilWord *b)
{
  char buffer_a[FIL_WORD_MAX_BYTES + 1], buffer_b[FIL_WORD_MAX_BYTES + 1];

  return a->len == b->len && memcmp (_fil_word_key (a, buffer_a), _fil_word_key (b, buffer_b), a->len) == 0;
}

static gboolean
word_equal (const FilWord *a,
            const FilWord *b)
{
  return a->len == b->len && memcmp (a->text, b->text, a->len) == 0;
}

static void
drop_repeated (FilWords *self)
{
  guint n = 0;

  for (guint i = 0; i < self->n_words; i++)
    {
      gboolean is_new = TRUE;

      for (guint k = 0; k < n && is_new; k++)
        is_new = !word_equal (&self->words[k], &self->words[i]) ||
                 self->words[k].excluded != self->words[i].excluded;
      if (is_new)
        self->words[n++] = self->words[i];
    }
  self->n_words = n;
}

/**
 * fil_words_split_query:
 * @text: what somebody searches for; a stranger's text is welcome
 * @len: bytes of @text, or -1 when it ends with NUL
 *
 * Replaces the words by those of @text, each once: at most FIL_WORDS_MAX_QUERY of its first
 * FIL_WORDS_MAX_QUERY_BYTES. "-word" after a blank marks what must not be there (messages.md §4).
 *
 * Returns: how many there are
 */
guint
fil_words_split_query (FilWords *self,
                       const char *text,
                       gssize len)
{
  start (self, FIL_WORDS_MAX_QUERY);
  split (self, text, text_len (text, len, FIL_WORDS_MAX_QUERY_BYTES), TRUE);
  drop_repeated (self);
  return self->n_words;
}

guint
fil_words_count (const FilWords *self)
{
  return self->n_words;
}

/**
 * fil_words_get:
 * @i: less than fil_words_count()
 *
 * Returns: (transfer none): a word, valid until the next text is split
 */
const FilWord *
fil_words_get (const FilWords *self,
               guint i)
{
  return &self->words[i];
}

/* Words that all programs compare: others drop what is shorter, and some then match nothing. */
static gboolean
is_long_enough (const FilWord *word)
{
  return word->len >= FIL_ROUTE_MIN_WORD;
}

/**
 * fil_words_to_query_text:
 *
 * Writes a query's words as they go over the network: in the form that every program compares, one
 * blank between them, short ones left out when a longer one is there, excluded ones with their "-"
 * (messages.md §4, "Compacting").
 *
 * Returns: (transfer full): the text, empty when no word is to be found
 */
char *
fil_words_to_query_text (const FilWords *self)
{
  g_autoptr(GString) text = g_string_new (NULL);
  gboolean has_long = FALSE;

  for (guint i = 0; i < self->n_words; i++)
    has_long |= !self->words[i].excluded && is_long_enough (&self->words[i]);

  for (guint excluded = 0; excluded < 2; excluded++)
    for (guint i = 0; i < self->n_words; i++)
      {
        const FilWord *word = &self->words[i];

        if (word->excluded != (excluded == 1) || (excluded == 0 && has_long && !is_long_enough (word)))
          continue;
        if (excluded == 1 && text->len == 0)
          break;
        if (text->len > 0)
          g_string_append_c (text, ' ');
        if (excluded == 1)
          g_string_append_c (text, '-');
        g_string_append_len (text, word->text, word->len);
      }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

/**
 * fil_words_match:
 * @query: from fil_words_split_query()
 * @name: from fil_words_split_name()
 *
 * Returns: whether all words of @query are in @name and none of the excluded ones is
 */
gboolean
fil_words_match (const FilWords *query,
                 const FilWords *name)
{
  for (guint i = 0; i < query->n_words; i++)
    {
      gboolean found = FALSE;

      for (guint k = 0; k < name->n_words && !found; k++)
        found = key_equal (&query->words[i], &name->words[k]);
      if (found == query->words[i].excluded)
        return FALSE;
    }
  return TRUE;
}
