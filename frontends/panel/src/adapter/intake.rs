//! Statements on their way in.

use kantor_engine::payout::Payout;
use kantor_engine::{LineOutcome, NotBooked, StatementOutcome};
use kantor_model::{Currency, Money};
use kantor_office::{Import, ImportedStatement};
use kantor_wire::{
    ImportAsk, ImportOutcome, MatchView, StatementImport, StatementOutcome as WireOutcome, Verdict,
};

use super::{LocalOffice, once as act_once, preview, read, refused, say, staff, views};
use crate::port::{Once, PortResult};

impl LocalOffice {
    /// Takes in what a pack read.
    pub(super) fn take_in(&self, ask: &ImportAsk, once: &Once) -> PortResult<ImportOutcome> {
        let file = read::digest(&ask.file)?;
        let sandbox = if ask.pack.sandbox {
            ""
        } else {
            " (no sandbox)"
        };
        let import = Import {
            file,
            read_by: format!("{} {}{sandbox}", ask.pack.id, ask.pack.version),
            statements: ask
                .statements
                .iter()
                .map(read::statement)
                .collect::<Result<_, _>>()?,
            account: ask.account.clone(),
            lenient: ask.lenient,
        };
        let (by, once) = (staff(once), act_once(once));
        // What is asked again is not compared with its preview: it is in the books since.
        let is_repeated = match once.as_ref().filter(|_| ask.previewed.is_some()) {
            Some(once) => self
                .office
                .is_imported(&import, once)
                .map_err(refused::refuse)?,
            None => false,
        };
        let views = |imported: &[ImportedStatement]| -> Vec<StatementImport> {
            imported
                .iter()
                .zip(&import.statements)
                .map(|(became, sent)| self.statement_import(became, sent.head.currency))
                .collect()
        };
        let statements = if ask.preview {
            views(&self.office.preview(&by, &import).map_err(refused::import)?)
        } else if let Some(previewed) = ask.previewed.as_ref().filter(|_| !is_repeated) {
            let mut became = Vec::new();
            let is_kept = self
                .office
                .import_if(&by, &import, once.as_ref(), |imported| {
                    became = views(&imported);
                    preview::differences(previewed, &became).is_empty()
                });
            if !is_kept.map_err(refused::import)? {
                let differences = preview::differences(previewed, &became);
                return Err(preview::stale(&differences));
            }
            became
        } else {
            let imported = self.office.import_once(&by, &import, once.as_ref());
            views(&imported.map_err(refused::import)?)
        };
        Ok(ImportOutcome {
            fingerprint: preview::fingerprint(&statements),
            statements,
            head: self.office.head(),
            booked: self.office.read(|seen| seen.statements),
        })
    }

    fn statement_import(&self, became: &ImportedStatement, currency: Currency) -> StatementImport {
        let base = StatementImport {
            account: became.account.clone(),
            number: became.number.clone(),
            outcome: WireOutcome::Refused,
            new: 0,
            known: 0,
            difference: None,
            message: match &became.outcome {
                Ok(outcome) => say::outcome(outcome, became.number.as_deref(), currency),
                Err(error) => say::import_refused(error),
            },
            notes: match &became.outcome {
                Ok(outcome) => say::notes(outcome),
                Err(_) => Vec::new(),
            },
            matches: Vec::new(),
        };
        match &became.outcome {
            Err(_) => base,
            Ok(StatementOutcome::Known { lines }) => StatementImport {
                outcome: WireOutcome::Known,
                known: *lines,
                ..base
            },
            Ok(StatementOutcome::Archived(why)) => StatementImport {
                outcome: WireOutcome::Archived,
                difference: match why {
                    NotBooked::Unbalanced { difference } => {
                        Some(views::amount(Money::new(*difference, currency)))
                    }
                    NotBooked::NoOpening
                    | NotBooked::Gap { .. }
                    | NotBooked::Contradicts { .. }
                    | NotBooked::Ambiguous
                    | NotBooked::DayMissing { .. }
                    | NotBooked::Undecided { .. } => None,
                },
                ..base
            },
            Ok(StatementOutcome::Booked {
                known,
                new,
                proved,
                lines,
                ..
            }) => StatementImport {
                outcome: if *proved {
                    WireOutcome::Booked
                } else {
                    WireOutcome::Provisional
                },
                new: *new,
                known: *known,
                matches: lines.iter().map(|line| self.match_view(line)).collect(),
                ..base
            },
        }
    }

    fn match_view(&self, line: &LineOutcome) -> MatchView {
        let reference = self.office.read(|seen| {
            let order = line.order.and_then(|id| seen.orders.get(&id));
            let payout = line.payout.and_then(|id| seen.payouts.get(&id));
            payout
                .and_then(Payout::reference)
                .map(|reference| reference.to_string())
                .or_else(|| order.map(views::reference))
                .unwrap_or_default()
        });
        MatchView {
            ordinal: line.line.ordinal,
            amount: views::amount(line.amount),
            verdict: Verdict::from_name(line.verdict.word()).unwrap_or(Verdict::None),
            order: line.order.map(|id| id.to_string()),
            payout: line.payout.map(|id| id.to_string()),
            reason: say::matched(line, &reference),
        }
    }
}
