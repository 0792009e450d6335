/* Sin: never returns. */
#define ID "hangs"
#include "decent.h"

static int32_t read(const bank_source *source, const bank_statement_sink *out) {
    (void)source, (void)out;
    for (volatile int i = 0;; i = !i)
        ;
    return BANK_OK;
}
