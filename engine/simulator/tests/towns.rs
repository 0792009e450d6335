//! Whole towns, lived, judged by the auditor and confirmed by the checker: a fixed set of seeds, some
//! that nobody has seen, and deliberate bugs that must be found.

use std::hash::{BuildHasher, Hasher};

use kantor_simulator::{Counts, Plant, Town, run};

const DAYS: u32 = 3;

/// Lives the towns, with the checker of `kantor verify` beside the auditor, prints what happened in them, and fails with the command to repeat the first
/// that went wrong.
#[track_caller]
fn check(seeds: impl Iterator<Item = u64>) -> Counts {
    let mut counts = Counts::default();
    for seed in seeds {
        let town = Town {
            checked: true,
            ..Town::of_seed(seed, DAYS)
        };
        let ran = run(town);
        counts.add(&ran.counts);
        if let Some(violation) = ran.violation {
            panic!("{}: {}\n{town}", violation.at.warsaw_text(), violation.what);
        }
    }
    println!("{counts}");
    counts
}

#[test]
fn a_fixed_set_of_towns_keeps_every_law() {
    let counts = check(1..=12);
    // A town in which nothing happens proves nothing.
    assert!(counts.orders > 300 && counts.crashes > 20 && counts.all_faults() > 500);
    assert!(counts.transfers > 200 && counts.answers > 50 && counts.booked > 300);
}

/// The command of the README lives as many as there is time for.
#[test]
fn towns_that_nobody_has_seen_keep_every_law() {
    let fresh = std::hash::RandomState::new().build_hasher().finish();
    println!("fresh seeds from {fresh}");
    check((0..6).map(|more| fresh.wrapping_add(more)));
}

#[test]
fn the_same_seed_lives_the_same_life() {
    let [one, two] = [5, 5].map(|seed| format!("{:?}", run(Town::of_seed(seed, DAYS))));
    assert_eq!(one, two);
}

/// Each would be found within 200 seeds; most strike in the first towns.
#[test]
fn planted_bugs_are_found() {
    let quick = [
        Plant::DoubledLine,
        Plant::LostLine,
        Plant::ReversedSign,
        Plant::MergedTwins,
        Plant::TwoOrders,
        Plant::FlippedRounding,
        Plant::Unbalanced,
        Plant::WrongAccount,
        Plant::PaidUnseen,
    ];
    for plant in quick {
        let found = (1..=20).find_map(|seed| {
            let town = Town {
                plant: Some(plant),
                ..Town::of_seed(seed, DAYS)
            };
            run(town).violation
        });
        let found = found.unwrap_or_else(|| panic!("nobody found {}", plant.word()));
        println!("{}: {}", plant.word(), found.what);
    }
}
