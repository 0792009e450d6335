/* Sin: calls itself until the stack is used up. */
#define ID "recurses"
#include "decent.h"

static int deeper(volatile int *above) {
    volatile int here[256];
    here[0] = above[0] + 1;
    if (here[0] < 0) /* never */
        return 0;
    return deeper(here) + here[0];
}

static int32_t read(const bank_source *source, const bank_statement_sink *out) {
    (void)source, (void)out;
    volatile int first = 0;
    return deeper(&first) == 0 ? BANK_OK : BANK_UNREADABLE;
}
