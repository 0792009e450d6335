/* Sin: a title in ISO-8859-2 where UTF-8 is asked for. */
#define ID "latin"
#include "decent.h"

static int32_t read(const bank_source *source, const bank_statement_sink *out) {
    bank_statement_head head = a_head();
    bank_entry entry = an_entry();
    (void)source;
    entry.remittance = (bank_text)TEXT("zap\xB3\x61\x74\x61");
    out->begin(out->context, &head);
    out->entry(out->context, &entry);
    return BANK_OK;
}
