// What starting a child process needs from glibc and Swift's Glibc module does not declare.

#ifndef CSPAWN_SHIM_H
#define CSPAWN_SHIM_H

#include <spawn.h>
#include <sys/types.h>

// _GNU_SOURCE would declare these, but also change types that Swift's own Glibc module has seen without it.
extern int pipe2(int[2], int);
extern int pidfd_open(pid_t, unsigned int);
extern int posix_spawn_file_actions_addchdir_np(posix_spawn_file_actions_t *, const char *);
extern int posix_spawn_file_actions_addclosefrom_np(posix_spawn_file_actions_t *, int);

#endif
