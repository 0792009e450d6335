/*
 * Sin: tries to get out, when its library is loaded and again when it reads. Each attempt is
 * reported as a complaint: code `load-socket` or `read-socket`, message `done` or `refused`.
 */
#define _GNU_SOURCE
#define ID "escapes"
#define read pack_read /* the system has a function of that name */
#include "decent.h"
#undef read

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static int try_open(void) {
    int file = open("/etc/passwd", O_RDONLY);
    if (file >= 0)
        close(file);
    return file >= 0;
}

static int try_list(void) {
    int folder = open("/", O_RDONLY | O_DIRECTORY);
    if (folder >= 0)
        close(folder);
    return folder >= 0;
}

static int try_create(void) {
    const char *path = "escaped.txt";
    int file = open(path, O_WRONLY | O_CREAT, 0600);
    if (file >= 0) {
        close(file);
        unlink(path);
    }
    return file >= 0;
}

static int try_socket(void) {
    int s = socket(AF_INET, SOCK_STREAM, 0);
    if (s >= 0)
        close(s);
    return s >= 0;
}

static int try_fork(void) {
    pid_t child = fork();
    if (child == 0)
        _exit(0);
    if (child > 0)
        waitpid(child, 0, 0);
    return child > 0;
}

static int try_exec(void) {
    pid_t child = vfork();
    if (child == 0) {
        execl("/bin/true", "true", (char *)0);
        _exit(1);
    }
    if (child > 0)
        waitpid(child, 0, 0);
    return child > 0;
}

static int try_signal(void) { return kill(getpid(), 0) == 0; }

static int try_environment(void) {
    extern char **environ;
    return environ != 0 && *environ != 0;
}

static const struct {
    const char *name;
    int (*attempt)(void);
} ATTEMPTS[] = {
    {"open", try_open},     {"list", try_list}, {"create", try_create},
    {"socket", try_socket}, {"fork", try_fork}, {"exec", try_exec},
    {"signal", try_signal}, {"environment", try_environment},
};

enum { COUNT = sizeof ATTEMPTS / sizeof *ATTEMPTS };

static int at_load[COUNT];

__attribute__((constructor)) static void load(void) {
    for (int i = 0; i < COUNT; i++)
        at_load[i] = ATTEMPTS[i].attempt();
}

static void report(const bank_statement_sink *out, const char *when, int i, int done) {
    char code[64];
    snprintf(code, sizeof code, "%s-%s", when, ATTEMPTS[i].name);
    remark(out, BANK_NOTICE, code, done ? "done" : "refused");
}

static int32_t pack_read(const bank_source *source, const bank_statement_sink *out) {
    (void)source;
    for (int i = 0; i < COUNT; i++)
        report(out, "load", i, at_load[i]);
    for (int i = 0; i < COUNT; i++)
        report(out, "read", i, ATTEMPTS[i].attempt());
    return BANK_OK;
}
