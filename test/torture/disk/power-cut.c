/*
 * A disk that can lose power, for the torture tests; loaded into a node with LD_PRELOAD. It passes every call on and
 * keeps a journal outside the home of what a real disk could still lose: the old bytes under every write, every name
 * made, moved or removed, and which of that an fsync made safe. After `kill -9` restore.ts turns the home into one of
 * the states that a power cut may leave.
 *
 * It also fails chosen calls, ends the process at a chosen call, and shifts the wall clock, all as a control file says
 * (control.ts has its layout). One rule: a record stands in the journal before the call that it is about, and a sync's
 * record after it.
 *
 * POWER_CUT_HOME: absolute path of the home. POWER_CUT_STATE: directory with `control`, `journal` and `files/`.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

struct control {
  int64_t clock_offset_ns;
  int64_t die_after;     /* the process ends before its n-th call on the home; 0: never */
  int64_t fail_after;    /* the n-th matching call fails; 0: none */
  int64_t fail_times;    /* how many fail then */
  uint32_t fail_kind;    /* a set of the bits below */
  uint32_t fail_errno;   /* 0: the write is only short */
  uint32_t fail_partial; /* so many bytes are written first */
  uint32_t lose_syncs;   /* 1: a sync says that it is done and makes nothing safe */
  uint32_t sync_delay_us, unused; /* a sync lasts a random time up to this */
  int64_t calls;  /* counted here */
  int64_t failed; /* calls that were made to fail */
  char fail_path[64];
};

enum { FAIL_WRITE = 1, FAIL_SYNC = 2, FAIL_NAME = 4 };
enum { WRITE = 1, RESIZE, SYNC, SYNC_DIRECTORY, CREATE, REMOVE, RENAME, LOST_SYNC };

struct record {
  uint32_t payload;
  uint32_t kind;
  uint64_t file;
  int64_t offset;
  int64_t length;
  int64_t old_size;
};

struct handle {
  uint64_t file;
  int append;
  int directory;
  char *path;
};

#define MAX_HANDLES 65536
static struct handle *handles[MAX_HANDLES];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct control *control;
static char home[PATH_MAX], state[PATH_MAX - 300];
static size_t home_length;
static int journal = -1;
static int (*real_clock_gettime)(clockid_t, struct timespec *);

__attribute__((constructor)) static void begin(void) {
  const char *where = getenv("POWER_CUT_HOME"), *kept = getenv("POWER_CUT_STATE");
  real_clock_gettime = dlsym(RTLD_NEXT, "clock_gettime");
  if (!where || !kept) return;
  char path[PATH_MAX];
  snprintf(home, sizeof home, "%s", where);
  snprintf(state, sizeof state, "%s", kept);
  snprintf(path, sizeof path, "%s/control", state);
  int fd = syscall(SYS_openat, AT_FDCWD, path, O_RDWR | O_CLOEXEC, 0);
  void *map = mmap(0, sizeof *control, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  snprintf(path, sizeof path, "%s/journal", state);
  journal = syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0 || map == MAP_FAILED || journal < 0) {
    dprintf(2, "power-cut: %s is not prepared\n", state);
    _exit(99);
  }
  control = map;
  home_length = strlen(home);
}

static int ends_with(const char *path, const char *end) {
  size_t length = strlen(path), wanted = strlen(end);
  return length >= wanted && strcmp(path + length - wanted, end) == 0;
}

/* The shared-memory file of SQLite is no data: it is made anew after a power cut. */
static int in_home(const char *path) {
  return control && path && strncmp(path, home, home_length) == 0 &&
         (path[home_length] == '/' || path[home_length] == 0) && !ends_with(path, "-shm");
}

/* A handle may have been closed without a call of `close`, and its number given to another file or socket. */
static struct handle *handle_of(int fd) {
  struct handle *handle = fd >= 0 && fd < MAX_HANDLES ? handles[fd] : 0;
  struct stat now;
  return handle && fstat(fd, &now) == 0 && now.st_ino == handle->file ? handle : 0;
}

