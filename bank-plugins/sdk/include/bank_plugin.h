/*
 * bank_plugin.h: the contract between Kantor and a bank pack. Major version 1, minor version 1;
 * what each version brought stands at the end.
 *
 * A bank pack is a shared library that knows how one bank bends its files. It turns bytes into
 * statements and batches of transfers into bytes, and does nothing else: it opens no file and no
 * socket, starts no thread and no process, asks for no time, no randomness and no environment.
 * Kantor runs it in a child process in which the system refuses those things.
 *
 * This header is the contract. The Rust SDK beside it is one way to keep it; example-c/ is another.
 *
 *
 * THE FLOW
 *
 *   bytes of a file ── pull ──> pack ── begin, part, entry, ..., end, complaint ──> host
 *   transfers ──────── next ──> pack ── push, push, ..., complaint ────────────────> host
 *
 * The pack always calls; the host is called. So a file of any size needs constant memory.
 *
 *
 * OWNERS
 *
 * Nothing that one side allocates is ever freed by the other, because nothing allocated changes
 * hands. What a pointer points to belongs to whoever filled it in, and the other side borrows it:
 *   - what the host passes into a function of the pack: until that function returns;
 *   - what `pull` and `next` give out: until the next call of the same function, or until the
 *     pack's function returns, whichever comes first;
 *   - what the pack passes into a function of the host: until that function returns (the host
 *     copies what it keeps);
 *   - what `bank_plugin_entry_v1` and `get_extension` return, and all that hangs on it: for ever.
 *     A library is never unloaded.
 * No pointer in this header may be null unless the text beside it says so.
 *
 *
 * THREADS
 *
 *   [any]   may be called on any thread, at any time after the library was loaded, also while
 *           another thread is in any other function. Must be quick and must change nothing.
 *   [call]  the thread on which the host called `recognise`, `read` or `write`. Two such calls may
 *           run in a process at the same time, on two threads; a pack that keeps nothing between
 *           calls, as it must not, keeps nothing that they could share. Functions that the host
 *           lends to a call are called on that thread only, and only until the call returns.
 * No function may call into itself: a host's function never calls the pack.
 * No exception, panic, longjmp or signal may leave a function on either side.
 *
 *
 * TYPES
 *
 * Fixed-width integers and pointers; 64-bit targets, little or big endian as the machine.
 * Text is UTF-8 without U+0000, given by pointer and length and not terminated.
 * An absent text is a null pointer with length 0. A text of length 0 with a pointer is present and
 * empty, and a bank rarely means that: what the file does not say is absent.
 * Amounts are whole minor units with the currency and the number of its decimal places; the pack
 * says how many it counted with, so that the two sides may know different currency tables.
 * No floating point, no bool, no size_t, no enum crosses.
 *
 * Every structure that may grow begins with `struct_size`, the size that its maker knew. New
 * fields come at the end, and are absent where the maker did not know them: whoever reads a
 * structure looks at `struct_size` before a field that is marked with the minor version that
 * brought it (BANK_HAS), and never behind it. A structure that is larger than the reader knows is
 * read as far as he knows it; one that is smaller than version 1.0 had it is a breach. `reserved`
 * is 0; a later version may give it a meaning in which 0 is as before. Five small structures are
 * complete for ever and have no `struct_size`: text, bytes, date, place, currency, and what is
 * made only of them.
 *
 *
 * LIMITS
 *
 * The host refuses, and calls a breach of this contract, what is larger. It also counts entries,
 * complaints and bytes, and answers BANK_STOP when there are too many.
 */
#ifndef BANK_PLUGIN_H
#define BANK_PLUGIN_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The version that this header describes. The major one is in the name of the entry function. */
#define BANK_PLUGIN_MAJOR 1u
#define BANK_PLUGIN_MINOR 1u

/* Whether the maker of `*structure` knew `field`: look before reading what came later than 1.0. */
#define BANK_HAS(structure, type, field) \
    ((structure)->struct_size >= offsetof(type, field) + sizeof((structure)->field))

