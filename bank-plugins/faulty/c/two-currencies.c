/* Sin: an entry in another currency than its statement. */
#define ID "two-currencies"
#include "decent.h"

static int32_t read(const bank_source *source, const bank_statement_sink *out) {
    bank_statement_head head = a_head();
    bank_entry entry = an_entry();
    (void)source;
    memcpy(entry.amount.currency.letters, "EUR", 3);
    out->begin(out->context, &head);
    out->entry(out->context, &entry);
    return BANK_OK;
}