static void enter(const struct record *record, const void *payload) {
  struct iovec parts[2] = {{(void *)record, sizeof *record}, {(void *)payload, record->payload}};
  if (syscall(SYS_writev, journal, parts, 2) != (long)(sizeof *record + record->payload)) {
    dprintf(2, "power-cut: the journal cannot be written\n");
    _exit(99);
  }
}

static int64_t journal_size(void) { return syscall(SYS_lseek, journal, 0, SEEK_END); }

/* Keeps the file from vanishing, so that a removal can be undone. */
static void keep(const char *path, uint64_t file) {
  char kept[PATH_MAX];
  snprintf(kept, sizeof kept, "%s/files/%llu", state, (unsigned long long)file);
  syscall(SYS_linkat, AT_FDCWD, path, AT_FDCWD, kept, 0);
}

static long leave(long answer) {
  int error = errno;
  pthread_mutex_unlock(&lock);
  errno = error;
  return answer;
}

static void count(void) {
  control->calls++;
  if (control->die_after > 0 && --control->die_after == 0) syscall(SYS_kill, getpid(), SIGKILL);
}

/* Whether this call fails. `*partial` becomes what is written of it all the same. */
static int fails(uint32_t kind, const char *path, size_t length, size_t *partial) {
  if (!(control->fail_kind & kind) || control->fail_after <= 0) return 0;
  if (control->fail_path[0] && !strstr(path, control->fail_path)) return 0;
  if (control->fail_after > 1) {
    control->fail_after--;
    return 0;
  }
  if (control->fail_partial > 0 && length > control->fail_partial) {
    *partial = control->fail_partial;
    control->fail_partial = 0;
    control->failed++;
    if (control->fail_errno == 0) control->fail_after = 0;
    return 0;
  }
  if (control->fail_errno == 0) return 0;
  control->failed++;
  if (--control->fail_times <= 0) control->fail_after = 0;
  errno = control->fail_errno;
  return 1;
}

/* The old bytes from `offset` on, as far as the file has any. */
static void enter_change(uint32_t kind, int fd, uint64_t file, int64_t offset, int64_t length) {
  struct stat before;
  fstat(fd, &before);
  int64_t end = kind == RESIZE ? before.st_size : offset + length;
  if (end > before.st_size) end = before.st_size;
  int64_t wanted = end > offset ? end - offset : 0, done = 0;
  char small[16384], *old = wanted > (int64_t)sizeof small ? malloc(wanted) : small;
  /* The handle may be for writing only. */
  char path[64];
  snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
  int reading = wanted > 0 ? syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC, 0) : -1;
  while (done < wanted) {
    long got = syscall(SYS_pread64, reading, old + done, wanted - done, offset + done);
    if (got <= 0) break;
    done += got;
  }
  if (reading >= 0) syscall(SYS_close, reading);
  struct record record = {(uint32_t)done, kind, file, offset, length, before.st_size};
  enter(&record, old);
  if (old != small) free(old);
}

static void enter_name(uint32_t kind, const char *path, const char *other, uint64_t file) {
  char names[2 * PATH_MAX];
  int length = snprintf(names, sizeof names, "%s%c%s", path, 0, other ? other : "");
  struct record record = {(uint32_t)length, kind, file, 0, 0, 0};
  enter(&record, names);
}

static ssize_t write_all(int fd, const struct iovec *parts, int number, int64_t offset) {
  struct handle *handle = handle_of(fd);
  if (!handle)
    return offset < 0 ? syscall(SYS_writev, fd, parts, number)
                      : syscall(SYS_pwritev, fd, parts, number, (long)offset, 0L);
  pthread_mutex_lock(&lock);
  struct stat now;
  fstat(fd, &now);
  int64_t at = offset >= 0 ? offset : handle->append ? now.st_size : syscall(SYS_lseek, fd, 0, SEEK_CUR);
  size_t length = 0;
  for (int i = 0; i < number; i++) length += parts[i].iov_len;
  size_t partial = length;
  ssize_t answer = -1;
  count();
  if (!fails(FAIL_WRITE, handle->path, length, &partial)) {
    enter_change(WRITE, fd, handle->file, at, partial);
    if (partial < length) {
      struct iovec first = {parts[0].iov_base, parts[0].iov_len < partial ? parts[0].iov_len : partial};
      answer = offset < 0 ? syscall(SYS_writev, fd, &first, 1) : syscall(SYS_pwritev, fd, &first, 1, (long)offset, 0L);
    } else {
      answer = offset < 0 ? syscall(SYS_writev, fd, parts, number)
                          : syscall(SYS_pwritev, fd, parts, number, (long)offset, 0L);
    }
  }
  return leave(answer);
}

