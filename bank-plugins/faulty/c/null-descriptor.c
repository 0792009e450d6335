/* Sin: describes itself with a null pointer. */
#define ID "null-descriptor"
#define ENTRY 0
#include "decent.h"

static int32_t read(const bank_source *source, const bank_statement_sink *out) {
    (void)source, (void)out;
    return BANK_OK;
}
