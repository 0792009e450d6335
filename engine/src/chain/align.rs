//! Which lines of a statement does the chain have already, where no balance says so?
//!
//! Exports of a running day overlap, in any mix of formats, and their texts differ. Amount and day
//! say what a line may be; how often a file says it (a file says nothing twice), in which company
//! (the longest run that both have) and with which marks say what it is. Where that does not
//! decide, the line is neither booked nor forgotten: it waits for the statement that has balances.

use std::collections::{BTreeMap, BTreeSet};

use super::marks::Likeness;
use super::{Link, NewLine};

/// What a line of a statement without balances is to the chain.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Fate {
    /// The chain has it: the index of the link.
    Known(usize),
    /// The chain does not have it.
    New,
    /// It may be this link, or a line of its own: nothing decides.
    Undecided(usize),
}

/// So many comparisons are made among the lines of one amount that nothing else tells apart; more,
/// and they are taken in the order in which they stand, or stay undecided.
const COMPARISONS: usize = 10_000;

/// A run of lines that were all reworded is taken for the same run when it is so long.
const LONG_RUN: usize = 3;

/// Aligns a statement without balances with the end of a chain. Nothing is known of where it begins
/// and whether it is whole. Near-linear in the lines of both.
pub fn align(links: &[Link], lines: &[NewLine]) -> Vec<Fate> {
    let mut pairing = Pairing::new(links, lines);
    pairing.by_evidence();
    let overlaps = pairing.of_line.iter().any(Option::is_some);
    pairing.extend_runs();
    let sure = pairing.of_line.clone();
    pairing.match_the_rest(Likeness::Untold);
    pairing.match_the_rest(Likeness::Unlike);
    let rivals = pairing.rivals();
    let mut fates: Vec<Fate> = (0..lines.len())
        .map(|line| match (pairing.linked(line), rivals.get(&line)) {
            (Some(link), _) if is_set(&sure, line) => Fate::Known(link),
            (Some(link), _) if pairing.is_known(line, link, overlaps) => Fate::Known(link),
            (Some(link), _) | (None, Some(&link)) => Fate::Undecided(link),
            (None, None) => Fate::New,
        })
        .collect();
    for (line, link) in pairing.reworded_runs() {
        if let Some(fate) = fates.get_mut(line) {
            *fate = Fate::Undecided(link);
        }
    }
    fates
}

/// Pairs the lines that follow a proved balance, all of them, with the unproved end of the chain
/// that begins there: for each line the index of the link that is the same money. Whatever is not
/// paired is another line.
pub fn settle(links: &[Link], lines: &[NewLine]) -> Vec<Option<usize>> {
    let mut pairing = Pairing::new(links, lines);
    pairing.by_evidence();
    pairing.begin_together();
    pairing.extend_runs();
    pairing.match_the_rest(Likeness::Untold);
    pairing.match_the_rest(Likeness::Unlike);
    pairing.of_another_day();
    pairing.of_line
}

fn is_set(all: &[Option<usize>], at: usize) -> bool {
    all.get(at).copied().flatten().is_some()
}

/// Lines and links, and which of them are the same money so far.
struct Pairing<'a> {
    links: &'a [Link],
    lines: &'a [NewLine],
    of_line: Vec<Option<usize>>,
    of_link: Vec<Option<usize>>,
}

/// The lines and the links that have something in common.
type Groups<K> = BTreeMap<K, (Vec<usize>, Vec<usize>)>;

