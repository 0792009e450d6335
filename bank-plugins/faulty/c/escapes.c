/*
 * Sin: tries to get out. Which way, the file says that it reads: `socket`. Built with
 * -DAT_LOAD='"socket"' it tries when its library is loaded, too, before anybody has called it.
 * What came of it is told in a complaint: `done` or `refused`. Most attempts end the child, so
 * that nothing is told.
 */
#define _GNU_SOURCE
#define ID "escapes"
#define read pack_read /* the system has a function of that name */
#include "decent.h"
#undef read

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
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

static int try_delete(void) {
    return unlink("there is no such file") == 0 || access(".", W_OK) == 0;
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

static void *nothing(void *argument) { return argument; }

static int try_thread(void) {
    pthread_t thread;
    int failed = pthread_create(&thread, 0, nothing, 0);
    if (!failed)
        pthread_join(thread, 0);
    return !failed;
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
    {"open", try_open},     {"list", try_list},     {"create", try_create},
    {"delete", try_delete}, {"socket", try_socket}, {"fork", try_fork},
    {"exec", try_exec},     {"thread", try_thread}, {"signal", try_signal},
    {"environment", try_environment},
};

static const char *attempt(const char *name, size_t length) {
    for (size_t i = 0; i < sizeof ATTEMPTS / sizeof *ATTEMPTS; i++)
        if (strlen(ATTEMPTS[i].name) == length && memcmp(ATTEMPTS[i].name, name, length) == 0)
            return ATTEMPTS[i].attempt() ? "done" : "refused";
    return "not known";
}

#ifdef AT_LOAD
static const char *at_load;

__attribute__((constructor)) static void load(void) { at_load = attempt(AT_LOAD, strlen(AT_LOAD)); }
#endif

static int32_t pack_read(const bank_source *source, const bank_statement_sink *out) {
    bank_bytes name;
    if (source->pull(source->context, &name) != BANK_OK)
        return BANK_SOURCE_FAILED;
#ifdef AT_LOAD
    remark(out, BANK_NOTICE, "at-load", at_load);
#endif
    if (name.length > 0)
        remark(out, BANK_NOTICE, "while-reading", attempt((const char *)name.data, name.length));
    return BANK_OK;
}
