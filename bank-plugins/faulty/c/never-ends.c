/* Sin: begins a statement and says that it is done. */
#define ID "never-ends"
#include "decent.h"

static int32_t read(const bank_source *source, const bank_statement_sink *out) {
    bank_statement_head head = a_head();
    (void)source;
    out->begin(out->context, &head);
    return BANK_OK;
}
