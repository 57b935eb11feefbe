/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tiger.h"

#include "tiger-private.h"

#include <string.h>

#define BLOCK 64
#define LEAF_PREFIX 0x00
#define NODE_PREFIX 0x01

/* Original Tiger; Tiger2 differs in this byte alone. */
#define PADDING 0x01

/* A leaf is its prefix and 1024 bytes: 16 whole blocks and one byte. */
#define LEAF_BLOCKS (FIL_TIGER_LEAF_SIZE / BLOCK)

G_STATIC_ASSERT (FIL_TIGER_LANES == 2);
G_STATIC_ASSERT (sizeof (FilTth) == FIL_TIGER_LEN);

static const guint64 start_state[3] = {
  G_GUINT64_CONSTANT (0x0123456789abcdef),
  G_GUINT64_CONSTANT (0xfedcba9876543210),
  G_GUINT64_CONSTANT (0xf096a5b4c3b2e187),
};

#define T1 _fil_tiger_boxes[0]
#define T2 _fil_tiger_boxes[1]
#define T3 _fil_tiger_boxes[2]
#define T4 _fil_tiger_boxes[3]

#define BYTE(word, i) ((guint8) ((word) >> (8 * (i))))

#define ROUND(a, b, c, word, mul)                                                                     \
  G_STMT_START                                                                                        \
  {                                                                                                   \
    c ^= (word);                                                                                      \
    a -= T1[BYTE (c, 0)] ^ T2[BYTE (c, 2)] ^ T3[BYTE (c, 4)] ^ T4[BYTE (c, 6)];                       \
    b += T4[BYTE (c, 1)] ^ T3[BYTE (c, 3)] ^ T2[BYTE (c, 5)] ^ T1[BYTE (c, 7)];                       \
    b *= (mul);                                                                                       \
  }                                                                                                   \
  G_STMT_END

/* Works on one word and on one word of each lane alike. */
#define KEY_SCHEDULE(x)                                                                               \
  G_STMT_START                                                                                        \
  {                                                                                                   \
    x[0] -= x[7] ^ G_GUINT64_CONSTANT (0xa5a5a5a5a5a5a5a5);                                           \
    x[1] ^= x[0];                                                                                     \
    x[2] += x[1];                                                                                     \
    x[3] -= x[2] ^ (~x[1] << 19);                                                                     \
    x[4] ^= x[3];                                                                                     \
    x[5] += x[4];                                                                                     \
    x[6] -= x[5] ^ (~x[4] >> 23);                                                                     \
    x[7] ^= x[6];                                                                                     \
    x[0] += x[7];                                                                                     \
    x[1] -= x[0] ^ (~x[7] << 19);                                                                     \
    x[2] ^= x[1];                                                                                     \
    x[3] += x[2];                                                                                     \
    x[4] -= x[3] ^ (~x[2] >> 23);                                                                     \
    x[5] ^= x[4];                                                                                     \
    x[6] += x[5];                                                                                     \
    x[7] -= x[6] ^ G_GUINT64_CONSTANT (0x0123456789abcdef);                                           \
  }                                                                                                   \
  G_STMT_END

static inline guint64
load (const guint8 *bytes)
{
  guint64 word;

  memcpy (&word, bytes, sizeof word);
  return GUINT64_FROM_LE (word);
}

static void
compress (guint64 state[3],
          const guint8 *block)
{
  guint64 a = state[0], b = state[1], c = state[2];
  guint64 x[8];

  for (guint i = 0; i < 8; i++)
    x[i] = load (block + 8 * i);

#define PASS(a, b, c, mul)                                                                            \
  ROUND (a, b, c, x[0], mul);                                                                         \
  ROUND (b, c, a, x[1], mul);                                                                         \
  ROUND (c, a, b, x[2], mul);                                                                         \
  ROUND (a, b, c, x[3], mul);                                                                         \
  ROUND (b, c, a, x[4], mul);                                                                         \
  ROUND (c, a, b, x[5], mul);                                                                         \
  ROUND (a, b, c, x[6], mul);                                                                         \
  ROUND (b, c, a, x[7], mul)

  PASS (a, b, c, 5);
  KEY_SCHEDULE (x);
  PASS (c, a, b, 7);
  KEY_SCHEDULE (x);
  PASS (b, c, a, 9);
#undef PASS

  state[0] ^= a;
  state[1] = b - state[1];
  state[2] += c;
}

/* One word of each lane. */
typedef guint64 Lanes __attribute__ ((vector_size (8 * FIL_TIGER_LANES)));

typedef struct
{
  guint64 a[FIL_TIGER_LANES];
  guint64 b[FIL_TIGER_LANES];
  guint64 c[FIL_TIGER_LANES];
} LanesState;