impl<'a> Pairing<'a> {
    fn new(links: &'a [Link], lines: &'a [NewLine]) -> Pairing<'a> {
        Pairing {
            links,
            lines,
            of_line: vec![None; lines.len()],
            of_link: vec![None; links.len()],
        }
    }

    fn linked(&self, line: usize) -> Option<usize> {
        self.of_line.get(line).copied().flatten()
    }

    fn pair(&mut self, line: usize, link: usize) {
        if let (Some(of_line), Some(of_link)) =
            (self.of_line.get_mut(line), self.of_link.get_mut(link))
        {
            *of_line = Some(link);
            *of_link = Some(line);
        }
    }

    fn are_free(&self, line: usize, link: usize) -> bool {
        self.of_line.get(line) == Some(&None) && self.of_link.get(link) == Some(&None)
    }

    /// How alike a line and a link of one amount are; `Different` where the amount is not one.
    fn likeness(&self, line: usize, link: usize) -> Likeness {
        match (self.lines.get(line), self.links.get(link)) {
            (Some(line), Some(link)) if line.amount == link.amount => {
                let likeness = link.marks.likeness(&line.marks);
                let said_alike = line.evidence == link.evidence && likeness != Likeness::Different;
                if said_alike {
                    likeness.max(Likeness::Alike)
                } else {
                    likeness
                }
            }
            (_, _) => Likeness::Different,
        }
    }

    /// Whether they may be of one day. A line without a day may be of any.
    fn days_agree(&self, line: usize, link: usize) -> bool {
        let line = self.lines.get(line).and_then(|line| line.booked_on);
        let link = self.links.get(link).and_then(|link| link.booked_on);
        line.is_none() || link.is_none() || line == link
    }

    /// What is free, by what it has in common. Only what both sides have is looked at further.
    fn groups<K: Ord>(&self, key: impl Fn(&NewLine) -> Option<K>) -> Groups<K> {
        let mut groups: Groups<K> = BTreeMap::new();
        for (at, line) in self.lines.iter().enumerate() {
            if !is_set(&self.of_line, at)
                && let Some(key) = key(line)
            {
                groups.entry(key).or_default().0.push(at);
            }
        }
        for (at, link) in self.links.iter().enumerate() {
            if !is_set(&self.of_link, at)
                && let Some(group) = key(&NewLine::from(link)).and_then(|key| groups.get_mut(&key))
            {
                group.1.push(at);
            }
        }
        groups
    }

    /// What the marks decide: a reference of the bank's that stands once on each side; then equal
    /// letters, titles and references of ours, the first with the first, as often as both have
    /// them.
    fn by_evidence(&mut self) {
        let references = self.groups(|line| Some((line.amount, line.marks.reference?)));
        for (lines, links) in references.into_values() {
            if let ([line], [link]) = (lines.as_slice(), links.as_slice())
                && self.likeness(*line, *link) == Likeness::Same
            {
                self.pair(*line, *link);
            }
        }
        let letters = self.groups(|line| Some((line.amount, line.booked_on, line.evidence)));
        self.in_order(letters.into_values());
        let titles = self.groups(|line| Some((line.amount, line.booked_on, line.marks.title?)));
        self.in_order(titles.into_values());
        let codes = self.groups(|line| Some((line.amount, line.booked_on, line.marks.codes?)));
        self.in_order(codes.into_values());
    }

    fn in_order(&mut self, groups: impl Iterator<Item = (Vec<usize>, Vec<usize>)>) {
        for (lines, links) in groups {
            for (line, link) in lines.into_iter().zip(links) {
                if self.likeness(line, link) >= Likeness::Alike {
                    self.pair(line, link);
                }
            }
        }
    }

    /// Both begin at one balance: as long as the amounts are the same, the lines are.
    fn begin_together(&mut self) {
        let mut at = 0;
        while self.linked(at) == Some(at) || self.continues(at, at) {
            self.pair(at, at);
            at += 1;
        }
    }

    fn continues(&self, line: usize, link: usize) -> bool {
        self.are_free(line, link)
            && self.days_agree(line, link)
            && self.likeness(line, link) != Likeness::Different
    }

    /// Neighbours of what is paired are the same lines as long as amounts and days are.
    fn extend_runs(&mut self) {
        for line in 0..self.lines.len() {
            if let Some(link) = self.linked(line)
                && self.continues(line + 1, link + 1)
            {
                self.pair(line + 1, link + 1);
            }
        }
        for line in (1..self.lines.len()).rev() {
            if let Some(link) = self.linked(line).and_then(|link| link.checked_sub(1))
                && self.continues(line - 1, link)
            {
                self.pair(line - 1, link);
            }
        }
    }

    /// Whether a neighbour of a paired line is paired with the neighbour of its link.
    fn is_in_a_run(&self, line: usize) -> bool {
        let Some(link) = self.linked(line) else {
            return false;
        };
        let before = line.checked_sub(1).and_then(|line| self.linked(line));
        let after = self.linked(line + 1);
        (before.is_some() && before == link.checked_sub(1)) || after == Some(link + 1)
    }

    /// Whether the company in which a line stands says what its marks do not: two files that
    /// overlap elsewhere, or neighbours that are the same lines too. Where one source says another
    /// reference, at least the title has to agree.
    fn is_known(&self, line: usize, link: usize, overlaps: bool) -> bool {
        let title = |marks: Option<u64>, other: Option<u64>| marks.is_some() && marks == other;
        match (self.lines.get(line), self.links.get(link)) {
            (Some(said), Some(known)) if self.likeness(line, link) == Likeness::Unlike => {
                title(said.marks.title, known.marks.title) && self.is_in_a_run(line)
            }
            (_, _) => overlaps || self.is_in_a_run(line),
        }
    }

    /// Pairs as much as can be paired of what is at least so alike, amount by amount.
    fn match_the_rest(&mut self, least: Likeness) {
        for (lines, links) in self.groups(|line| Some(line.amount)).into_values() {
            if lines.len().saturating_mul(links.len()) > COMPARISONS {
                self.in_their_order(&lines, &links, least);
                continue;
            }
            let edges: Vec<Vec<usize>> = lines
                .iter()
                .map(|line| self.like(*line, &links, least))
                .collect();
            for (line, link) in maximum_matching(&lines, &edges) {
                self.pair(line, link);
            }
        }
    }

    /// The links of its day that a line is at least so like.
    fn like(&self, line: usize, links: &[usize], least: Likeness) -> Vec<usize> {
        let fits =
            |link: &usize| self.days_agree(line, *link) && self.likeness(line, *link) >= least;
        links.iter().copied().filter(fits).collect()
    }

    /// Too many to compare each with each.
    fn in_their_order(&mut self, lines: &[usize], links: &[usize], least: Likeness) {
        let mut free = links.iter().copied().peekable();
        for line in lines {
            let Some(link) = free.peek().copied() else {
                return;
            };
            if self.days_agree(*line, link) && self.likeness(*line, link) >= least {
                self.pair(*line, link);
                free.next();
            }
        }
    }

    /// The lines that stay over although a link like them was given to another line by nothing
    /// stronger than its amount, with that link: which of them is the new one is not known. Those
    /// that say the same as the one who has the link are as many as they are, whichever is which.
    fn rivals(&self) -> BTreeMap<usize, usize> {
        let mut weak: BTreeMap<i64, Vec<usize>> = BTreeMap::new();
        for (at, link) in self.links.iter().enumerate() {
            let taker = self.of_link.get(at).copied().flatten();
            if taker.is_none_or(|line| self.likeness(line, at) < Likeness::Alike) {
                weak.entry(link.amount).or_default().push(at);
            }
        }
        let mut compared: BTreeMap<i64, usize> = BTreeMap::new();
        let mut rivals = BTreeMap::new();
        for (at, line) in self.lines.iter().enumerate() {
            let Some(links) = weak.get(&line.amount).filter(|_| self.linked(at).is_none()) else {
                continue;
            };
            let so_far = compared.entry(line.amount).or_default();
            *so_far = so_far.saturating_add(links.len());
            let like = if *so_far > COMPARISONS {
                links.iter().copied().take(1).collect()
            } else {
                self.like(at, links, Likeness::Unlike)
            };
            if let Some(first) = like.first()
                && !self.is_one_of_equals(at, &like)
            {
                rivals.insert(at, *first);
            }
        }
        rivals
    }

    /// Whether a line says the same as every line that took a link like it.
    fn is_one_of_equals(&self, line: usize, links: &[usize]) -> bool {
        let letters = |line: usize| self.lines.get(line).map(|line| line.evidence);
        links.iter().all(|link| {
            let taker = self.of_link.get(*link).copied().flatten();
            taker.is_some_and(|taker| letters(taker) == letters(line))
        })
    }

    /// A bank may book a line a day later than it announced it: what is alike in more than its
    /// amount is the same money all the same.
    /// Never a day earlier: a line of a later day is another payment, however alike.
    fn of_another_day(&mut self) {
        let titles = self.groups(|line| Some((line.amount, line.marks.title?)));
        self.of_days_that_came(titles.into_values());
        let codes = self.groups(|line| Some((line.amount, line.marks.codes?)));
        self.of_days_that_came(codes.into_values());
    }

    fn of_days_that_came(&mut self, groups: impl Iterator<Item = (Vec<usize>, Vec<usize>)>) {
        let day = |line: Option<NewLine>| line.and_then(|line| line.booked_on);
        for (lines, links) in groups {
            let mut links = links.into_iter().peekable();
            for line in lines {
                let booked = day(self.lines.get(line).copied());
                let came = |link: &usize| day(self.links.get(*link).map(NewLine::from)) <= booked;
                if let Some(link) = links.next_if(came)
                    && self.likeness(line, link) >= Likeness::Alike
                {
                    self.pair(line, link);
                }
            }
        }
    }

    /// Runs of lines that nothing but their amounts has in common with a run of the chain: a bank
    /// that rewords everything, or as many other lines. Nothing decides.
    fn reworded_runs(&self) -> Vec<(usize, usize)> {
        let mut runs: BTreeMap<Vec<i64>, usize> = BTreeMap::new();
        let free_links = |window: &[Option<usize>]| window.iter().all(Option::is_none);
        for (at, window) in self.of_link.windows(LONG_RUN).enumerate() {
            if free_links(window) {
                let amounts = self.links.iter().skip(at).take(LONG_RUN);
                runs.insert(amounts.map(|link| link.amount).collect(), at);
            }
        }
        let mut found = Vec::new();
        if runs.is_empty() {
            return found;
        }
        for (at, window) in self.of_line.windows(LONG_RUN).enumerate() {
            let amounts = self.lines.iter().skip(at).take(LONG_RUN);
            let amounts: Vec<i64> = amounts.map(|line| line.amount).collect();
            let distinct: BTreeSet<i64> = amounts.iter().copied().collect();
            let Some(link) = runs.get(&amounts) else {
                continue;
            };
            let is_same = (0..LONG_RUN).all(|step| {
                self.days_agree(at + step, link + step)
                    && self.are_one_payers(at + step, link + step)
            });
            if free_links(window) && distinct.len() == LONG_RUN && is_same {
                found.extend((0..LONG_RUN).map(|step| (at + step, link + step)));
            }
        }
        found
    }

    /// Neither the payer nor our reference says that they are two.
    fn are_one_payers(&self, line: usize, link: usize) -> bool {
        let (Some(line), Some(link)) = (self.lines.get(line), self.links.get(link)) else {
            return false;
        };
        let agree =
            |one: Option<u64>, two: Option<u64>| one.is_none() || two.is_none() || one == two;
        agree(line.marks.codes, link.marks.codes) && agree(line.marks.account, link.marks.account)
    }
}

