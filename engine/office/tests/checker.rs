//! The checker knows every form of every event that was ever written.

use kantor_checker::KINDS;

#[test]
fn every_kind_of_event_is_known_to_the_checker() {
    for kind in kantor_store::codec::KINDS {
        assert!(KINDS.contains(kind), "{kind:?}");
    }
}

#[test]
fn every_form_that_was_ever_written_is_known_to_the_checker() {
    let golden = include_str!("../../store/tests/golden/events.txt");
    for line in golden.lines() {
        let mut words = line.split(' ');
        let kind = (
            words.next().unwrap(),
            words.next().unwrap().parse().unwrap(),
        );
        assert!(KINDS.contains(&kind), "{kind:?}");
    }
}
