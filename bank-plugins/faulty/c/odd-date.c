/* Sin: the thirty-first of February. */
#define ID "odd-date"
#include "decent.h"

static int32_t read(const bank_source *source, const bank_statement_sink *out) {
    bank_statement_head head = a_head();
    bank_entry entry = an_entry();
    (void)source;
    entry.value_date = (bank_date){2026, 2, 31};
    out->begin(out->context, &head);
    out->entry(out->context, &entry);
    return BANK_OK;
}
