/*
 * A pack as it was built against version 1.0 of bank_plugin.h: it knows bank_entry as 144 bytes,
 * bank_source as 24 and bank_statement_sink as 48. What stands behind its entry is not its own and
 * must not be looked at: there is rubbish.
 */
#include "bank_plugin.h"

#include <string.h>

#define TEXT(literal) {(const uint8_t *)(literal), sizeof(literal) - 1}

static int32_t recognise(const bank_bytes *head, const bank_recognition_sink *out) {
    (void)head;
    bank_recognition found = {
        sizeof found, BANK_CONFIDENCE_LIKELY, TEXT("MT940"), TEXT("first"), TEXT("it takes all"),
    };
    out->found(out->context, &found);
    return BANK_OK;
}

static int32_t read(const bank_source *source, const bank_statement_sink *out) {
    bank_bytes piece;
    do {
        if (source->pull(source->context, &piece) != BANK_OK)
            return BANK_SOURCE_FAILED;
    } while (piece.length > 0);
    bank_statement_head head = {
        .struct_size = 96,       .format = TEXT("MT940"),
        .account = TEXT("12345"), .currency = {{'P', 'L', 'N'}, 2},
    };
    if (out->begin(out->context, &head) != BANK_CONTINUE)
        return BANK_OK;
    bank_entry entry;
    memset(&entry, 0xA5, sizeof entry);
    memset(&entry, 0, 144);
    entry.struct_size = 144;
    entry.amount = (bank_money){-1234, {{'P', 'L', 'N'}, 2}, 0};
    entry.remittance = (bank_text)TEXT("an old title");
    if (out->entry(out->context, &entry) != BANK_CONTINUE)
        return BANK_OK;
    bank_statement_foot foot = {.struct_size = 24};
    out->end(out->context, &foot);
    return BANK_OK;
}

static const bank_statements STATEMENTS = {40, 0, TEXT("MT940"), recognise, read};

static const void *get_extension(const bank_text *id) {
    const char *name = BANK_STATEMENTS_ID;
    return id->length == strlen(name) && memcmp(id->data, name, id->length) == 0 ? &STATEMENTS : 0;
}

static const bank_plugin PLUGIN = {
    .struct_size = 96,    .id = TEXT("first"), .name = TEXT("First"), .version = TEXT("1.0.0"),
    .build = TEXT("C"), .banks = TEXT("first"), .get_extension = get_extension,
};

const bank_plugin *bank_plugin_entry_v1(void) { return &PLUGIN; }