/// As many pairs as there can be, each line with one of its links (augmenting paths).
fn maximum_matching(lines: &[usize], edges: &[Vec<usize>]) -> Vec<(usize, usize)> {
    let mut taken: BTreeMap<usize, usize> = BTreeMap::new();
    for at in 0..lines.len() {
        let mut tried = BTreeSet::new();
        augment(at, edges, &mut taken, &mut tried);
    }
    taken
        .into_iter()
        .filter_map(|(link, at)| Some((*lines.get(at)?, link)))
        .collect()
}

/// Finds a link for a line, moving others over where they have another one. Not recursive: a chain
/// of moves may be as long as the group.
fn augment(
    start: usize,
    edges: &[Vec<usize>],
    taken: &mut BTreeMap<usize, usize>,
    tried: &mut BTreeSet<usize>,
) {
    // The way so far: a line, and the link that it wants.
    let mut way: Vec<(usize, usize)> = Vec::new();
    let mut at = start;
    loop {
        let wanted = edges.get(at).into_iter().flatten();
        let next = wanted.copied().find(|link| !tried.contains(link));
        match next {
            Some(link) => {
                tried.insert(link);
                way.push((at, link));
                match taken.get(&link) {
                    Some(holder) => at = *holder,
                    None => {
                        taken.extend(way.iter().map(|(line, link)| (*link, *line)));
                        return;
                    }
                }
            }
            None => match way.pop() {
                Some((line, _)) => at = line,
                None => return,
            },
        }
    }
}

#[cfg(test)]
#[path = "align_tests.rs"]
mod tests;
