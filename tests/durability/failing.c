/* A disk that fails when it is told to, between a program and its system. Loaded with LD_PRELOAD.

   One call fails, or all from it on: a write of which nothing or half arrives, a sync that did or did not happen.
   A disk may also be full: what is there can be written over, and no file grows by more than so many bytes. */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

enum { NOTHING, WRITES, SYNCS, FULL };

static int what, half, lasting, error;
static long left;

/* Let the n-th call fail from now on, or the file grow by n bytes; return how many were left of the last order. */
long fail(int what_, long n, int half_, int lasting_, int error_)
{
    long before = left;
    what = what_, left = n, half = half_, lasting = lasting_, error = error_;
    return before;
}

static int falls_on(int call)
{
    if (what != call)
        return 0;
    left -= 1;
    return left == 0 || (left < 0 && lasting);
}

static ssize_t written(int file, const void *data, size_t size, off_t at)
{
    static ssize_t (*real)(int, const void *, size_t, off_t);
    struct stat status;
    if (!real)
        real = dlsym(RTLD_NEXT, "pwrite64");
    if (what == FULL && fstat(file, &status) == 0 && at + (off_t)size > status.st_size) {
        off_t grows = at + (off_t)size - status.st_size;
        if (grows > left) { /* as much as there is room for, and nothing when there is none */
            off_t fits = (off_t)size - grows + left;
            left = 0;
            if (fits > 0)
                return real(file, data, (size_t)fits, at);
            errno = ENOSPC;
            return -1;
        }
        left -= grows;
    }
    if (falls_on(WRITES)) {
        if (half && left == 0 && size > 1) {
            if (!lasting) {
                left = 1; /* SQLite asks again for the other half */
                half = 0;
            }
            return real(file, data, size / 2, at);
        }
        errno = error;
        return -1;
    }
    return real(file, data, size, at);
}

static int synced(int file, const char *name)
{
    int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, name);
    if (!falls_on(SYNCS))
        return real(file);
    if (half)
        real(file);
    errno = error;
    return -1;
}

ssize_t pwrite64(int file, const void *data, size_t size, off_t at) { return written(file, data, size, at); }
ssize_t pwrite(int file, const void *data, size_t size, off_t at) { return written(file, data, size, at); }
int fsync(int file) { return synced(file, "fsync"); }
int fdatasync(int file) { return synced(file, "fdatasync"); }