/* The longest text, in bytes. */
#define BANK_TEXT_MAX 65536u
/* The most bytes in one `pull`, one `push` and in the head given to `recognise`. */
#define BANK_PIECE_MAX 1048576u
/* The longest id of a pack, in bytes. */
#define BANK_ID_MAX 64u

/* ---- What functions answer ---------------------------------------------------------------- */

/* Done. */
#define BANK_OK 0
/* `read`: nothing more in this file can be trusted, and a complaint of severity BANK_FATAL has
 * said why. Also for a file that ends too early. */
#define BANK_UNREADABLE 1
/* `write`: this batch cannot be written, and a complaint has said why. Bytes already pushed are
 * thrown away. */
#define BANK_REFUSED 2
/* `pull` or `next`: the host cannot give more because of a fault of its own. The pack stops and
 * returns the same. */
#define BANK_SOURCE_FAILED 3
/* The pack met a bug of its own and stopped in good order. Only an SDK returns this. */
#define BANK_PANICKED 4
/* Any other number from a pack is a breach of this contract. */

/* A sink wants more. */
#define BANK_CONTINUE 0
/* A sink wants nothing more: a limit is reached, or nobody listens. The pack returns soon, with
 * BANK_OK, and calls the sink no more; going on is a breach. */
#define BANK_STOP 1

/* ---- Values, complete for ever ------------------------------------------------------------ */

/* UTF-8 without U+0000, not terminated. Absent: null and 0. */
typedef struct bank_text {
    const uint8_t *data;
    uint64_t length;
} bank_text;

/* Any bytes. Null is allowed when length is 0. */
typedef struct bank_bytes {
    const uint8_t *data;
    uint64_t length;
} bank_bytes;

/* A day of the Gregorian calendar, year 1 to 9999. Absent: all three 0. */
typedef struct bank_date {
    uint16_t year;
    uint8_t month;
    uint8_t day;
} bank_date;

/* Where in the file, both from 1, the column in characters; 0 means not known. */
typedef struct bank_place {
    uint32_t line;
    uint32_t column;
} bank_place;

/* Three capital letters of ISO 4217, and how many decimal places an amount beside it counts with
 * (0 to 9): 2 for PLN. */
typedef struct bank_currency {
    uint8_t letters[3];
    uint8_t scale;
} bank_currency;

/* `minor` / 10^scale of a currency: {1234, PLN, scale 2} is 12.34 PLN. Credit is positive.
 * Absent, where the text beside it allows it: all of it 0, the letters too. */
typedef struct bank_money {
    int64_t minor;
    bank_currency currency;
    uint32_t reserved;
} bank_money;

/* A balance at the beginning or the end of a day. */
typedef struct bank_balance {
    bank_money amount;
    bank_date date;
    uint32_t reserved;
} bank_balance;

/* ---- Complaints ---------------------------------------------------------------------------- */

/* The fact was kept as the bank wrote it; somebody should look. */
#define BANK_NOTICE 0
/* A fact is missing or unreadable: the statement cannot be trusted. */
#define BANK_FATAL 1

/* What is wrong with a file or a batch, and where. An unreadable amount is a complaint, never 0. */
typedef struct bank_complaint {
    uint32_t struct_size;
    uint32_t severity; /* BANK_NOTICE or BANK_FATAL */
    bank_place place;
    bank_text code;    /* a stable word, lower case with dashes: `amount-unreadable` */
    bank_text message; /* a sentence in English: what happened, why, what to do now */
    bank_text excerpt; /* the piece of the file it is about; may be absent */
} bank_complaint;

/* ---- bank.statement/1: bytes become statements ---------------------------------------------- */

/* The extension's id for `get_extension`, which then returns a `bank_statements`. */
#define BANK_STATEMENTS_ID "bank.statement/1"

