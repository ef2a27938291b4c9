/* Lets calls of the C library fail for some files. The file named by DISK_FAULT says which: a call, an
   errno, and how the path of the file ends, separated by single spaces. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static int fault(const char *call, int fd) {
  const char *control = getenv("DISK_FAULT");
  int file = control ? (int) syscall(SYS_openat, AT_FDCWD, control, O_RDONLY | O_CLOEXEC) : -1;
  if (file < 0) {
    return 0;
  }
  char text[256], name[16], ending[200], link[64], path[4096];
  long length = read(file, text, sizeof text - 1);
  syscall(SYS_close, file);
  text[length < 0 ? 0 : length] = 0;
  int number;
  if (sscanf(text, "%15s %d %199s", name, &number, ending) != 3 || strcmp(name, call) != 0) {
    return 0;
  }
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  length = readlink(link, path, sizeof path - 1);
  path[length < 0 ? 0 : length] = 0;
  size_t end = strlen(ending);
  return strlen(path) >= end && strcmp(path + strlen(path) - end, ending) == 0 ? number : 0;
}

static int answer(int result, int number) {
  if (number == 0) {
    return result;
  }
  errno = number;
  return -1;
}

int fsync(int fd) {
  int number = fault("fsync", fd);
  return answer(number ? 0 : (int) syscall(SYS_fsync, fd), number);
}

int fdatasync(int fd) {
  int number = fault("fsync", fd);
  return answer(number ? 0 : (int) syscall(SYS_fdatasync, fd), number);
}

/* Closes the file all the same, as Linux does. */
int close(int fd) {
  int saved = errno, number = fault("close", fd);
  errno = saved;
  return answer((int) syscall(SYS_close, fd), number);
}
