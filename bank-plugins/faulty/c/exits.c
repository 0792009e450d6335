/* Sin: ends the process instead of returning. */
#define ID "exits"
#include "decent.h"

#include <stdlib.h>

static int32_t read(const bank_source *source, const bank_statement_sink *out) {
    (void)source, (void)out;
    exit(0);
}
