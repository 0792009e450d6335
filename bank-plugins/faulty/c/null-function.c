/* Sin: reads statements, and has no function to do it with. */
#define ID "null-function"
#define READ 0
#include "decent.h"

static int32_t read(const bank_source *source, const bank_statement_sink *out) {
    (void)source, (void)out;
    return BANK_OK;
}
