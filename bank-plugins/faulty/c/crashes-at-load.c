/* Sin: writes to where no memory is, before anybody has called it. */
#define ID "crashes-at-load"
#include "decent.h"

__attribute__((constructor)) static void load(void) {
    volatile int *volatile nowhere = 0;
    *nowhere = 1;
}

static int32_t read(const bank_source *source, const bank_statement_sink *out) {
    (void)source, (void)out;
    return BANK_OK;
}
