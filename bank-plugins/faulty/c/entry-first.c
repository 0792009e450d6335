/* Sin: gives an entry outside of a statement. */
#define ID "entry-first"
#include "decent.h"

static int32_t read(const bank_source *source, const bank_statement_sink *out) {
    bank_entry entry = an_entry();
    (void)source;
    out->entry(out->context, &entry);
    return BANK_OK;
}
