/* Sin: prints for ever, as a program that reports its progress. */
#define ID "chatters"
#include "decent.h"

#include <stdio.h>

static int32_t read(const bank_source *source, const bank_statement_sink *out) {
    (void)source, (void)out;
    for (;;)
        puts("still reading, please wait a little longer");
    return BANK_OK;
}
