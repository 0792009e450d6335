//! What is looked at.

/// The version of the kit: a badge names it, because a later kit may ask for more.
pub const VERSION: u32 = 1;

/// One thing that is looked at, each on many cases.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Check {
    /// The library and its manifest say what a pack has to say.
    Description,
    /// Each file of the corpus gives the facts that stand beside it.
    Corpus,
    /// The pack knows each of its files.
    KnowsItsOwn,
    /// The pack claims no file of others.
    LeavesOthers,
    /// The same bytes give the same records, also after everything else that was read.
    Repeats,
    /// In pieces of any length.
    Pieces,
    /// On two threads at the same time.
    TwoThreads,
    /// A sink that wants no more gets no more.
    Stop,
    /// A file that breaks off at any byte.
    Truncation,
    /// A file in another code page.
    Charset,
    /// A line that does not end.
    HugeLine,
    /// Random bytes, and files with some bytes changed.
    Noise,
    /// A statement that does not add up is complained about.
    Balances,
    /// Complaints have a code, a place and a sentence.
    Complaints,
    /// The same batch gives the same file.
    WritesTheSame,
    /// What is written can be read back.
    RoundTrip,
}

impl Check {
    /// All of them, in the order in which they are made.
    pub const ALL: [Check; 16] = [
        Check::Description,
        Check::Corpus,
        Check::KnowsItsOwn,
        Check::LeavesOthers,
        Check::Repeats,
        Check::Pieces,
        Check::TwoThreads,
        Check::Stop,
        Check::Truncation,
        Check::Charset,
        Check::HugeLine,
        Check::Noise,
        Check::Balances,
        Check::Complaints,
        Check::WritesTheSame,
        Check::RoundTrip,
    ];

    /// The word for it on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Check::Description => "description",
            Check::Corpus => "corpus",
            Check::KnowsItsOwn => "knows-its-own",
            Check::LeavesOthers => "leaves-others",
            Check::Repeats => "repeats",
            Check::Pieces => "pieces",
            Check::TwoThreads => "two-threads",
            Check::Stop => "stop",
            Check::Truncation => "truncation",
            Check::Charset => "charset",
            Check::HugeLine => "huge-line",
            Check::Noise => "noise",
            Check::Balances => "balances",
            Check::Complaints => "complaints",
            Check::WritesTheSame => "writes-the-same",
            Check::RoundTrip => "round-trip",
        }
    }

    /// What it asks of a pack, as a sentence.
    pub const fn law(self) -> &'static str {
        match self {
            Check::Description => "the library and its manifest say what a pack has to say",
            Check::Corpus => "each file of the corpus says what is expected",
            Check::KnowsItsOwn => "each file of the corpus is recognised",
            Check::LeavesOthers => "no file of others is claimed",
            Check::Repeats => "the same bytes give the same records, whatever was read before",
            Check::Pieces => "the same bytes give the same records, in whatever pieces they come",
            Check::TwoThreads => "two calls at the same time do not meet",
            Check::Stop => "a sink that says stop gets nothing more",
            Check::Truncation => {
                "a file that breaks off proves nothing that the whole does not say"
            }
            Check::Charset => "a wrong code page changes no amount",
            Check::HugeLine => "a line that does not end is refused within little memory",
            Check::Noise => "nothing crashes, hangs or breaks the contract, whatever the bytes",
            Check::Balances => "a statement that does not add up is complained about",
            Check::Complaints => "complaints have a code and a sentence, fatal ones a place",
            Check::WritesTheSame => "the same batch gives the same file, and no text is lost",
            Check::RoundTrip => "what is written can be read back as it was ordered",
        }
    }

    /// The check of that name.
    pub fn of_name(name: &str) -> Option<Check> {
        Check::ALL.into_iter().find(|check| check.name() == name)
    }
}
