/* Sin: an id that nobody could type into a command line or find in a file's name. */
#define ID "../My Bank"
#include "decent.h"

static int32_t read(const bank_source *source, const bank_statement_sink *out) {
    (void)source, (void)out;
    return BANK_OK;
}
