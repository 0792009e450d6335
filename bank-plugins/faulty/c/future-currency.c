/* No sin: a currency that this version of Kantor does not know. */
#define ID "future-currency"
#include "decent.h"

static int32_t read(const bank_source *source, const bank_statement_sink *out) {
    bank_statement_head head = a_head();
    (void)source;
    memcpy(head.currency.letters, "QQQ", 3);
    out->begin(out->context, &head);
    return BANK_OK;
}