static void
lanes_start (LanesState *state)
{
  for (guint lane = 0; lane < FIL_TIGER_LANES; lane++)
    {
      state->a[lane] = start_state[0];
      state->b[lane] = start_state[1];
      state->c[lane] = start_state[2];
    }
}

static void
lanes_store (const LanesState *state,
             FilTth *out)
{
  for (guint lane = 0; lane < FIL_TIGER_LANES; lane++)
    {
      guint64 words[3] = { GUINT64_TO_LE (state->a[lane]), GUINT64_TO_LE (state->b[lane]),
                           GUINT64_TO_LE (state->c[lane]) };

      memcpy (out[lane].bytes, words, sizeof words);
    }
}

/* A round waits for what the round before looked up in the tables; two independent rounds side by side
 * keep the core busy meanwhile. Four are no faster on a core that is alone, and a third slower on one
 * whose other thread works. */
static void
compress_lanes (LanesState *state,
                const guint8 *const blocks[FIL_TIGER_LANES])
{
  guint64 a[2] = { state->a[0], state->a[1] };
  guint64 b[2] = { state->b[0], state->b[1] };
  guint64 c[2] = { state->c[0], state->c[1] };
  Lanes x[8];

  for (guint i = 0; i < 8; i++)
    x[i] = (Lanes){ load (blocks[0] + 8 * i), load (blocks[1] + 8 * i) };

#define ROUND_LANES(a, b, c, word, mul)                                                               \
  ROUND (a[0], b[0], c[0], word[0], mul);                                                             \
  ROUND (a[1], b[1], c[1], word[1], mul)
#define PASS(a, b, c, mul)                                                                            \
  ROUND_LANES (a, b, c, x[0], mul);                                                                   \
  ROUND_LANES (b, c, a, x[1], mul);                                                                   \
  ROUND_LANES (c, a, b, x[2], mul);                                                                   \
  ROUND_LANES (a, b, c, x[3], mul);                                                                   \
  ROUND_LANES (b, c, a, x[4], mul);                                                                   \
  ROUND_LANES (c, a, b, x[5], mul);                                                                   \
  ROUND_LANES (a, b, c, x[6], mul);                                                                   \
  ROUND_LANES (b, c, a, x[7], mul)

  PASS (a, b, c, 5);
  KEY_SCHEDULE (x);
  PASS (c, a, b, 7);
  KEY_SCHEDULE (x);
  PASS (b, c, a, 9);
#undef PASS
#undef ROUND_LANES

#define FEED_FORWARD(lane)                                                                            \
  state->a[lane] ^= a[lane];                                                                          \
  state->b[lane] = b[lane] - state->b[lane];                                                          \
  state->c[lane] += c[lane]

  FEED_FORWARD (0);
  FEED_FORWARD (1);
#undef FEED_FORWARD
}

/* Writes the last block: what is left of the message, padding, length in bits. */
static gsize
pad (guint8 blocks[2 * BLOCK],
     const guint8 *rest,
     gsize n_rest,
     guint64 message_len)
{
  gsize len = n_rest + 9 <= BLOCK ? BLOCK : 2 * BLOCK;
  guint64 bits = GUINT64_TO_LE (message_len * 8);

  memset (blocks, 0, 2 * BLOCK);
  if (n_rest > 0)
    memcpy (blocks, rest, n_rest);
  blocks[n_rest] = PADDING;
  memcpy (blocks + len - sizeof bits, &bits, sizeof bits);
  return len;
}

static void
store (const guint64 state[3],
       guint8 out[FIL_TIGER_LEN])
{
  for (guint i = 0; i < 3; i++)
    {
      guint64 word = GUINT64_TO_LE (state[i]);

      memcpy (out + 8 * i, &word, sizeof word);
    }
}

/**
 * fil_tiger_of:
 * @out: (out): Tiger/192 (3 passes, padding byte 0x01) of @bytes, in memory order
 *
 * Source: hashes.md §2.
 */
void
fil_tiger_of (guint8 out[FIL_TIGER_LEN],
              const void *bytes,
              gsize len)
{
  const guint8 *p = bytes;
  guint64 state[3] = { start_state[0], start_state[1], start_state[2] };
  guint8 last[2 * BLOCK];
  gsize n_rest = len % BLOCK;
  gsize n_last;

  for (gsize done = 0; done + BLOCK <= len; done += BLOCK)
    compress (state, p + done);
  n_last = pad (last, n_rest > 0 ? p + len - n_rest : NULL, n_rest, len);
  for (gsize done = 0; done < n_last; done += BLOCK)
    compress (state, last + done);
  store (state, out);
}

/**
 * fil_tiger_leaf:
 * @len: at most FIL_TIGER_LEAF_SIZE; 0 is the leaf of an empty file
 *
 * Hashes the bytes under one leaf of the tree.
 */
