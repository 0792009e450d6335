/* Sin: a table of functions smaller than version 1 has it. */
#define ID "short-table"
#define STATEMENTS_SIZE 24
#include "decent.h"

static int32_t read(const bank_source *source, const bank_statement_sink *out) {
    (void)source, (void)out;
    return BANK_OK;
}