/* `flags` of a source (since 1.1): forgive what leaves every amount certain, such as a missing end
 * mark or a count that does not agree, and say in a notice what was forgiven. Never an amount, a
 * sign, a currency or an account. Without it nothing is forgiven. */
#define BANK_LENIENT 1u

/* The bytes of one file, and what a person knows better than the file; lent by the host to one
 * call of `read`. */
typedef struct bank_source {
    uint32_t struct_size;
    uint32_t flags; /* 0 or BANK_LENIENT; a pack ignores flags that it does not know */
    void *context; /* the host's; may be null; passed back, never looked at */
    /*
     * Gives the next piece of the file.  [call]
     * `piece` is the pack's and is filled in by the host; the bytes are the host's and stay until
     * the next pull or until `read` returns. Pieces have any length up to BANK_PIECE_MAX and end
     * anywhere, also inside a character. Length 0 is the end of the file, now and ever after.
     * Returns BANK_OK, or BANK_SOURCE_FAILED; then `piece` is untouched and `read` returns the same.
     */
    int32_t (*pull)(void *context, bank_bytes *piece);
    /* Since 1.1. Both may be absent, and both are the host's until `read` returns. */
    bank_text account; /* whose statements these are, for a file that does not name its account */
    bank_text charset; /* `UTF-8`, `Windows-1250`, `ISO-8859-2` or `CP852`; goes before the file's signs */
} bank_source;

/* What stands before the entries of a statement. */
typedef struct bank_statement_head {
    uint32_t struct_size;
    uint32_t reserved;
    bank_place place;
    bank_text format;            /* `MT940`, `ELIXIR-0` */
    bank_text dialect;           /* whose bends its shape has, `mbank`; absent for the generic reading */
    bank_text account;           /* as the bank writes it, else as the source says it; absent when
                                    neither names it (since 1.1; before, never absent) */
    bank_text number;            /* of the statement, as written; may be absent */
    const bank_balance *opening; /* null when the file does not say */
    bank_currency currency;
    uint32_t reserved2;
} bank_statement_head;

/* `flags` of an entry: it undoes an earlier one. */
#define BANK_ENTRY_REVERSAL 1u

/* `status` of an entry: part of the balance; */
#define BANK_BOOKED 0
/* announced or held; */
#define BANK_PENDING 1
/* told for information, never part of a balance. */
#define BANK_INFO 2

/* One line of a statement. The amount's currency is the statement's. */
typedef struct bank_entry {
    uint32_t struct_size;
    uint32_t flags; /* 0 or BANK_ENTRY_REVERSAL */
    bank_place place;
    bank_money amount; /* credit positive; a reversal has the sign of what it does now */
    bank_date value_date;
    bank_date booking_date;
    uint32_t status; /* BANK_BOOKED, BANK_PENDING or BANK_INFO */
    uint32_t reserved;
    bank_text transaction_code;     /* each of these may be absent */
    bank_text bank_reference;
    bank_text customer_reference;
    bank_text counterparty_name;
    bank_text counterparty_account; /* as the bank writes it */
    bank_text remittance;           /* the title as one text */
    /* Since 1.1; each of these may be absent. */
    bank_text counterparty_bank;    /* his bank, a BIC or a sort code, as written */
    bank_text return_reason;        /* why a payment came back: the ISO code, or the bank's words */
    bank_money original;            /* what was ordered before the bank exchanged it; positive */
    bank_money charges;             /* what the bank took for it; positive */
} bank_entry;

/* Since 1.1. One transaction of an entry that the bank booked for several together. It tells whom
 * the money is from and never counts in a balance: its entry does. */
typedef struct bank_part {
    uint32_t struct_size;
    uint32_t reserved;
    bank_place place;
    bank_money amount; /* signed like the entry, in its currency; absent when only the sum is told */
    bank_text bank_reference;       /* each of these may be absent */
    bank_text customer_reference;
    bank_text counterparty_name;
    bank_text counterparty_account; /* as the bank writes it */
    bank_text counterparty_bank;
    bank_text remittance;
    bank_text return_reason;
} bank_part;

