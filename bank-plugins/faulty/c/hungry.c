/* Sin: takes memory until there is none, and uses what it was refused. */
#define ID "hungry"
#include "decent.h"

#include <stdlib.h>

static int32_t read(const bank_source *source, const bank_statement_sink *out) {
    (void)source, (void)out;
    for (;;) {
        volatile char *more = malloc(16 << 20);
        more[0] = 1;
    }
    return BANK_OK;
}
