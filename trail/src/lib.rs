//! For tests only: keeps what a run of the tests has let people see, and which secrets it planted.
//!
//! It does so in the folder that `REDRESS_TEST_TRAIL` names, and nothing without it. Afterwards the
//! program `redress-trail` looks for every secret in all that was seen.

mod log;
mod plant;

use std::fmt::{Debug, Display};
use std::fs::{self, File, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, OnceLock};

pub use crate::log::{Log, MARKER, keep_logs};
pub use crate::plant::{Kind, SECRETS, plant, plant_folder};

/// The variable that names the folder.
pub const VARIABLE: &str = "REDRESS_TEST_TRAIL";

/// The folder of this run, if it is to leave a trail.
pub fn folder() -> Option<&'static Path> {
    static FOLDER: OnceLock<Option<PathBuf>> = OnceLock::new();
    let given = || {
        let folder = std::env::var_os(VARIABLE).map(PathBuf::from);
        // Every crate's tests run in a folder of their own.
        assert!(folder.iter().all(|folder| folder.is_absolute()), "{VARIABLE} is not absolute");
        folder
    };
    FOLDER.get_or_init(given).as_deref()
}

/// Keeps a text that people get to see: an error, a `Debug`, an answer.
pub fn saw(shown: impl AsRef<[u8]>) {
    static SEEN: OnceLock<Option<Sheet>> = OnceLock::new();
    if let Some(seen) = SEEN.get_or_init(|| Sheet::open("seen")) {
        seen.add(shown.as_ref());
    }
}

/// Keeps how a value, or why there is none, is shown.
pub trait Seen: Sized {
    /// Keeps it, and gives it back.
    #[must_use]
    fn seen(self) -> Self;
}

impl<T: Debug, E: Debug + Display> Seen for Result<T, E> {
    fn seen(self) -> Self {
        if folder().is_some() {
            saw(match &self {
                Ok(value) => format!("{value:?}"),
                Err(error) => format!("{error}\n{error:?}\n{error:#?}"),
            });
        }
        self
    }
}

/// A program of which everything that it prints is kept, its log at its most talkative included.
/// To whoever runs it, it is the same as ever.
#[must_use]
pub fn program(path: &str) -> Command {
    let Some(folder) = folder() else { return Command::new(path) };
    let kept = folder.join("cli");
    fs::create_dir_all(&kept).expect("the trail's folder can be made");
    let mut command = Command::new(concat!(env!("CARGO_MANIFEST_DIR"), "/program.sh"));
    command.env("TRAIL_PROGRAM", path).env("TRAIL_FOLDER", kept);
    command
}

/// A file of the trail that is this process's alone.
struct Sheet(Mutex<File>);

impl Sheet {
    fn open(what: &str) -> Option<Self> {
        let under = folder()?.join(what);
        fs::create_dir_all(&under).expect("the trail's folder can be made");
        let program = std::env::current_exe().expect("this program has a path");
        let program = program.file_stem().expect("and a name").to_string_lossy().into_owned();
        let path = under.join(format!("{program}.{}", std::process::id()));
        let file = OpenOptions::new().create(true).append(true).open(path);
        Some(Self(Mutex::new(file.expect("the trail can be written"))))
    }

    /// A piece, on lines of its own.
    fn add(&self, piece: &[u8]) {
        let whole = [piece, b"\n"].concat();
        self.write(&whole);
    }

    fn write(&self, bytes: &[u8]) {
        let mut file = self.0.lock().expect("no panic while writing");
        file.write_all(bytes).expect("the trail can be written");
    }
}
