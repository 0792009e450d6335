//! What may go wrong, and how often: drawn from the seed too, so that one run is a quiet office in
//! which only files come twice, and the next one is a storm of everything at once.

use crate::chance::Chance;

macro_rules! faults {
    ($($(#[$doc:meta])* $name:ident = $worst:literal;)*) => {
        /// How often something goes wrong, in times out of a thousand chances.
        #[derive(Clone, Copy, Debug, Default)]
        pub(crate) struct Faults {
            $($(#[$doc])* pub(crate) $name: u32,)*
        }

        impl Faults {
            /// A third of the kinds do not happen at all in a run, the others between rarely and at
            /// worst so often.
            pub(crate) fn drawn(chance: &mut Chance) -> Faults {
                let mut weight = |worst: u32| match chance.below(3) {
                    0 => 0,
                    1 => worst.div_ceil(5),
                    _ => worst,
                };
                Faults { $($name: weight($worst),)* }
            }
        }
    };
}

faults! {
    /// A customer pays hours or days late.
    late = 150;
    /// He pays less.
    under = 100;
    /// He pays more.
    over = 100;
    /// He pays twice.
    twice = 80;
    /// Two payments that are equal to the letter, for two orders or one.
    twins = 60;
    /// Somebody pays for him, from an account that nobody here knows.
    stranger = 80;
    /// Another customer pays for him.
    friend = 60;
    /// The title says nothing.
    no_title = 100;
    /// The title has a wrong character.
    typo = 80;
    /// The title has blanks, dashes, small letters, words around.
    mangled = 300;
    /// One payment for two orders.
    two_orders = 80;
    /// An order is paid in two parts.
    in_parts = 80;
    /// Another currency than the order's.
    wrong_currency = 50;
    /// Another account of the office than he was told.
    wrong_account = 60;
    /// He never pays.
    never = 100;
    /// He cancels, before or after paying.
    cancels = 60;
    /// The office dies before an act is committed.
    crash_before = 15;
    /// The office dies after an act is committed and before anybody is told.
    crash_after = 15;
    /// A request is sent twice under one key.
    click_again = 60;
    /// A person does the same thing twice, as two acts.
    act_again = 60;
    /// A file is delivered again later.
    file_again = 150;
    /// A file waits for hours.
    file_waits = 150;
    /// The statement of the day comes days later.
    statement_waits = 150;
    /// An export begins in the middle of the day.
    window = 300;
    /// A file comes in another form than the bank's usual one.
    other_form = 300;
    /// The bank refuses a transfer file.
    bank_refuses = 80;
    /// A transfer comes back.
    comes_back = 50;
    /// A batch is voided although nothing is wrong.
    void = 60;
    /// The file of a voided batch is sent after all.
    sent_after_all = 100;
    /// Somebody pays a payout by hand, with its reference.
    by_hand = 30;
    /// A cashier gives a line to a wrong order, and sees it at once.
    slip = 60;
    /// A cashier takes an import back that he has just made, and makes it again.
    undo = 40;
    /// An order's rate is changed.
    reprice = 40;
    /// The bank takes a fee.
    fee = 60;
    /// The office itself buys or sells a currency.
    cover = 40;
    /// The office moves money between its accounts.
    own_transfer = 40;
    /// The bank answers to a file.
    answers = 600;
    /// The bank's answer is lost.
    answer_lost = 200;
    /// The bank refuses one transfer of a file.
    refuses_one = 80;
    /// The bank books a file as one debit.
    in_one = 300;
}
