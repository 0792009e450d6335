/* Sin: an entry that says it is smaller than version 1 has it. */
#define ID "short-record"
#include "decent.h"

static int32_t read(const bank_source *source, const bank_statement_sink *out) {
    bank_statement_head head = a_head();
    bank_entry entry = an_entry();
    (void)source;
    entry.struct_size = 40;
    out->begin(out->context, &head);
    out->entry(out->context, &entry);
    return BANK_OK;
}
