/* Sin: never returns, before anybody has called it. */
#define ID "hangs-at-load"
#include "decent.h"

__attribute__((constructor)) static void load(void) {
    for (volatile int i = 0;; i = !i)
        ;
}

static int32_t read(const bank_source *source, const bank_statement_sink *out) {
    (void)source, (void)out;
    return BANK_OK;
}
