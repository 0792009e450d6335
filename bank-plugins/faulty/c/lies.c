/* Sin: a title of eight bytes that is said to have a terabyte. */
#define ID "lies"
#include "decent.h"

static int32_t read(const bank_source *source, const bank_statement_sink *out) {
    bank_statement_head head = a_head();
    bank_entry entry = an_entry();
    (void)source;
    entry.remittance.length = UINT64_C(1) << 40;
    out->begin(out->context, &head);
    out->entry(out->context, &entry);
    return BANK_OK;
}
