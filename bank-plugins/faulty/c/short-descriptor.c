/* Sin: a descriptor smaller than version 1 has it, so that fields are missing. */
#define ID "short-descriptor"
#define PLUGIN_SIZE 16
#include "decent.h"

static int32_t read(const bank_source *source, const bank_statement_sink *out) {
    (void)source, (void)out;
    return BANK_OK;
}
