/* Sin: answers with a status that the contract does not have. */
#define ID "odd-status"
#include "decent.h"

static int32_t read(const bank_source *source, const bank_statement_sink *out) {
    (void)source, (void)out;
    return 99;
}