ssize_t write(int fd, const void *bytes, size_t length) {
  struct iovec one = {(void *)bytes, length};
  return write_all(fd, &one, 1, -1);
}
ssize_t pwrite(int fd, const void *bytes, size_t length, off_t offset) {
  struct iovec one = {(void *)bytes, length};
  return write_all(fd, &one, 1, offset);
}
ssize_t pwrite64(int fd, const void *bytes, size_t length, off64_t offset) { return pwrite(fd, bytes, length, offset); }
ssize_t writev(int fd, const struct iovec *parts, int number) { return write_all(fd, parts, number, -1); }
ssize_t pwritev(int fd, const struct iovec *parts, int number, off_t offset) {
  return write_all(fd, parts, number, offset);
}
ssize_t pwritev64(int fd, const struct iovec *parts, int number, off64_t offset) {
  return write_all(fd, parts, number, offset);
}

int ftruncate(int fd, off_t size) {
  struct handle *handle = handle_of(fd);
  if (!handle) return syscall(SYS_ftruncate, fd, size);
  pthread_mutex_lock(&lock);
  size_t partial = 0;
  int answer = -1;
  count();
  if (!fails(FAIL_WRITE, handle->path, 0, &partial)) {
    enter_change(RESIZE, fd, handle->file, size, 0);
    answer = syscall(SYS_ftruncate, fd, size);
  }
  return leave(answer);
}
int ftruncate64(int fd, off64_t size) { return ftruncate(fd, size); }
/* SQLite then writes a byte a block instead. */
int posix_fallocate(int fd, off_t offset, off_t length) {
  return handle_of(fd) ? EINVAL : -syscall(SYS_fallocate, fd, 0, offset, length);
}
int posix_fallocate64(int fd, off64_t offset, off64_t length) { return posix_fallocate(fd, offset, length); }

static int sync_file(int fd) {
  struct handle *handle = handle_of(fd);
  if (!handle) return syscall(SYS_fdatasync, fd);
  pthread_mutex_lock(&lock);
  size_t partial = 0;
  count();
  struct record record = {0, handle->directory ? SYNC_DIRECTORY : SYNC, handle->file, journal_size(), 0, 0};
  if (handle->directory) record.payload = strlen(handle->path);
  int failed = fails(FAIL_SYNC, handle->path, 0, &partial), error = errno;
  uint32_t delay = control->sync_delay_us;
  pthread_mutex_unlock(&lock);
  if (delay > 0) {
    struct timespec now;
    real_clock_gettime(CLOCK_MONOTONIC, &now);
    struct timespec pause = {0, 1000L * ((now.tv_nsec / 64) % delay)};
    nanosleep(&pause, 0);
  }
  pthread_mutex_lock(&lock);
  if (failed) record.kind = LOST_SYNC;
  if (!control->lose_syncs) enter(&record, handle->path);
  pthread_mutex_unlock(&lock);
  errno = error;
  return failed ? -1 : 0;
}
int fsync(int fd) { return sync_file(fd); }
int fdatasync(int fd) { return sync_file(fd); }

