//! How a person points at files and folders.

use std::path::{Path, PathBuf};

use fltk::dialog::{NativeFileChooser, NativeFileChooserType};
use kantor_wire::Words;

/// Lets a person choose; a test puts a stand-in here.
pub trait Chooser {
    /// Statement files; empty when the person turns away.
    fn statements(&mut self, words: &Words) -> Vec<PathBuf>;
    /// A folder for transfer files; `None` when the person turns away.
    fn folder(&mut self, words: &Words, from: &Path) -> Option<PathBuf>;
}

/// The system's own dialogs.
#[derive(Debug, Default)]
pub struct SystemChooser {
    /// The folder of the last statement, where the next one probably lies.
    last: Option<PathBuf>,
}

impl SystemChooser {
    /// Dialogs that show this folder first, where bank files are put.
    pub fn starting_at(folder: Option<PathBuf>) -> SystemChooser {
        SystemChooser { last: folder }
    }
}

impl Chooser for SystemChooser {
    fn statements(&mut self, words: &Words) -> Vec<PathBuf> {
        let mut chooser = NativeFileChooser::new(NativeFileChooserType::BrowseMultiFile);
        chooser.set_title(words.text("cashier.choose_statements"));
        if let Some(last) = &self.last {
            // A folder that has gone away is simply not shown first.
            let _ = chooser.set_directory(last);
        }
        chooser.show();
        let files: Vec<PathBuf> = chooser
            .filenames()
            .into_iter()
            .filter(|file| !file.as_os_str().is_empty())
            .collect();
        if let Some(folder) = files.first().and_then(|file| file.parent()) {
            self.last = Some(folder.to_owned());
        }
        files
    }

    fn folder(&mut self, words: &Words, from: &Path) -> Option<PathBuf> {
        let mut chooser = NativeFileChooser::new(NativeFileChooserType::BrowseSaveDir);
        chooser.set_title(words.text("cashier.choose_folder"));
        let _ = chooser.set_directory(&from);
        chooser.show();
        Some(chooser.filename()).filter(|folder| !folder.as_os_str().is_empty())
    }
}