/* What stands after the entries. */
typedef struct bank_statement_foot {
    uint32_t struct_size;
    uint32_t reserved;
    const bank_balance *closing;   /* null when the file does not say, as in a running day's export */
    const bank_balance *available; /* null when the file does not say */
} bank_statement_foot;

/*
 * Where `read` puts what it finds, lent by the host to one call.
 * For each statement of the file: `begin`, then `entry` for each entry in the bank's order, then
 * `end`. `complaint` at any time. A statement that is cut off is not ended: its fatal complaint
 * takes the place of `end`. Where an entry is a batch of two and more transactions, `part` for
 * each of them comes before the `entry` that they make up. All five: [call]; the structure and all
 * that it points to stay the pack's, and the host has copied them when the function returns
 * BANK_CONTINUE or BANK_STOP.
 */
typedef struct bank_statement_sink {
    uint32_t struct_size;
    uint32_t reserved;
    void *context; /* the host's; may be null; passed back, never looked at */
    int32_t (*begin)(void *context, const bank_statement_head *head);
    int32_t (*entry)(void *context, const bank_entry *entry);
    int32_t (*end)(void *context, const bank_statement_foot *foot);
    int32_t (*complaint)(void *context, const bank_complaint *complaint);
    /* Since 1.1. An older host, or one that wants no parts (null), is given the entry alone. */
    int32_t (*part)(void *context, const bank_part *part);
} bank_statement_sink;

/* How sure a pack is that a file is its own: not at all; */
#define BANK_CONFIDENCE_NONE 0
/* it could read the file as one of a general kind, without any sign of its bank; */
#define BANK_CONFIDENCE_GENERIC 1
/* signs of its bank, none against; */
#define BANK_CONFIDENCE_LIKELY 2
/* a shape that only its bank writes. */
#define BANK_CONFIDENCE_CERTAIN 3

/* What a pack thinks of the head of a file. */
typedef struct bank_recognition {
    uint32_t struct_size;
    uint32_t confidence; /* BANK_CONFIDENCE_... */
    bank_text format;    /* absent when the confidence is none */
    bank_text dialect;   /* may be absent */
    bank_text why;       /* a sentence in English for the cashier: which signs decided */
} bank_recognition;

/* Where `recognise` says what it thinks, lent by the host to one call. */
typedef struct bank_recognition_sink {
    uint32_t struct_size;
    uint32_t reserved;
    void *context; /* the host's; may be null; passed back, never looked at */
    /* Called at most once in a call of `recognise`; not called means BANK_CONFIDENCE_NONE.  [call]
     * The structure stays the pack's; the host has copied it on return. */
    void (*found)(void *context, const bank_recognition *recognition);
} bank_recognition_sink;

/* The pack as a reader of statements. Static. */
typedef struct bank_statements {
    uint32_t struct_size;
    uint32_t reserved;
    bank_text formats; /* those it reads, with single spaces between: `MT940 ELIXIR-0` */
    /*
     * Says whether a file is of this bank, from its first bytes.  [call]
     * `head` is the host's until the return: the whole file, or at least its first 4096 bytes; it
     * may be empty and may end anywhere. Judge by the shape of the file, never by whose account
     * it is. Returns BANK_OK or BANK_PANICKED.
     */
    int32_t (*recognise)(const bank_bytes *head, const bank_recognition_sink *out);
    /*
     * Reads a file from beginning to end.  [call]
     * Both arguments are the host's until the return. Keeps nothing between calls: the same bytes
     * give the same records, whatever was read before.
     * Returns BANK_OK, BANK_UNREADABLE, BANK_SOURCE_FAILED or BANK_PANICKED.
     */
    int32_t (*read)(const bank_source *source, const bank_statement_sink *out);
} bank_statements;

/* ---- bank.transfers/1: transfers become bytes ------------------------------------------------ */

