/*
 * What Android's C library has and glibc has not, for running the app's own native library in tests
 * on a computer. bionic.py renames calls that differ to names with a capital letter.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* stdin, stdout and stderr of bionic: an array of structures of this size on 64-bit machines. */
struct bionic_file {
    char opaque[152];
};
struct bionic_file __sF[3];

static FILE *translated(FILE *file) {
    FILE *own[] = {stdin, stdout, stderr};
    for (int i = 0; i < 3; i++) {
        if (file == (FILE *)&__sF[i]) {
            return own[i];
        }
    }
    return file;
}

int Vfprintf(FILE *file, const char *format, va_list arguments) {
    return vfprintf(translated(file), format, arguments);
}

int Fprintf(FILE *file, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    int written = Vfprintf(file, format, arguments);
    va_end(arguments);
    return written;
}

int Fputc(int c, FILE *file) {
    return fputc(c, translated(file));
}

int Fflush(FILE *file) {
    return fflush(translated(file));
}

/* bionic numbers the questions differently. */
long Sysconf(int name) {
    switch (name) {
    case 39:
    case 40:
        return sysconf(_SC_PAGESIZE);
    case 96:
        return sysconf(_SC_NPROCESSORS_CONF);
    case 97:
        return sysconf(_SC_NPROCESSORS_ONLN);
    default:
        errno = EINVAL;
        return -1;
    }
}

/* bionic looks into the caller's own library too when no handle is given. */
void *Dlsym(void *handle, const char *name) {
    void *found = dlsym(handle, name);
    if (found == NULL && handle == RTLD_DEFAULT) {
        void *caller = dlopen("libtensorflowlite_jni.so", RTLD_LAZY | RTLD_NOLOAD);
        found = caller == NULL ? NULL : dlsym(caller, name);
    }
    return found;
}

int *__errno(void) {
    return &errno;
}

size_t __strlen_chk(const char *text, size_t size) {
    (void)size;
    return strlen(text);
}

int __system_property_get(const char *name, char *value) {
    (void)name;
    *value = 0;
    return 0;
}

void android_set_abort_message(const char *message) {
    fputs(message, stderr);
}

int __android_log_vprint(int priority, const char *tag, const char *format, va_list arguments) {
    fprintf(stderr, "log %d %s: ", priority, tag);
    int written = vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    return written;
}