void
fil_tiger_leaf (FilTth *out,
                const guint8 *bytes,
                gsize len)
{
  guint8 message[1 + FIL_TIGER_LEAF_SIZE];

  g_return_if_fail (len <= FIL_TIGER_LEAF_SIZE);

  message[0] = LEAF_PREFIX;
  if (len > 0)
    memcpy (message + 1, bytes, len);
  fil_tiger_of (out->bytes, message, 1 + len);
}

static void
leaves_of_lanes (FilTth out[FIL_TIGER_LANES],
             const guint8 *bytes)
{
  guint8 edges[FIL_TIGER_LANES][2 * BLOCK];
  const guint8 *blocks[FIL_TIGER_LANES];
  LanesState state;

  /* The prefix shifts the message by a byte: the first block is copied, the others are read in place. */
  lanes_start (&state);
  for (guint lane = 0; lane < FIL_TIGER_LANES; lane++)
    {
      edges[lane][0] = LEAF_PREFIX;
      memcpy (edges[lane] + 1, bytes + lane * FIL_TIGER_LEAF_SIZE, BLOCK - 1);
      blocks[lane] = edges[lane];
    }
  compress_lanes (&state, blocks);

  for (guint lane = 0; lane < FIL_TIGER_LANES; lane++)
    blocks[lane] = bytes + lane * FIL_TIGER_LEAF_SIZE + BLOCK - 1;
  for (guint i = 1; i < LEAF_BLOCKS; i++)
    {
      compress_lanes (&state, blocks);
      for (guint lane = 0; lane < FIL_TIGER_LANES; lane++)
        blocks[lane] += BLOCK;
    }

  for (guint lane = 0; lane < FIL_TIGER_LANES; lane++)
    {
      pad (edges[lane], blocks[lane], 1, 1 + FIL_TIGER_LEAF_SIZE);
      blocks[lane] = edges[lane];
    }
  compress_lanes (&state, blocks);
  lanes_store (&state, out);
}

/**
 * fil_tiger_leaves:
 * @out: (out): @n_leaves hashes
 * @bytes: @n_leaves × FIL_TIGER_LEAF_SIZE bytes
 *
 * Hashes whole leaves that lie one after the other.
 */
void
fil_tiger_leaves (FilTth *out,
                  const guint8 *bytes,
                  gsize n_leaves)
{
  gsize i = 0;

  for (; i + FIL_TIGER_LANES <= n_leaves; i += FIL_TIGER_LANES)
    leaves_of_lanes (out + i, bytes + i * FIL_TIGER_LEAF_SIZE);
  for (; i < n_leaves; i++)
    fil_tiger_leaf (out + i, bytes + i * FIL_TIGER_LEAF_SIZE, FIL_TIGER_LEAF_SIZE);
}

static void
parent_block (guint8 block[2 * BLOCK],
              const FilTth pair[2])
{
  guint8 message[1 + 2 * FIL_TIGER_LEN];

  message[0] = NODE_PREFIX;
  memcpy (message + 1, pair, 2 * FIL_TIGER_LEN);
  pad (block, message, sizeof message, sizeof message);
}

static void
parents_of_lanes (FilTth out[FIL_TIGER_LANES],
              const FilTth *nodes)
{
  guint8 messages[FIL_TIGER_LANES][2 * BLOCK];
  const guint8 *blocks[FIL_TIGER_LANES];
  LanesState state;

  lanes_start (&state);
  for (guint lane = 0; lane < FIL_TIGER_LANES; lane++)
    {
      parent_block (messages[lane], nodes + 2 * lane);
      blocks[lane] = messages[lane];
    }
  compress_lanes (&state, blocks);
  lanes_store (&state, out);
}

/**
 * fil_tiger_parents:
 * @out: (out): room for (@n_nodes + 1) / 2 hashes; may be @nodes itself
 *
 * Computes the row above @nodes. A node without a partner moves up unchanged.
 *
 * Returns: how many nodes the row has
 */
gsize
fil_tiger_parents (FilTth *out,
                   const FilTth *nodes,
                   gsize n_nodes)
{
  gsize n_pairs = n_nodes / 2;
  gsize i = 0;

  for (; i + FIL_TIGER_LANES <= n_pairs; i += FIL_TIGER_LANES)
    parents_of_lanes (out + i, nodes + 2 * i);
  for (; i < n_pairs; i++)
    {
      guint8 block[2 * BLOCK];
      guint64 state[3] = { start_state[0], start_state[1], start_state[2] };

      parent_block (block, nodes + 2 * i);
      compress (state, block);
      store (state, out[i].bytes);
    }
  if (n_nodes % 2 == 1)
    out[i++] = nodes[n_nodes - 1];
  return i;
}