static int open_file(int at, const char *path, int flags, mode_t mode) {
  if (!in_home(path)) return syscall(SYS_openat, at, path, flags, mode);
  pthread_mutex_lock(&lock);
  struct stat before, after;
  int there = lstat(path, &before) == 0, changes = (flags & O_ACCMODE) != O_RDONLY || (flags & O_CREAT);
  size_t partial = 0;
  int fd = -1;
  if (changes) count();
  if (!(changes && fails(FAIL_NAME, path, 0, &partial)) &&
      (fd = syscall(SYS_openat, at, path, flags & ~O_TRUNC, mode)) >= 0 && fd < MAX_HANDLES) {
    fstat(fd, &after);
    if (changes || S_ISDIR(after.st_mode)) {
      struct handle *handle = calloc(1, sizeof *handle);
      *handle = (struct handle){after.st_ino, flags & O_APPEND, S_ISDIR(after.st_mode), strdup(path)};
      handles[fd] = handle;
    }
    if (changes) keep(path, after.st_ino);
    if (!there && (flags & O_CREAT)) enter_name(CREATE, path, 0, after.st_ino);
    if ((flags & O_TRUNC) && after.st_size > 0) {
      enter_change(RESIZE, fd, after.st_ino, 0, 0);
      syscall(SYS_ftruncate, fd, 0L);
    }
  }
  return leave(fd);
}

#define MODE(flags, last)                                  \
  mode_t mode = 0;                                         \
  if ((flags) & (O_CREAT | O_TMPFILE)) {                   \
    va_list more;                                          \
    va_start(more, last);                                  \
    mode = va_arg(more, int);                              \
    va_end(more);                                          \
  }
int open(const char *path, int flags, ...) {
  MODE(flags, flags)
  return open_file(AT_FDCWD, path, flags, mode);
}
int open64(const char *path, int flags, ...) {
  MODE(flags, flags)
  return open_file(AT_FDCWD, path, flags, mode);
}
int openat(int at, const char *path, int flags, ...) {
  MODE(flags, flags)
  return open_file(at, path, flags, mode);
}
int openat64(int at, const char *path, int flags, ...) {
  MODE(flags, flags)
  return open_file(at, path, flags, mode);
}
int creat(const char *path, mode_t mode) { return open_file(AT_FDCWD, path, O_CREAT | O_WRONLY | O_TRUNC, mode); }

int close(int fd) {
  struct handle *handle = fd >= 0 && fd < MAX_HANDLES ? handles[fd] : 0;
  if (handle) {
    handles[fd] = 0;
    free(handle->path);
    free(handle);
  }
  return syscall(SYS_close, fd);
}

int rename(const char *from, const char *to) {
  if (!in_home(from) || !in_home(to)) return syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0);
  pthread_mutex_lock(&lock);
  struct stat moved, replaced;
  size_t partial = 0;
  int answer = -1;
  count();
  if (!fails(FAIL_NAME, to, 0, &partial)) {
    if (lstat(from, &moved) == 0) {
      keep(from, moved.st_ino);
      if (lstat(to, &replaced) == 0) keep(to, replaced.st_ino);
      enter_name(RENAME, from, to, moved.st_ino);
    }
    answer = syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0);
  }
  return leave(answer);
}

int unlinkat(int at, const char *path, int flags) {
  struct stat gone;
  if (!in_home(path) || (flags & AT_REMOVEDIR) || lstat(path, &gone) != 0) return syscall(SYS_unlinkat, at, path, flags);
  pthread_mutex_lock(&lock);
  count();
  keep(path, gone.st_ino);
  enter_name(REMOVE, path, 0, gone.st_ino);
  return leave(syscall(SYS_unlinkat, at, path, flags));
}
int unlink(const char *path) { return unlinkat(AT_FDCWD, path, 0); }

/* The wall clock, shifted. Other clocks run on. */
int clock_gettime(clockid_t clock, struct timespec *time) {
  if (!real_clock_gettime) return syscall(SYS_clock_gettime, clock, time);
  int answer = real_clock_gettime(clock, time);
  if (answer == 0 && control && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) {
    int64_t shifted = time->tv_sec * 1000000000LL + time->tv_nsec + control->clock_offset_ns;
    time->tv_sec = shifted / 1000000000LL;
    time->tv_nsec = shifted % 1000000000LL;
  }
  return answer;
}
int gettimeofday(struct timeval *restrict time, void *restrict zone) {
  (void)zone;
  struct timespec now;
  int answer = clock_gettime(CLOCK_REALTIME, &now);
  if (answer == 0) *time = (struct timeval){now.tv_sec, now.tv_nsec / 1000};
  return answer;
}
time_t time(time_t *out) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  if (out) *out = now.tv_sec;
  return now.tv_sec;
}
