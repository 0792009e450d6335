/* Sin: says that the host's source failed, and it had not. */
#define ID "blames-the-source"
#include "decent.h"

static int32_t read(const bank_source *source, const bank_statement_sink *out) {
    (void)source, (void)out;
    return BANK_SOURCE_FAILED;
}
