/* Sin: a name in ISO-8859-2 where UTF-8 is asked for. */
#define ID "bad-text"
#define NAME TEXT("Bank Sp\xB3\x64zielczy")
#include "decent.h"

static int32_t read(const bank_source *source, const bank_statement_sink *out) {
    (void)source, (void)out;
    return BANK_OK;
}
