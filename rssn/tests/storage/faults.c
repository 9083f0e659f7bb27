/* Preloaded into a process: counts the system calls that change a folder, and makes one of them go wrong.
 *
 * Kinds: 1 the process is killed before the call, 2 half of the call is done and the process is killed, 3 ENOSPC, 4 EIO,
 * 5 a write writes half. From the chosen call on, `sticky` calls fail. What was synced is copied to the shadow folder,
 * so that a test can take back the rest as a loss of power would.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdarg.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

static char folder[4096], shadow[4096];
static long calls, at = -1, sticky;
static int kind;

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

void faults_arm(const char *where, const char *copies, long call, int what, long times) {
    snprintf(folder, sizeof folder, "%s", where);
    snprintf(shadow, sizeof shadow, "%s", copies);
    calls = 0, at = call, kind = what, sticky = times;
}

long faults_calls(void) { return calls; }

static int inside(const char *path) { return folder[0] && strncmp(path, folder, strlen(folder)) == 0; }

static int inside_fd(int fd, char *path) {
    char link[64];
    if (!folder[0]) return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t size = readlink(link, path, 4095);
    if (size < 0) return 0;
    path[size] = 0;
    return inside(path);
}

/* 0: go on; -1: fail with errno; 2: do half, then call `die`. */
static int turn(int writes) {
    long now = calls++;
    if (at < 0 || now < at || now >= at + (kind <= 2 ? 1 : sticky)) return 0;
    if (kind == 1) raise(SIGKILL);
    if (kind == 2 || (kind == 5 && writes)) return kind;
    if (kind == 3 && writes) return errno = ENOSPC, -1;
    if (kind == 4) return errno = EIO, -1;
    return 0;
}

static void die(void) { raise(SIGKILL); }

static void keep(int fd, const char *path) {
    char target[8300], block[65536];
    struct stat status;
    if (!shadow[0] || fstat(fd, &status)) return;
    if (S_ISDIR(status.st_mode)) {
        /* A removal is durable once the folder is. */
        snprintf(target, sizeof target, "%s/removed", shadow);
        REAL(unlink)(target);
        return;
    }
    const char *name = strrchr(path, '/') + 1;
    snprintf(target, sizeof target, "%s/%s", shadow, name);
    int out = REAL(open)(target, O_WRONLY | O_CREAT | O_TRUNC, 0644);
    int in = REAL(open)(path, O_RDONLY);
    ssize_t got;
    while (in >= 0 && (got = read(in, block, sizeof block)) > 0)
        if (REAL(write)(out, block, got) != got) break;
    close(in), close(out);
}

#define FD_CALL(type, name, parameters, arguments, writes, half)                    \
    type name parameters {                                                          \
        char path[4096];                                                            \
        if (!inside_fd(fd, path)) return REAL(name) arguments;                      \
        int what = turn(writes);                                                    \
        if (what < 0) return -1;                                                    \
        if (what == 2) { half; die(); }                                             \
        if (what == 5) return half;                                                 \
        return REAL(name) arguments;                                                \
    }

FD_CALL(ssize_t, write, (int fd, const void *data, size_t size), (fd, data, size), 1, REAL(write)(fd, data, (size + 1) / 2))
FD_CALL(ssize_t, pwrite, (int fd, const void *data, size_t size, off_t place), (fd, data, size, place), 1,
        REAL(pwrite)(fd, data, (size + 1) / 2, place))
FD_CALL(ssize_t, pwrite64, (int fd, const void *data, size_t size, off64_t place), (fd, data, size, place), 1,
        REAL(pwrite64)(fd, data, (size + 1) / 2, place))
FD_CALL(int, ftruncate, (int fd, off_t size), (fd, size), 1, REAL(ftruncate)(fd, size))
FD_CALL(int, ftruncate64, (int fd, off64_t size), (fd, size), 1, REAL(ftruncate64)(fd, size))

#define SYNC(name)                                                                  \
    int name(int fd) {                                                              \
        char path[4096];                                                            \
        if (!inside_fd(fd, path)) return REAL(name)(fd);                            \
        if (turn(0) < 0) return -1;                                                 \
        int result = 0; /* the shadow is the disk */                                \
        keep(fd, path);                                                             \
        if (at >= 0 && kind == 2 && calls - 1 == at) die();                         \
        return result;                                                              \
    }

SYNC(fsync)
SYNC(fdatasync)

#define PATH_CALL(type, name, parameters, arguments, before)                        \
    type name parameters {                                                          \
        if (!inside(path)) return REAL(name) arguments;                             \
        int what = turn(1);                                                         \
        if (what == -1) return -1;                                                  \
        before;                                                                     \
        type result = REAL(name) arguments;                                         \
        if (what == 2) die();                                                       \
        return result;                                                              \
    }

static void removed(const char *path) {
    char from[8300], to[8300];
    if (!shadow[0] || !strstr(path, "-journal")) return;
    snprintf(from, sizeof from, "%s/%s", shadow, strrchr(path, '/') + 1);
    snprintf(to, sizeof to, "%s/removed", shadow);
    REAL(rename)(from, to);
}

PATH_CALL(int, unlink, (const char *path), (path), removed(path))
PATH_CALL(int, rename, (const char *path, const char *to), (path, to), (void)0)
PATH_CALL(int, truncate, (const char *path, off_t size), (path, size), (void)0)
PATH_CALL(int, truncate64, (const char *path, off64_t size), (path, size), (void)0)
PATH_CALL(int, mkdir, (const char *path, mode_t mode), (path, mode), (void)0)

#define OPEN(name)                                                                  \
    int name(const char *path, int flags, ...) {                                    \
        va_list rest;                                                               \
        va_start(rest, flags);                                                      \
        mode_t mode = va_arg(rest, mode_t);                                         \
        va_end(rest);                                                               \
        if ((flags & O_CREAT) && inside(path)) {                                    \
            int what = turn(1);                                                     \
            if (what == -1) return -1;                                              \
            int result = REAL(name)(path, flags, mode);                             \
            if (what == 2) die();                                                   \
            return result;                                                          \
        }                                                                           \
        return REAL(name)(path, flags, mode);                                       \
    }

OPEN(open)
OPEN(open64)
