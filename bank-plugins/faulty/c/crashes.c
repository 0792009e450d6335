/* Sin: writes to where no memory is. */
#define ID "crashes"
#include "decent.h"

static int32_t read(const bank_source *source, const bank_statement_sink *out) {
    bank_statement_head head = a_head();
    bank_entry entry = an_entry();
    (void)source;
    out->begin(out->context, &head);
    out->entry(out->context, &entry);
    volatile int *volatile nowhere = 0;
    *nowhere = 1;
    return BANK_OK;
}
