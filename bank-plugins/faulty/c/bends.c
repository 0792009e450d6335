/*
 * The example pack of the SDK with one sin, chosen by -DSIN=SIN_..., for the tests of the
 * conformance kit: each check must be able to fail. Without a sin it is the example pack.
 */
#define bank_plugin_entry_v1 honest_entry
#include "../../sdk/example-c/pack.c"
#undef bank_plugin_entry_v1

#include <stdlib.h>

enum {
    SIN_NONE, SIN_DESCRIPTION, SIN_CORPUS, SIN_KNOWS_ITS_OWN, SIN_LEAVES_OTHERS, SIN_REPEATS,
    SIN_PIECES, SIN_TWO_THREADS, SIN_STOP, SIN_TRUNCATION, SIN_CHARSET, SIN_HUGE_LINE, SIN_NOISE,
    SIN_BALANCES, SIN_COMPLAINTS, SIN_WRITES_THE_SAME, SIN_ROUND_TRIP,
};

#ifndef SIN
#define SIN SIN_NONE
#endif

/* Kept between calls, which is a sin of its own. */
static int calls;
/* How many calls are running. */
static int running;

/* One reading with the sink and the source of the host behind it. */
typedef struct sinful {
    const bank_source *source;
    const bank_statement_sink *out;
    uint64_t pulled; /* bytes */
    int pieces;
    int marked; /* the file begins with a mark of UTF-8 */
    int together;
    long long sum;
} sinful;

static int32_t on_pull(void *context, bank_bytes *piece) {
    sinful *s = context;
    int32_t status = s->source->pull(s->source->context, piece);
    if (status != BANK_OK)
        return status;
    if (SIN == SIN_PIECES && s->pieces > 0)
        piece->length = 0;
    if (SIN == SIN_CHARSET && s->pieces == 0 && piece->length > 3 && piece->data[0] == 0xEF) {
        s->marked = 1;
        piece->data += 3;
        piece->length -= 3;
    }
    if (SIN == SIN_NOISE && memchr(piece->data, 0xFF, piece->length))
        abort();
    s->pieces++;
    s->pulled += piece->length;
    if (SIN == SIN_HUGE_LINE && s->pulled > (1 << 20))
        abort();
    return BANK_OK;
}

static int32_t on_begin(void *context, const bank_statement_head *head) {
    sinful *s = context;
    s->sum = head->opening ? head->opening->amount.minor : 0;
    int32_t flow = s->out->begin(s->out->context, head);
    return SIN == SIN_STOP ? BANK_CONTINUE : flow;
}

static int32_t on_entry(void *context, const bank_entry *entry) {
    sinful *s = context;
    bank_entry bent = *entry;
    s->sum += entry->amount.minor;
    if (SIN == SIN_CORPUS)
        bent.amount.minor += 1;
    if (SIN == SIN_REPEATS)
        bent.place.line += (uint32_t)calls;
    if (s->marked)
        bent.amount.minor *= 100;
    if (s->together)
        bent.place.line += 1000;
    int32_t flow = s->out->entry(s->out->context, &bent);
    return SIN == SIN_STOP ? BANK_CONTINUE : flow;
}

static int32_t on_end(void *context, const bank_statement_foot *foot) {
    sinful *s = context;
    return s->out->end(s->out->context, foot);
}

static int32_t on_complaint(void *context, const bank_complaint *complaint) {
    sinful *s = context;
    bank_complaint bent = *complaint;
    if (SIN == SIN_BALANCES && complaint->severity == BANK_NOTICE)
        return BANK_CONTINUE;
    if (SIN == SIN_COMPLAINTS)
        bent.code = text("Something is WRONG");
    if (SIN == SIN_TRUNCATION && strncmp((const char *)complaint->code.data, "file-truncated", 14) == 0) {
        bank_balance last = {pln(s->sum), {2026, 11, 2}, 0};
        bank_statement_foot foot = {.struct_size = sizeof foot, .closing = &last};
        return s->out->end(s->out->context, &foot);
    }
    return s->out->complaint(s->out->context, &bent);
}

static int32_t read_sinfully(const bank_source *source, const bank_statement_sink *out) {
    sinful s = {.source = source, .out = out};
    calls++;
    if (SIN == SIN_TWO_THREADS) {
        __atomic_add_fetch(&running, 1, __ATOMIC_SEQ_CST);
        for (long spin = 0; spin < 50000000 && !s.together; spin++)
            s.together = __atomic_load_n(&running, __ATOMIC_SEQ_CST) > 1;
    }
    bank_source mine = *source;
    mine.context = &s;
    mine.pull = on_pull;
    bank_statement_sink bent = {
        .struct_size = sizeof bent, .context = &s,   .begin = on_begin,
        .entry = on_entry,          .end = on_end,   .complaint = on_complaint,
    };
    int32_t status = read(&mine, &bent);
    if (SIN == SIN_TWO_THREADS)
        __atomic_sub_fetch(&running, 1, __ATOMIC_SEQ_CST);
    return SIN == SIN_TRUNCATION && status == BANK_UNREADABLE ? BANK_OK : status;
}

static int32_t recognise_sinfully(const bank_bytes *head, const bank_recognition_sink *out) {
    if (SIN == SIN_KNOWS_ITS_OWN)
        return BANK_OK;
    if (SIN == SIN_LEAVES_OTHERS) {
        bank_recognition found = {
            .struct_size = sizeof found, .confidence = BANK_CONFIDENCE_CERTAIN,
            .format = TEXT("MT940"),     .why = TEXT("this pack takes every file for its own"),
        };
        out->found(out->context, &found);
        return BANK_OK;
    }
    return recognise(head, out);
}

static int32_t write_sinfully(const bank_text *format, const bank_batch *batch,
                              const bank_byte_sink *out) {
    if (SIN == SIN_WRITES_THE_SAME) {
        char number[32];
        int length = snprintf(number, sizeof number, "file %d\n", ++calls);
        bank_bytes piece = {(const uint8_t *)number, (uint64_t)length};
        out->push(out->context, &piece);
    }
    return write(format, batch, out);
}

static const bank_statements SINFUL_STATEMENTS = {
    sizeof SINFUL_STATEMENTS, 0, TEXT("MT940"), recognise_sinfully, read_sinfully,
};

/* A name under which the kit expects quite another format. */
static const bank_transfer_format SINFUL_FORMATS[] = {
    {sizeof(bank_transfer_format), 0, TEXT("elixir0"), TEXT("PLN"), TEXT("txt")},
};

static const bank_transfers SINFUL_TRANSFERS = {
    sizeof SINFUL_TRANSFERS, 1, SIN == SIN_ROUND_TRIP ? SINFUL_FORMATS : FORMATS, write_sinfully,
};

static const void *sinful_extension(const bank_text *id) {
    if (is(id, BANK_STATEMENTS_ID))
        return &SINFUL_STATEMENTS;
    if (is(id, BANK_TRANSFERS_ID))
        return &SINFUL_TRANSFERS;
    return 0;
}

static bank_plugin sinful_plugin;

const bank_plugin *bank_plugin_entry_v1(void) {
    sinful_plugin = *honest_entry();
    if (SIN == SIN_DESCRIPTION)
        sinful_plugin.version = text("the newest");
    sinful_plugin.get_extension = sinful_extension;
    return &sinful_plugin;
}
