/* Preloaded into a gateway: the calendar's clock goes by as many seconds more as the file named by STEPPED_CLOCK says at
   each look. The clocks that only run stay as they are. (libfaketime moves the environment, by which Swift loses its
   arguments.) */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

int clock_gettime(clockid_t clock, struct timespec *time) {
    if (syscall(SYS_clock_gettime, clock, time) != 0) return -1;
    const char *path = clock == CLOCK_REALTIME ? getenv("STEPPED_CLOCK") : NULL;
    int file = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    if (file < 0) return 0;
    char text[16] = {0};
    if (read(file, text, sizeof text - 1) > 0) time->tv_sec += atol(text);
    close(file);
    return 0;
}
