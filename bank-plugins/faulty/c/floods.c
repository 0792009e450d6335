/* Sin: gives entries for ever, and does not care for STOP. */
#define ID "floods"
#include "decent.h"

static int32_t read(const bank_source *source, const bank_statement_sink *out) {
    bank_statement_head head = a_head();
    bank_entry entry = an_entry();
    (void)source;
    out->begin(out->context, &head);
    for (;;)
        out->entry(out->context, &entry);
    return BANK_OK;
}
