/* Sin: begins a statement inside another. */
#define ID "inside-out"
#include "decent.h"

static int32_t read(const bank_source *source, const bank_statement_sink *out) {
    bank_statement_head head = a_head();
    (void)source;
    out->begin(out->context, &head);
    out->begin(out->context, &head);
    return BANK_OK;
}
