/*
 * A whole bank pack in C, for a bank that does not exist. Its statements look like this:
 *
 *   EXAMPLE PL61109010140000071219812874 PLN 12/2026 10000
 *   2026-11-02 -1234 A title
 *   PART 600 One payer
 *   PART 400 Another payer
 *   2026-11-03 1000 A batch of the two above
 *   END 9766
 *
 * with amounts in grosze and lines of at most 254 characters of ASCII. A file that does not name
 * its account has a dash there, and the host may know it. Build it with
 *
 *   cc -std=c11 -shared -fPIC -I ../include pack.c -o libkantor_pack_example.so
 */
#include "bank_plugin.h"

#include <stdio.h>
#include <string.h>

#define TEXT(literal) {(const uint8_t *)(literal), sizeof(literal) - 1}

static bank_text text(const char *of) {
    bank_text lent = {(const uint8_t *)of, strlen(of)};
    return lent;
}

static const char MARK[] = "EXAMPLE ";

/* ---- bank.statement/1 ---------------------------------------------------------------------- */

static int32_t recognise(const bank_bytes *head, const bank_recognition_sink *out) {
    if (head->length < sizeof(MARK) - 1 || memcmp(head->data, MARK, sizeof(MARK) - 1) != 0)
        return BANK_OK; /* not called means none */
    bank_recognition found = {
        sizeof found,    BANK_CONFIDENCE_CERTAIN, TEXT("MT940"),
        TEXT("example"), TEXT("the first line begins with EXAMPLE"),
    };
    out->found(out->context, &found);
    return BANK_OK;
}

/* One reading of one file: it lives on the stack, so nothing is kept between calls. */
typedef struct reading {
    const bank_source *source;
    const bank_statement_sink *out;
    bank_bytes piece;
    uint64_t used;   /* of the piece */
    uint32_t number; /* of the line */
    int bent;        /* the line holds what no line of this bank does */
    char line[255];
} reading;

static int32_t say(reading *r, uint32_t severity, const char *code, const char *message) {
    bank_complaint complaint = {sizeof complaint, severity, {r->number, 1},
                                text(code),       text(message), text(r->line)};
    return r->out->complaint(r->out->context, &complaint);
}

static int32_t complain(reading *r, const char *code, const char *message) {
    say(r, BANK_FATAL, code, message);
    return BANK_UNREADABLE;
}

/* The next line without its end: 1, or 0 at the end of the file, or -1 for a failed source. */
static int next_line(reading *r) {
    size_t length = 0;
    r->bent = 0;
    for (;;) {
        if (r->used == r->piece.length) {
            if (r->source->pull(r->source->context, &r->piece) != BANK_OK)
                return -1;
            r->used = 0;
            if (r->piece.length == 0)
                break;
        }
        char byte = (char)r->piece.data[r->used++];
        if (byte == '\n')
            break;
        if (byte < ' ' || byte > '~' || length + 1 == sizeof r->line)
            r->bent = 1;
        else
            r->line[length++] = byte;
    }
    r->line[length] = 0;
    r->number++;
    return length > 0;
}

static bank_money pln(long long minor) {
    bank_money amount = {minor, {{'P', 'L', 'N'}, 2}, 0};
    return amount;
}

static int is_day(unsigned year, unsigned month, unsigned day) {
    static const unsigned char days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (year < 1 || month < 1 || month > 12 || day < 1)
        return 0;
    int leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return day <= days[month - 1] + (unsigned)(month == 2 && leap);
}

/* Since 1.1 the host may say whose statement it is; an older host's structure ends before. */
static bank_text account_said(const bank_source *source) {
    bank_text none = {0, 0};
    return BANK_HAS(source, bank_source, account) ? source->account : none;
}

/* Since 1.1 a sink takes the parts of a batch; an older one takes the batch alone. */
static int32_t give_part(const bank_statement_sink *out, const bank_part *part) {
    if (!BANK_HAS(out, bank_statement_sink, part) || out->part == 0)
        return BANK_CONTINUE;
    return out->part(out->context, part);
}

