//! The machine's clock is stepped back and forth under the office.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use kantor_model::Moment;
use kantor_office::{Clock, ExecuteError, Office, SystemClock};
use kantor_postgres_kit::shared;
use tempfile::TempDir;

use super::{Dice, times};
use crate::founding::thursday_at_ten;
use crate::house::{House, Place, once, order_of};

/// A machine's clock that somebody puts right, or wrong.
struct Stepped(AtomicI64);

impl Stepped {
    fn at(moment: Moment) -> Arc<Stepped> {
        Arc::new(Stepped(AtomicI64::new(moment.as_micros())))
    }

    fn set(&self, moment: Moment) {
        self.0.store(moment.as_micros(), Ordering::SeqCst);
    }
}

impl Clock for Stepped {
    fn now(&self) -> Moment {
        Moment::from_micros(self.0.load(Ordering::SeqCst))
    }
}

/// Steps as daylight saving done by hand, a bad battery and a time server make them, in seconds.
const STEPS: [i64; 12] = [
    1, 2, 30, 60, 119, -1, -30, -119, 3_600, -3_600, 86_400, -86_400,
];

/// A little back, the log stands still meanwhile; far back, nothing is recorded and the office says
/// why; the log never runs backwards.
#[test]
fn an_office_in_a_file_with_a_clock_that_is_stepped() {
    let mut dice = Dice::new();
    let folder = TempDir::new().unwrap();
    let place = Place::File(folder.path().join("kantor.db"));
    let clock = Stepped::at(thursday_at_ten());
    let house = House::begin_by(place, clock.clone());
    let office = &house.first;
    let (mut told, mut refused) = (Vec::new(), 0);
    let acts = times(150);
    for act in 0..acts {
        let step = STEPS[usize::try_from(dice.below(STEPS.len() as u64)).unwrap()];
        clock.set(clock.now().plus_seconds(step));
        // What time alone asks for happens at the time of the log, or not at all.
        if let Err(error) = office.tick() {
            assert!(matches!(error, ExecuteError::ClockBehind { .. }), "{error}");
        }
        let (head, at) = (office.head(), last_moment(office));
        let is_behind = at.seconds_since(clock.now()) > 120;
        let key = format!("act {act}");
        match office.execute(house.ordering().once(once(&key))) {
            Ok(answer) => {
                assert!(
                    !is_behind,
                    "the log stands at {at}, the clock shows {}",
                    clock.now()
                );
                told.push(order_of(answer));
                assert_eq!(last_moment(office), clock.now().max(at));
            }
            Err(error @ ExecuteError::ClockBehind { .. }) => {
                assert!(is_behind && error.to_string().contains("set the clock right"));
                assert_eq!(office.head(), head, "something was recorded");
                refused += 1;
                // Somebody looks at last.
                if dice.below(4) == 0 {
                    clock.set(at.plus_seconds(1));
                }
            }
            Err(other) => panic!("{other}"),
        }
    }
    clock.set(last_moment(office).plus_seconds(1));
    let answer = office.execute(house.ordering().once(once("the clock is right again")));
    told.push(order_of(answer.unwrap()));
    let kept: Vec<_> = office.read(|seen| seen.orders.keys().copied().collect());
    assert_eq!(kept, told, "an order is lost or doubled");
    house.verify(std::slice::from_ref(office));
    println!(
        "counted: the clock of an office in a file stepped {acts} times: {} orders recorded, \
         {refused} times nothing was, the log never ran back",
        told.len()
    );
    assert!(refused > 0 && told.len() > 1);
}

fn last_moment(office: &Office) -> Moment {
    let changes = office.changes(office.head() - 1, 1).unwrap();
    changes[0].at
}

/// Where the office is in a server's database, the machine's clock may show what it likes.
#[test]
fn processes_on_one_database_with_clocks_that_are_stepped() {
    let mut dice = Dice::new();
    let place = Place::Database(shared().database());
    let house = House::begin_by(place, Arc::new(SystemClock));
    let clocks = [(); 2].map(|()| Stepped::at(SystemClock.now()));
    let offices: Vec<Office> = clocks
        .iter()
        .map(|clock| house.process_with(clock.clone()))
        .collect();
    let before = house.first.head();
    let acts = times(40);
    for act in 0..acts {
        let at = usize::try_from(dice.below(2)).unwrap();
        let step = STEPS[usize::try_from(dice.below(STEPS.len() as u64)).unwrap()];
        clocks[at].set(SystemClock.now().plus_seconds(step));
        let key = format!("act {act}");
        order_of(
            offices[at]
                .execute(house.ordering().once(once(&key)))
                .unwrap(),
        );
        let off = offices[at].now().seconds_since(SystemClock.now()).abs();
        assert!(off < 60, "{off} s off the database's clock");
    }
    house.verify(&offices);
    let changes = house.first.changes(before, 1000).unwrap();
    assert!(changes.windows(2).all(|pair| pair[0].at <= pair[1].at));
    assert_eq!(house.first.read(|seen| seen.orders.len()), acts as usize);
    println!(
        "counted: the clocks of two processes on one database stepped {acts} times, {acts} orders \
         recorded in the database's time"
    );
}
