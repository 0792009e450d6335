/* Sin: calls a file unreadable and does not say why. */
#define ID "silent"
#include "decent.h"

static int32_t read(const bank_source *source, const bank_statement_sink *out) {
    (void)source, (void)out;
    return BANK_UNREADABLE;
}
