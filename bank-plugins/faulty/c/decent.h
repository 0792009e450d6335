/*
 * What the faulty packs in C share: a decent pack without its `read`. A file that includes this
 * defines ID and `read`, and commits one sin. It may replace a part by defining its name first:
 * RECOGNISE, STATEMENTS, PLUGIN_SIZE, NAME, EXTENSION, ENTRY.
 */
#include "bank_plugin.h"

#include <string.h>

#define TEXT(literal) {(const uint8_t *)(literal), sizeof(literal) - 1}

static int32_t read(const bank_source *source, const bank_statement_sink *out);

static inline bank_statement_head a_head(void) {
    bank_statement_head head = {
        .struct_size = sizeof head, .place = {1, 1},
        .format = TEXT("MT940"),    .account = TEXT("PL61109010140000071219812874"),
        .currency = {{'P', 'L', 'N'}, 2},
    };
    return head;
}

static inline bank_entry an_entry(void) {
    bank_entry entry = {
        .struct_size = sizeof entry,
        .place = {2, 1},
        .amount = {-1234, {{'P', 'L', 'N'}, 2}, 0},
        .value_date = {2026, 11, 2},
        .remittance = TEXT("a title"),
    };
    return entry;
}

static inline bank_statement_foot a_foot(void) {
    bank_statement_foot foot = {.struct_size = sizeof foot};
    return foot;
}

static inline int32_t remark(const bank_statement_sink *out, uint32_t severity, const char *code,
                             const char *message) {
    bank_complaint complaint = {
        .struct_size = sizeof complaint,
        .severity = severity,
        .code = {(const uint8_t *)code, strlen(code)},
        .message = {(const uint8_t *)message, strlen(message)},
    };
    return out->complaint(out->context, &complaint);
}

#ifndef RECOGNISE
#define RECOGNISE recognise_all
static int32_t recognise_all(const bank_bytes *head, const bank_recognition_sink *out) {
    (void)head;
    bank_recognition found = {
        .struct_size = sizeof found, .confidence = BANK_CONFIDENCE_CERTAIN,
        .format = TEXT("MT940"),     .why = TEXT("this pack takes every file for its own"),
    };
    out->found(out->context, &found);
    return BANK_OK;
}
#endif

#ifndef STATEMENTS_SIZE
#define STATEMENTS_SIZE sizeof(bank_statements)
#endif
#ifndef READ
#define READ read
#endif

static const bank_statements STATEMENTS = {STATEMENTS_SIZE, 0, TEXT("MT940"), RECOGNISE, READ};

#ifndef EXTENSION
#define EXTENSION decent_extension
static const void *decent_extension(const bank_text *id) {
    size_t length = sizeof(BANK_STATEMENTS_ID) - 1;
    return id->length == length && memcmp(id->data, BANK_STATEMENTS_ID, length) == 0 ? &STATEMENTS
                                                                                      : 0;
}
#endif

#ifndef PLUGIN_SIZE
#define PLUGIN_SIZE sizeof(bank_plugin)
#endif
#ifndef NAME
#define NAME TEXT("A faulty pack")
#endif

static const bank_plugin PLUGIN = {
    .struct_size = PLUGIN_SIZE, .id = TEXT(ID),       .name = NAME,
    .version = TEXT("0.0.1"),   .banks = TEXT("none"), .get_extension = EXTENSION,
};

#ifndef ENTRY
#define ENTRY &PLUGIN
#endif

const bank_plugin *bank_plugin_entry_v1(void) { return ENTRY; }
