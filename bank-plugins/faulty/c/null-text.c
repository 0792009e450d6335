/* Sin: a title that is null and has a length. */
#define ID "null-text"
#include "decent.h"

static int32_t read(const bank_source *source, const bank_statement_sink *out) {
    bank_statement_head head = a_head();
    bank_entry entry = an_entry();
    (void)source;
    entry.remittance = (bank_text){0, 7};
    out->begin(out->context, &head);
    out->entry(out->context, &entry);
    return BANK_OK;
}