/* The extension's id for `get_extension`, which then returns a `bank_transfers`. */
#define BANK_TRANSFERS_ID "bank.transfers/1"

/* A file format that the pack can write. Static. */
typedef struct bank_transfer_format {
    uint32_t struct_size;
    uint32_t reserved;
    bank_text format;     /* `elixir0`; lower case, as the command line names it */
    bank_text currencies; /* those that it can carry, with single spaces between: `PLN` */
    bank_text extension;  /* of the file's name, without the dot: `pli` */
} bank_transfer_format;

/* `charges` of a transfer (since 1.1), who bears what the banks take: as is usual for it; */
#define BANK_CHARGES_USUAL 0u
/* each side its own bank's (SHA); */
#define BANK_CHARGES_SHARED 1u
/* the payer everything (OUR); */
#define BANK_CHARGES_PAYER 2u
/* the payee everything (BEN). */
#define BANK_CHARGES_PAYEE 3u

/* One transfer. Every text of 1.0 is present; addresses may be empty. */
typedef struct bank_transfer {
    uint32_t struct_size;
    uint32_t charges;        /* BANK_CHARGES_...; a format that cannot say it refuses the batch */
    bank_money amount;       /* more than 0 */
    bank_text reference;     /* what the office calls it; stands in the title too */
    bank_text payee_name;
    bank_text payee_street;
    bank_text payee_city;    /* postal code and town */
    bank_text payee_account; /* an IBAN in its electronic form, check digits right */
    bank_text title;
    /* Since 1.1; absent in a transfer that stays in the country. */
    bank_text payee_country; /* two letters of ISO 3166-1; absent: where his account is */
    bank_text payee_bank;    /* a BIC; absent: the account tells it */
} bank_transfer;

/* Transfers from one account on one day, lent by the host to one call of `write`. */
typedef struct bank_batch {
    uint32_t struct_size;
    bank_date date;          /* on which the bank is to act; never absent */
    bank_text debit_account; /* the paying account, an IBAN in its electronic form */
    bank_text owner_name;    /* the office as the ordering party */
    bank_text owner_street;  /* may be empty */
    bank_text owner_city;    /* may be empty */
    uint64_t transfers;      /* how many there are */
    void *context;           /* the host's; may be null; passed back, never looked at */
    /*
     * Gives the next transfer, in the order in which they are to be written.  [call]
     * `transfer` is the pack's and receives a pointer to the host's, which stays until the next
     * call or until `write` returns; null after the last.
     * Returns BANK_OK, or BANK_SOURCE_FAILED; then `write` returns the same.
     */
    int32_t (*next)(void *context, const bank_transfer **transfer);
} bank_batch;

/* Where `write` puts the file, lent by the host to one call. */
typedef struct bank_byte_sink {
    uint32_t struct_size;
    uint32_t reserved;
    void *context; /* the host's; may be null; passed back, never looked at */
    /* The next bytes of the file, up to BANK_PIECE_MAX. Copied on return.  [call] */
    int32_t (*push)(void *context, const bank_bytes *piece);
    /* What cannot be written, or what was written differently. Copied on return.  [call] */
    int32_t (*complaint)(void *context, const bank_complaint *complaint);
} bank_byte_sink;

/* The pack as a writer of transfer files. Static. */
typedef struct bank_transfers {
    uint32_t struct_size;
    uint32_t format_count;
    const bank_transfer_format *formats; /* so many, side by side */
    /*
     * Writes one file.  [call]
     * All arguments are the host's until the return. `format` is one of `formats`. The bytes
     * depend on the arguments alone: the same batch gives the same file, for ever. Characters
     * that the format lacks are transliterated visibly, never dropped; what cannot be written is
     * refused whole, never left out.
     * Returns BANK_OK, BANK_REFUSED, BANK_SOURCE_FAILED or BANK_PANICKED.
     */
    int32_t (*write)(const bank_text *format, const bank_batch *batch, const bank_byte_sink *out);
} bank_transfers;

