//! `kantor-simulator`: lives whole towns and says what was wrong in them.

use std::process::ExitCode;

use kantor_simulator::{Counts, Plant, Town, run, story};

const USAGE: &str = "\
usage: kantor-simulator --seed N --days D [--seeds COUNT] [--plant NAME | --plant list | --plant all] [--checker EVERY] [--story yes]

Lives COUNT towns (one, unless said otherwise) of the seeds N, N+1 and so on for D days each,
heals them, and judges them. Exit code 1 when something was wrong, with the command to repeat it.
--plant switches a deliberate bug on; `list` names them, and `all` looks for each in turn in up to
COUNT towns, with exit code 1 when one was not found.
In each town of which the seed is a multiple of EVERY (1 for all, 0 for none) the
independent checker of `kantor verify` must confirm the whole archive. --story tells what happened in the first town.
";

struct Arguments {
    seed: u64,
    days: u32,
    seeds: u64,
    plant: Option<Plant>,
    every_plant: bool,
    /// In every such town the checker looks as well.
    checker: u64,
    story: bool,
}

impl Arguments {
    fn town(&self, seed: u64) -> Town {
        Town {
            plant: self.plant,
            checked: self.checker != 0 && seed.is_multiple_of(self.checker),
            ..Town::of_seed(seed, self.days)
        }
    }
}

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    if words.windows(2).any(|pair| pair == ["--plant", "list"]) {
        for plant in Plant::ALL {
            println!("{:26}{}", plant.word(), plant.about().trim());
        }
        return ExitCode::SUCCESS;
    }
    match arguments(&words) {
        Ok(arguments) if arguments.story => tell(&arguments),
        Ok(arguments) if arguments.every_plant => find_all(&arguments),
        Ok(arguments) => live(&arguments),
        Err(why) => {
            eprint!("{why}\n\n{USAGE}");
            ExitCode::from(2)
        }
    }
}

fn arguments(words: &[String]) -> Result<Arguments, String> {
    let mut arguments = Arguments {
        seed: 1,
        days: 3,
        seeds: 1,
        plant: None,
        every_plant: false,
        checker: 1,
        story: false,
    };
    let mut words = words.iter();
    while let Some(name) = words.next() {
        let value = words
            .next()
            .ok_or_else(|| format!("{name} wants a value"))?;
        let number = || {
            value
                .parse::<u64>()
                .map_err(|_| format!("{name} wants a number, not {value}"))
        };
        match name.as_str() {
            "--seed" => arguments.seed = number()?,
            "--days" => {
                arguments.days = u32::try_from(number()?).map_err(|_| "so many days".to_owned())?;
            }
            "--seeds" => arguments.seeds = number()?,
            "--checker" => arguments.checker = number()?,
            "--story" => arguments.story = value == "yes",
            "--plant" if value == "all" => arguments.every_plant = true,
            "--plant" => {
                let plant = Plant::of_word(value);
                arguments.plant = Some(plant.ok_or_else(|| format!("no bug is called {value}"))?);
            }
            _ => return Err(format!("what is {name}?")),
        }
    }
    Ok(arguments)
}

/// Towns do not know of each other, so as many live at once as there are processors.
fn live(arguments: &Arguments) -> ExitCode {
    let Arguments { days, seeds, .. } = *arguments;
    let began = std::time::Instant::now();
    let hands = std::thread::available_parallelism().map_or(1, |hands| hands.get() as u64);
    let results: Vec<(Counts, Vec<(u64, String)>)> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..hands.min(seeds))
            .map(|hand| scope.spawn(move || share(arguments, hand, hands)))
            .collect();
        workers
            .into_iter()
            .filter_map(|worker| worker.join().ok())
            .collect()
    });
    let mut counts = Counts::default();
    let mut wrong = Vec::new();
    for (some, violations) in &results {
        counts.add(some);
        wrong.extend(violations.iter());
    }
    wrong.sort();
    for (seed, what) in wrong.iter().take(20) {
        println!("seed {seed}: {what}\n    {}", arguments.town(*seed));
    }
    println!("{counts}");
    println!("faults: {}", named(&counts.faults));
    println!("refusals: {}", named(&counts.refusals));
    println!("events: {}", named(&counts.kinds));
    let office_days = u64::from(days) * counts.runs;
    println!(
        "{} violations in {office_days} office-days, {:.1} s",
        wrong.len(),
        began.elapsed().as_secs_f64()
    );
    if wrong.is_empty() && counts.runs == seeds {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// Tells one town's life.
fn tell(arguments: &Arguments) -> ExitCode {
    let (ran, story) = story(arguments.town(arguments.seed));
    for line in story {
        println!("{line}");
    }
    match ran.violation {
        Some(violation) => {
            println!("{}: {}", violation.at.warsaw_text(), violation.what);
            ExitCode::FAILURE
        }
        None => ExitCode::SUCCESS,
    }
}

/// Looks for every planted bug, in one town after the other until it is found.
fn find_all(arguments: &Arguments) -> ExitCode {
    let Arguments {
        seed, days, seeds, ..
    } = *arguments;
    let mut all = true;
    for plant in Plant::ALL {
        let found = (seed..seed.saturating_add(seeds)).find_map(|seed| {
            let plant = Some(*plant);
            let town = Town {
                plant,
                ..Town::of_seed(seed, days)
            };
            let violation = run(town).violation?;
            Some((seed, violation.what))
        });
        match found {
            Some((found, what)) => {
                println!("{:26}{:4}  {what}", plant.word(), found - seed + 1);
            }
            None => {
                all = false;
                println!("{:26}not found in {seeds} towns", plant.word());
            }
        }
    }
    if all {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// The seeds of one worker.
fn share(arguments: &Arguments, hand: u64, hands: u64) -> (Counts, Vec<(u64, String)>) {
    let mut counts = Counts::default();
    let mut wrong = Vec::new();
    let mut at = hand;
    while at < arguments.seeds {
        let seed = arguments.seed.saturating_add(at);
        let ran = run(arguments.town(seed));
        counts.add(&ran.counts);
        if let Some(violation) = ran.violation {
            wrong.push((
                seed,
                format!("{}: {}", violation.at.warsaw_text(), violation.what),
            ));
        }
        at += hands;
    }
    (counts, wrong)
}

fn named(counts: &std::collections::BTreeMap<&'static str, u64>) -> String {
    let each: Vec<String> = counts
        .iter()
        .map(|(name, count)| format!("{name} {count}"))
        .collect();
    each.join(", ")
}