static int32_t read(const bank_source *source, const bank_statement_sink *out) {
    reading r = {.source = source, .out = out};
    char account[64], number[32];
    long long opening, minor, sum;
    unsigned year, month, day;
    int at;
    bank_date date = {2026, 11, 2};

    if (next_line(&r) < 0)
        return BANK_SOURCE_FAILED;
    if (sscanf(r.line, "EXAMPLE %63s PLN %31s %18lld", account, number, &opening) != 3)
        return complain(&r, "header-unreadable", "The first line is not that of Example Bank; "
                                                 "choose the bank that made the file.");
    bank_balance first = {pln(opening), date, 0};
    bank_statement_head head = {
        .struct_size = sizeof head, .place = {1, 1},
        .format = TEXT("MT940"),    .dialect = TEXT("example"),
        .account = text(account),   .number = text(number),
        .opening = &first,          .currency = {{'P', 'L', 'N'}, 2},
    };
    if (strcmp(account, "-") == 0)
        head.account = account_said(source);
    if (out->begin(out->context, &head) != BANK_CONTINUE)
        return BANK_OK;
    sum = opening;

    for (;;) {
        int got = next_line(&r);
        if (got < 0)
            return BANK_SOURCE_FAILED;
        if (got == 0)
            return complain(&r, "file-truncated", "The file ends before the line END; download "
                                                  "it again.");
        if (r.bent)
            return complain(&r, "line-unreadable", "This line is too long or holds what is not "
                                                   "ASCII; download the file again.");
        if (sscanf(r.line, "END %18lld", &minor) == 1) {
            if (minor != sum &&
                say(&r, BANK_NOTICE, "balance-differs",
                    "The closing balance is not the opening balance and the entries; ask the bank "
                    "which of them is right.") != BANK_CONTINUE)
                return BANK_OK;
            bank_balance last = {pln(minor), date, 0};
            bank_statement_foot foot = {.struct_size = sizeof foot, .closing = &last};
            out->end(out->context, &foot);
            return BANK_OK;
        }
        at = 0;
        if (sscanf(r.line, "PART %18lld %n", &minor, &at) == 1) {
            bank_part part = {
                .struct_size = sizeof part,
                .place = {r.number, 1},
                .amount = pln(minor),
                .counterparty_name = text(r.line + at),
            };
            if (give_part(out, &part) != BANK_CONTINUE)
                return BANK_OK;
            continue;
        }
        at = 0;
        if (sscanf(r.line, "%4u-%2u-%2u %18lld%n", &year, &month, &day, &minor, &at) != 4 ||
            r.line[at] != ' ' || !is_day(year, month, day))
            return complain(&r, "entry-unreadable", "This line is no entry; download the file "
                                                    "again.");
        date.year = (uint16_t)year;
        date.month = (uint8_t)month;
        date.day = (uint8_t)day;
        bank_entry entry = {
            .struct_size = sizeof entry, .place = {r.number, 1},  .amount = pln(minor),
            .value_date = date,          .booking_date = date,    .status = BANK_BOOKED,
            .remittance = text(r.line + at + 1),
        };
        if (__builtin_add_overflow(sum, minor, &sum))
            return complain(&r, "sum-too-large", "The entries have no sum; download the file "
                                                 "again.");
        if (out->entry(out->context, &entry) != BANK_CONTINUE)
            return BANK_OK;
    }
}

static const bank_statements STATEMENTS = {sizeof STATEMENTS, 0, TEXT("MT940"), recognise, read};

/* ---- bank.transfers/1 ---------------------------------------------------------------------- */

static const bank_transfer_format FORMATS[] = {
    {sizeof(bank_transfer_format), 0, TEXT("example-lines"), TEXT("PLN"), TEXT("txt")},
};

/* One line a transfer: account, grosze, title. */
static int32_t write(const bank_text *format, const bank_batch *batch, const bank_byte_sink *out) {
    (void)format; /* there is only one */
    for (;;) {
        const bank_transfer *transfer;
        if (batch->next(batch->context, &transfer) != BANK_OK)
            return BANK_SOURCE_FAILED;
        if (transfer == 0)
            return BANK_OK;
        char amount[32];
        int length = snprintf(amount, sizeof amount, " %lld ", (long long)transfer->amount.minor);
        bank_bytes pieces[] = {
            {transfer->payee_account.data, transfer->payee_account.length},
            {(const uint8_t *)amount, (uint64_t)length},
            {transfer->title.data, transfer->title.length},
            {(const uint8_t *)"\n", 1},
        };
        for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++)
            if (out->push(out->context, &pieces[i]) != BANK_CONTINUE)
                return BANK_OK;
    }
}

static const bank_transfers TRANSFERS = {sizeof TRANSFERS, 1, FORMATS, write};

/* ---- The pack ------------------------------------------------------------------------------ */

static int is(const bank_text *id, const char *name) {
    return id->length == strlen(name) && memcmp(id->data, name, id->length) == 0;
}

static const void *get_extension(const bank_text *id) {
    if (is(id, BANK_STATEMENTS_ID))
        return &STATEMENTS;
    if (is(id, BANK_TRANSFERS_ID))
        return &TRANSFERS;
    return 0;
}

static const bank_plugin PLUGIN = {
    .struct_size = sizeof PLUGIN, .id = TEXT("example"), .name = TEXT("Example Bank"),
    .version = TEXT("1.0.0"),     .build = TEXT("C"),    .banks = TEXT("example"),
    .get_extension = get_extension,
};

const bank_plugin *bank_plugin_entry_v1(void) { return &PLUGIN; }
