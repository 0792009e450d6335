/* Sin: an amount of half a grosz. */
#define ID "half-grosz"
#include "decent.h"

static int32_t read(const bank_source *source, const bank_statement_sink *out) {
    bank_statement_head head = a_head();
    bank_entry entry = an_entry();
    (void)source;
    entry.amount.minor = 12345;
    entry.amount.currency.scale = 3;
    out->begin(out->context, &head);
    out->entry(out->context, &entry);
    return BANK_OK;
}
