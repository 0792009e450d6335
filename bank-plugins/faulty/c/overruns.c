/* Sin: a title that is said to go on where no memory is, within the longest that is allowed. */
#define ID "overruns"
#define read pack_read /* the system has a function of that name */
#include "decent.h"
#undef read

#include <sys/mman.h>

static int32_t pack_read(const bank_source *source, const bank_statement_sink *out) {
    bank_statement_head head = a_head();
    bank_entry entry = an_entry();
    (void)source;
    const size_t page = 4096;
    uint8_t *two = mmap(0, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (two == MAP_FAILED || munmap(two + page, page) != 0)
        return BANK_SOURCE_FAILED;
    memset(two, 'x', page);
    entry.remittance = (bank_text){two + page - 8, 60000};
    out->begin(out->context, &head);
    out->entry(out->context, &entry);
    return BANK_OK;
}
