/* Stands in for the kernel's /dev/i2c-N below smbus2: LD_PRELOAD it, then give it a handler (tests/hardware/i2c_path.py).
 * What smbus2 does above it is real: os.open, fcntl.ioctl, its structures and its errors. Without a handler nothing is
 * caught. The handler runs in the calling thread and answers 0, or -errno as a driver of the kernel does.
 * cc -shared -fPIC -O2 -Wall -Wextra -Werror -o i2c_shim.so i2c_shim.c -ldl */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/i2c-dev.h>
#include <linux/i2c.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { OPEN, TRANSFER, SMBUS };
typedef int (*handler_t)(int kind, int bus, int address, void *argument);

static handler_t handler;
static struct { int known; dev_t device; ino_t inode; int bus, address; } files[1024];

void i2c_shim_handle(handler_t given) { handler = given; }

static int failed(int code) {
    errno = -code;
    return -1;
}

static int bus_of(const char *path) { /* N of /dev/i2c-N, or -1 */
    int number, end = 0;
    return handler && path && sscanf(path, "/dev/i2c-%d%n", &number, &end) == 1 && end && !path[end] ? number : -1;
}

static int open_bus(int bus) {
    struct stat about;
    int answer = handler(OPEN, bus, 0, 0);
    if (answer < 0) return failed(answer);
    int fd = memfd_create("i2c", MFD_CLOEXEC);
    if (fd < 0) return fd;
    if (fd >= (int)(sizeof files / sizeof *files) || fstat(fd, &about)) {
        close(fd);
        return failed(-EMFILE);
    }
    files[fd].known = 1, files[fd].device = about.st_dev, files[fd].inode = about.st_ino;
    files[fd].bus = bus, files[fd].address = 0;
    return fd;
}

static int is_bus(int fd) { /* the number may have been closed and given to another file since */
    struct stat about;
    return handler && fd >= 0 && fd < (int)(sizeof files / sizeof *files) && files[fd].known && !fstat(fd, &about) &&
           about.st_ino == files[fd].inode && about.st_dev == files[fd].device;
}

int ioctl(int fd, unsigned long request, ...) {
    static int (*real)(int, unsigned long, ...);
    va_list rest;
    va_start(rest, request);
    void *argument = va_arg(rest, void *);
    va_end(rest);
    if (!real) *(void **)&real = dlsym(RTLD_NEXT, "ioctl");
    if (!is_bus(fd)) return real(fd, request, argument);
    int answer = -ENOTTY;
    switch (request) {
    case I2C_SLAVE:
    case I2C_SLAVE_FORCE: files[fd].address = (int)(uintptr_t)argument, answer = 0; break;
    case I2C_TENBIT:
    case I2C_PEC:
    case I2C_TIMEOUT:
    case I2C_RETRIES: answer = 0; break;
    case I2C_FUNCS: /* those of the Pi's adapter, i2c-bcm2835 */
        *(unsigned long *)argument = I2C_FUNC_I2C | (I2C_FUNC_SMBUS_EMUL & ~I2C_FUNC_SMBUS_READ_BLOCK_DATA);
        answer = 0;
        break;
    case I2C_RDWR: answer = handler(TRANSFER, files[fd].bus, 0, argument); break;
    case I2C_SMBUS: answer = handler(SMBUS, files[fd].bus, files[fd].address, argument); break;
    }
    return answer < 0 ? failed(answer) : answer;
}

#define CAUGHT(name, before, given)                                                \
    int name(before const char *path, int flags, ...) {                            \
        static int (*real)(before const char *, int, ...);                         \
        mode_t mode = 0;                                                           \
        if (flags & (O_CREAT | __O_TMPFILE)) {                                     \
            va_list rest;                                                          \
            va_start(rest, flags);                                                 \
            mode = va_arg(rest, mode_t);                                           \
            va_end(rest);                                                          \
        }                                                                          \
        int bus = bus_of(path);                                                    \
        if (bus >= 0) return open_bus(bus);                                        \
        if (!real) *(void **)&real = dlsym(RTLD_NEXT, #name);                      \
        return real(given path, flags, mode);                                      \
    }
#define NOTHING
#define FOLDER int folder,
#define THE_FOLDER folder,
CAUGHT(open, NOTHING, NOTHING)
CAUGHT(open64, NOTHING, NOTHING)
CAUGHT(openat, FOLDER, THE_FOLDER)
CAUGHT(openat64, FOLDER, THE_FOLDER)
