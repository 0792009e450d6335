/* Sin: a pack that can do nothing. */
#define ID "no-capability"
#define EXTENSION nothing
#include "bank_plugin.h"
static const void *nothing(const bank_text *id) {
    (void)id;
    return 0;
}
#include "decent.h"

static int32_t read(const bank_source *source, const bank_statement_sink *out) {
    (void)source, (void)out;
    return BANK_OK;
}
