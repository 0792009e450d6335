/* Sin: prints, into the very pipe that carries the records. */
#define ID "prints"
#include "decent.h"

#include <stdio.h>

static int32_t read(const bank_source *source, const bank_statement_sink *out) {
    (void)source, (void)out;
    puts("reading now, please wait");
    fflush(stdout);
    return BANK_OK;
}
