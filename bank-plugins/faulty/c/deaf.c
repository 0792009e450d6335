/* Sin: goes on after it was told to stop. */
#define ID "deaf"
#include "decent.h"

static int32_t read(const bank_source *source, const bank_statement_sink *out) {
    bank_statement_head head = a_head();
    bank_entry entry = an_entry();
    (void)source;
    out->begin(out->context, &head);
    for (int i = 0; i < 10; i++)
        out->entry(out->context, &entry);
    bank_statement_foot foot = a_foot();
    out->end(out->context, &foot);
    return BANK_OK;
}
