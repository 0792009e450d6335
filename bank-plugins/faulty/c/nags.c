/* Sin: complains for ever. */
#define ID "nags"
#include "decent.h"

static int32_t read(const bank_source *source, const bank_statement_sink *out) {
    (void)source;
    while (remark(out, BANK_NOTICE, "nagging", "something may be odd") == BANK_CONTINUE)
        ;
    return BANK_OK;
}