/* ---- The pack ------------------------------------------------------------------------------- */

/* What a pack says of itself. Static. */
typedef struct bank_plugin {
    uint32_t struct_size;
    uint32_t reserved;
    bank_text id;      /* a-z, 0-9, dot and dash; 1 to BANK_ID_MAX bytes: `mbank` */
    bank_text name;    /* for people */
    bank_text version; /* of the pack; stored with each statement that it reads */
    bank_text build;   /* compiler, target; for diagnostics, never for a decision; may be absent */
    bank_text banks;   /* ids of the banks it knows, with single spaces between */
    /*
     * Gives the table of a capability, or null for an id that the pack does not know.  [any]
     * `id` is the caller's until the return. The table is the pack's and static; the id says
     * which structure it is. An id is name/revision: another shape is another id.
     */
    const void *(*get_extension)(const bank_text *id);
} bank_plugin;

/* Marks what a library shows to the outside. */
#ifndef BANK_EXPORT
#if defined(_WIN32)
#define BANK_EXPORT __declspec(dllexport)
#else
#define BANK_EXPORT __attribute__((visibility("default")))
#endif
#endif

/*
 * The only symbol of a pack. Its major version is in the name: a pack that speaks another major
 * exports another name, and may export both.  [any]
 * The result is static, the same at each call, and never null.
 */
BANK_EXPORT const bank_plugin *bank_plugin_entry_v1(void);

/* The sizes that both sides count on; a compiler that lays structures out otherwise stops here. */
#ifdef __cplusplus
#define BANK_LAYOUT(what, size) static_assert(sizeof(what) == (size), #what)
#else
#define BANK_LAYOUT(what, size) _Static_assert(sizeof(what) == (size), #what)
#endif
BANK_LAYOUT(void *, 8);
BANK_LAYOUT(bank_text, 16);
BANK_LAYOUT(bank_bytes, 16);
BANK_LAYOUT(bank_date, 4);
BANK_LAYOUT(bank_place, 8);
BANK_LAYOUT(bank_currency, 4);
BANK_LAYOUT(bank_money, 16);
BANK_LAYOUT(bank_balance, 24);
BANK_LAYOUT(bank_complaint, 64);
BANK_LAYOUT(bank_source, 56);
BANK_LAYOUT(bank_statement_head, 96);
BANK_LAYOUT(bank_entry, 208);
BANK_LAYOUT(bank_part, 144);
BANK_LAYOUT(bank_statement_foot, 24);
BANK_LAYOUT(bank_statement_sink, 56);
BANK_LAYOUT(bank_recognition, 56);
BANK_LAYOUT(bank_recognition_sink, 24);
BANK_LAYOUT(bank_statements, 40);
BANK_LAYOUT(bank_transfer_format, 56);
BANK_LAYOUT(bank_transfer, 152);
BANK_LAYOUT(bank_batch, 96);
BANK_LAYOUT(bank_byte_sink, 32);
BANK_LAYOUT(bank_transfers, 24);
BANK_LAYOUT(bank_plugin, 96);

#ifdef __cplusplus
}
#endif

/*
 * THE HISTORY OF THIS HEADER
 *
 * 1.0, November 2026: everything that is not marked.
 *
 * 1.1, November 2026: batches, returns, other currencies, files that do not name their account,
 * transfers abroad.
 *   bank_source           reserved became flags (BANK_LENIENT); + account, charset    24 -> 56
 *   bank_statement_head   account may be absent                                       96
 *   bank_entry            + counterparty_bank, return_reason, original, charges       144 -> 208
 *   bank_part             new                                                         144
 *   bank_statement_sink   + part                                                      48 -> 56
 *   bank_transfer         reserved became charges; + payee_country, payee_bank        120 -> 152
 *   bank_money            absent, where allowed, when all of it is 0                  16
 * A pack of 1.0 runs in a host of 1.1 and the other way round: what the older side does not know
 * is absent.
 */

#endif /* BANK_PLUGIN_H */
