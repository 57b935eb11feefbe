/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Loaded before a program, it keeps a journal of what the program has written below one folder and what was there
 * before, so that power_cut.py can take back what was not synced when it kills the program: what a disk that loses
 * its power may forget. Environment: POWER_CUT_ROOT, the folder; POWER_CUT_JOURNAL, the file. */
/* Each function by its own name. */
#undef _FILE_OFFSET_BITS

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

/* One entry; the bytes that were there, or two names, follow. */
typedef struct
{
  uint32_t kind; /* a letter: Write, Truncate, Begin and End of a sync, Create, Rename, Directory synced */
  uint32_t len;  /* of what follows */
  uint64_t inode;
  uint64_t offset; /* write: where; truncate: the new size; sync: its number */
  uint64_t count;  /* write: bytes */
  uint64_t size;   /* of the file before */
} Entry;

#define REAL(name) ((__typeof__ (&name)) dlsym (RTLD_NEXT, #name))

static int
journal (void)
{
  static int fd = -2;
  const char *path = getenv ("POWER_CUT_JOURNAL");

  if (fd == -2)
    fd = path != NULL ? REAL (open) (path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600) : -1;
  return fd;
}

static void
note (uint32_t kind,
      uint64_t inode,
      uint64_t offset,
      uint64_t count,
      uint64_t size,
      const void *bytes,
      size_t len)
{
  Entry entry = { kind, (uint32_t) len, inode, offset, count, size };
  struct iovec parts[] = { { &entry, sizeof entry }, { (void *) bytes, len } };
  int saved_errno = errno;

  /* One call, so that threads do not mix. */
  if (writev (journal (), parts, len > 0 ? 2 : 1) != (ssize_t) (sizeof entry + len))
    abort ();
  errno = saved_errno;
}

static int
is_below_root (const char *path)
{
  const char *root = getenv ("POWER_CUT_ROOT");

  return root != NULL && journal () >= 0 && strncmp (path, root, strlen (root)) == 0 && path[strlen (root)] == '/';
}

/* Files that the database shares with nobody but itself in memory, and the program's own story, are not of interest. */
static int
is_watched (int fd,
            struct stat *st)
{
  char link[64];
  char path[PATH_MAX];
  ssize_t len;
  int saved_errno = errno;

  if (fstat (fd, st) != 0 || (!S_ISREG (st->st_mode) && !S_ISDIR (st->st_mode)))
    {
      errno = saved_errno;
      return 0;
    }
  snprintf (link, sizeof link, "/proc/self/fd/%d", fd);
  len = readlink (link, path, sizeof path - 1);
  errno = saved_errno;
  if (len < 0)
    return 0;
  path[len] = '\0';
  return is_below_root (path) && (len < 4 || strcmp (path + len - 4, "-shm") != 0) &&
         (len < 4 || strcmp (path + len - 4, "/log") != 0);
}

/* Notes what lies in a range of a file. */
static void
note_old (uint32_t kind,
          int fd,
          const struct stat *st,
          uint64_t offset,
          uint64_t count,
          uint64_t end)
{
  uint64_t size = (uint64_t) st->st_size;
  size_t len = offset < size ? (size_t) ((end < size ? end : size) - offset) : 0;
  char *old = malloc (len + 1);
  char link[64];
  int saved_errno = errno;
  int in;

  /* It may be open for writing only. */
  snprintf (link, sizeof link, "/proc/self/fd/%d", fd);
  in = REAL (open) (link, O_RDONLY | O_CLOEXEC);
  if (in < 0 || pread (in, old, len, (off_t) offset) != (ssize_t) len)
    abort ();
  close (in);
  note (kind, st->st_ino, offset, count, size, old, len);
  free (old);
  errno = saved_errno;
}

static void
note_write (int fd,
            off_t offset,
            size_t count)
{
  struct stat st;

  if (count > 0 && is_watched (fd, &st))
    note_old ('W', fd, &st, (uint64_t) offset, count, (uint64_t) offset + count);
}

ssize_t
pwrite (int fd,
        const void *bytes,
        size_t count,
        off_t offset)
{
  note_write (fd, offset, count);
  return REAL (pwrite) (fd, bytes, count, offset);
}

ssize_t
pwrite64 (int fd,
          const void *bytes,
          size_t count,
          off64_t offset)
{
  note_write (fd, offset, count);
  return REAL (pwrite64) (fd, bytes, count, offset);
}

ssize_t
write (int fd,
       const void *bytes,
       size_t count)
{
  off_t offset = lseek (fd, 0, SEEK_CUR);

  if (offset >= 0)
    note_write (fd, offset, count);
  return REAL (write) (fd, bytes, count);
}

static void
note_truncate (int fd,
               off_t size)
{
  struct stat st;

  if (is_watched (fd, &st))
    note_old ('T', fd, &st, (uint64_t) size, 0, UINT64_MAX);
}

int
ftruncate (int fd,
           off_t size)
{
  note_truncate (fd, size);
  return REAL (ftruncate) (fd, size);
}

int
ftruncate64 (int fd,
             off64_t size)
{
  note_truncate (fd, size);
  return REAL (ftruncate64) (fd, size);
}

static int
note_sync (int fd,
           int (*sync) (int fd))
{
  static uint64_t last;
  uint64_t number = __atomic_add_fetch (&last, 1, __ATOMIC_SEQ_CST);
  struct stat st;
  int watched = is_watched (fd, &st);
  int rc;

  if (watched && S_ISREG (st.st_mode))
    note ('B', st.st_ino, number, 0, 0, NULL, 0);
  rc = sync (fd);
  if (watched && rc == 0)
    note (S_ISREG (st.st_mode) ? 'E' : 'D', st.st_ino, number, 0, 0, NULL, 0);
  return rc;
}

int
fsync (int fd)
{
  return note_sync (fd, REAL (fsync));
}

int
fdatasync (int fd)
{
  return note_sync (fd, REAL (fdatasync));
}

static int
note_open (int fd,
           int flags)
{
  struct stat st;

  /* Whatever was known of its number belongs to a file that is gone. */
  if (fd >= 0 && (flags & O_CREAT) != 0 && is_watched (fd, &st) && S_ISREG (st.st_mode) && st.st_size == 0)
    note ('C', st.st_ino, 0, 0, 0, NULL, 0);
  return fd;
}

/* A file that is opened to be cut to nothing is a new one; what was in it is not kept, since nobody here does that
 * to a file that matters. */
#define OPEN(name)                                                      \
  int name (const char *path, int flags, ...)                           \
  {                                                                     \
    va_list args;                                                       \
    mode_t mode;                                                        \
                                                                        \
    va_start (args, flags);                                             \
    mode = (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg (args, mode_t) : 0; \
    va_end (args);                                                      \
    return note_open (REAL (name) (path, flags, mode), flags);          \
  }

OPEN (open)
OPEN (open64)

static int
note_rename (int rc,
             const char *from,
             const char *to)
{
  char names[2 * PATH_MAX];
  struct stat st;
  int len = snprintf (names, sizeof names, "%s%c%s", from, '\0', to);

  if (rc == 0 && is_below_root (to) && stat (to, &st) == 0)
    note ('R', st.st_ino, 0, 0, 0, names, (size_t) len + 1);
  return rc;
}

int
rename (const char *from,
        const char *to)
{
  return note_rename (REAL (rename) (from, to), from, to);
}

int
renameat2 (int from_fd,
           const char *from,
           int to_fd,
           const char *to,
           unsigned int flags)
{
  return note_rename (REAL (renameat2) (from_fd, from, to_fd, to, flags), from, to);
}
